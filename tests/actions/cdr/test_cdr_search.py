import pytest

from ringpost.entry import demo
from tests.harness import Caller, House


def seeded(caller: Caller, count: int = 12) -> None:
    for number in range(count):
        caller.done(
            "cdr-create",
            xml_cdr_uuid=f"aaaaaaaa-0000-4000-8000-{number:012d}",
            start_stamp=f"2026-11-10T10:00:{number:02d}Z",
            end_stamp=f"2026-11-10T10:01:{number:02d}Z",
            direction="inbound" if number % 2 else "outbound",
            caller_id_number="5550100" if number % 3 else "5550101",
            destination_number="100" if number % 2 else "5550123",
            hangup_cause="NORMAL_CLEARING" if number % 4 else "NO_ANSWER",
            external_id=f"deal-{number}",
            tags=["red"] if number == 5 else [],
        )


def everything(caller: Caller, **query: object) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = caller.done("cdr-search", **query, **({"cursor": cursor} if cursor else {}))
        found += [call["xml_cdr_uuid"][-2:] for call in page["items"] if call["xml_cdr_uuid"].startswith("aaaa")]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("recorded", ["+12025550142", "12025550142", "2025550142", "0012025550142", "01112025550142"])
@pytest.mark.parametrize(
    "asked", ["+12025550142", "12025550142", "(202) 555-0142", "0012025550142", "tel:+1-202-555-0142"]
)
def test_finds_a_number_in_any_spelling(tenant: Caller, recorded: str, asked: str) -> None:
    legs = {"start_stamp": "2026-11-10T10:00:00Z", "destination_number": "100"}
    ours, egypts = (f"aaaaaaaa-0000-4000-8000-00000000000{end}" for end in "12")
    tenant.done("cdr-create", **legs, xml_cdr_uuid=ours, caller_id_number=recorded)
    tenant.done("cdr-create", **legs, xml_cdr_uuid=egypts, caller_id_number="+2025550142")
    assert [call["xml_cdr_uuid"] for call in tenant.done("cdr-search", number=asked)["items"]] == [ours]


def test_a_number_in_two_spellings_is_paged_through_once_each(tenant: Caller) -> None:
    for second in range(12):
        spelled = ("+12025550142", "2025550142", "12025550142")[second % 3]
        stamp = f"2026-11-10T10:00:{second:02d}Z"
        uuid = f"aaaaaaaa-0000-4000-8000-{second:012d}"
        tenant.done(
            "cdr-create", xml_cdr_uuid=uuid, start_stamp=stamp, caller_id_number=spelled, destination_number="1"
        )
    assert everything(tenant, number="2025550142", limit=5) == [f"{second:02d}" for second in range(11, -1, -1)]


def test_answers_calls_with_their_legs_newest_first(tenant: Caller) -> None:
    seeded(tenant, 3)
    page = tenant.done("cdr-search")
    assert [call["xml_cdr_uuid"][-1] for call in page["items"]] == ["1", "2", "1", "0"]
    assert [leg["leg"] for leg in page["items"][0]["legs"]] == ["a", "b"]
    assert page["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"from": "2026-11-10T10:00:03Z", "until": "2026-11-10T10:00:05Z"}, ["04", "03"]),
        ({"from": "2026-11-10T11:00:03+01:00", "until": "2026-11-10T11:00:05+01:00"}, ["04", "03"]),
        ({"number": "5550101"}, ["09", "06", "03", "00"]),
        ({"number": "_101"}, ["09", "06", "03", "00"]),
        ({"number": "555012_"}, ["10", "08", "06", "04", "02", "00"]),
        ({"extension": "100", "call_direction": "inbound"}, ["11", "09", "07", "05", "03", "01"]),
        ({"hangup_cause": "NO_ANSWER"}, ["08", "04", "00"]),
        ({"missed": True}, ["11", "09", "07", "05", "03", "01"]),
        ({"external_id": "deal-7"}, ["07"]),
        ({"tags": "red"}, ["05"]),
        ({"tags": ["red", "blue"]}, []),
        ({"updated_since": "2026-11-23T00:00:00Z"}, []),
    ],
)
def test_finds_by(tenant: Caller, query: dict[str, object], expected: list[str]) -> None:
    seeded(tenant)
    assert everything(tenant, **query) == expected
    assert everything(tenant, **query, limit=3) == expected, "also page by page"


def test_a_page_stays_where_it_was_when_calls_come_in(tenant: Caller) -> None:
    seeded(tenant, 6)
    first = tenant.done("cdr-search", limit=3)
    tenant.done("cdr-create", xml_cdr_uuid="bbbbbbbb-0000-4000-8000-000000000001", start_stamp="2026-11-22T11:00:00Z")
    second = tenant.done("cdr-search", limit=3, cursor=first["next_cursor"])
    seen = [call["xml_cdr_uuid"] for call in first["items"] + second["items"]]
    assert len(set(seen)) == 6
    assert "bbbbbbbb-0000-4000-8000-000000000001" not in seen


def test_equal_starts_are_neither_dropped_nor_repeated(tenant: Caller) -> None:
    for number in range(7):
        tenant.done(
            "cdr-create", xml_cdr_uuid=f"aaaaaaaa-0000-4000-8000-{number:012d}", start_stamp="2026-11-10T10:00:00Z"
        )
    assert everything(tenant, limit=2) == ["06", "05", "04", "03", "02", "01", "00"]


def test_a_call_is_found_by_the_uuid_an_originate_answered(house: House, tenant: Caller) -> None:
    call = tenant.done(
        "originate", caller_id_number="1", destination_a="100", destination_b="5550123", external_id="x", tags=["a"]
    )
    house.clock.time += 10
    found = tenant.done("cdr-search", external_id="x")["items"][0]
    assert found["xml_cdr_uuid"] == call["call_uuid"]
    assert (found["direction"], found["tags"], found["sandbox"]) == ("outbound", ["a"], True)
    assert (found["hangup_cause"], found["billsec"], found["extensions"]) == ("NORMAL_CLEARING", 4, ["100"])


def test_a_strangers_calls_are_not_there(tenant: Caller, stranger: Caller) -> None:
    seeded(tenant, 2)
    assert stranger.done("cdr-search")["items"] == []
    assert stranger.call("cdr-search", domain_name=demo.DOMAIN_NAME).status == 404


@pytest.mark.parametrize(
    "query",
    [
        {"number": "5_5"},
        {"number": "%"},
        {"from": "yesterday"},
        {"from": "2026-11-10T10:00:00"},
        {"offset": 3},
        {"count": True},
    ],
)
def test_refuses_what_it_cannot_ask(tenant: Caller, query: dict[str, object]) -> None:
    assert tenant.call("cdr-search", **query).status == 400


def test_a_sandbox_call_is_new_when_it_comes_due(house: House, tenant: Caller) -> None:
    call = tenant.done("originate", caller_id_number="1", destination_a="100", destination_b="101")
    house.clock.time += 10
    page = tenant.done("cdr-search", updated_since="2026-11-22T12:00:02Z")
    assert [one["xml_cdr_uuid"] for one in page["items"]] == [call["call_uuid"]]


def test_from_must_be_before_until(tenant: Caller) -> None:
    assert tenant.call("cdr-search", **{"from": "2026-11-11T00:00:00Z", "until": "2026-11-10T00:00:00Z"}).status == 400


def test_an_operator_asks_for_the_calls_of_all_domains(operator: Caller, tenant: Caller, stranger: Caller) -> None:
    seeded(tenant, 4)
    seeded(stranger, 4)
    page = operator.done("cdr-search", of_all_domains=True, external_id="deal-3")
    assert {call["domain_name"] for call in page["items"]} == {demo.DOMAIN_NAME, "empty.example.net"}
    assert everything(operator, of_all_domains=True) == ["03", "03", "02", "02", "01", "01", "00", "00"]


@pytest.mark.parametrize("limit", [1, 3, 1000])
@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-10T10:00:03Z", "until": "2026-11-10T10:00:05Z"},
        {"number": "5550101"},
        {"number": "_101"},
        {"extension": "100", "call_direction": "inbound"},
        {"user": "alice"},
        {"user": "nobody"},
        {"hangup_cause": "NO_ANSWER"},
        {"missed": True},
        {"external_id": "deal-7"},
        {"tags": "red"},
        {"updated_since": "2026-11-23T00:00:00Z"},
    ],
)
def test_all_domains_are_filtered_as_each_is(
    operator: Caller, tenant: Caller, stranger: Caller, query: dict[str, object], limit: int
) -> None:
    seeded(tenant, 6)
    seeded(stranger, 8)
    each = []
    for caller in (tenant, stranger):
        reply = caller.call("cdr-search", **query)
        each += reply.json["items"] if reply.status == 200 else []
    found, cursor = [], None
    while True:
        page = operator.done("cdr-search", of_all_domains=True, limit=limit, **query, cursor=cursor)
        found, cursor = found + page["items"], page["next_cursor"]
        if cursor is None:
            break
    assert sorted(found, key=str) == sorted(each, key=str)
    assert [call["start_stamp"] for call in found] == sorted((call["start_stamp"] for call in found), reverse=True)


def test_a_number_is_read_in_the_country_of_each_domain(operator: Caller, tenant: Caller, stranger: Caller) -> None:
    operator.done("domain-update", domain_name="empty.example.net", country="NZ")
    for caller in (tenant, stranger):
        caller.done(
            "cdr-create",
            xml_cdr_uuid="aaaaaaaa-0000-4000-8000-000000000001",
            start_stamp="2026-11-10T10:00:00Z",
            caller_id_number="6465550101",
        )
    for number, found in (("+16465550101", 1), ("065550101", 1), ("6465550101", 2)):
        each = [
            *tenant.done("cdr-search", number=number)["items"],
            *stranger.done("cdr-search", number=number)["items"],
        ]
        both = operator.done("cdr-search", of_all_domains=True, number=number)["items"]
        assert sorted(both, key=str) == sorted(each, key=str)
        assert len(both) == found


def test_all_domains_are_for_an_operator_only(house: House, operator: Caller, tenant: Caller) -> None:
    two = house.key("#", domains=(demo.DOMAIN_NAME, "empty.example.net"))
    of_switch = house.key("#", switch="lab")
    for caller in (tenant, two, of_switch):
        for action in ("cdr-search", "cdr-export"):
            reply = caller.call(action, of_all_domains=True)
            assert (reply.status, reply.code) == (403, "forbidden"), reply
    for more in ({"domain_name": demo.DOMAIN_NAME}, {"as_user": "alice"}):
        assert operator.call("cdr-search", of_all_domains=True, **more).status == 400
    for scope in ({"as_user": "alice"}, {}):
        bought = operator.done("token-create", domain_name=demo.DOMAIN_NAME, **scope)["token"]
        bearer = {"authorization": f"Bearer {bought}"}
        assert operator.call("cdr-search", headers=bearer, of_all_domains=True).status == 403


def test_an_operator_who_names_no_domain_is_told_how_to_ask_for_all(operator: Caller) -> None:
    reply = operator.call("cdr-search")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "domain_uuid")
    assert "of_all_domains" in reply.json["error"]


def test_a_cursor_over_all_domains_is_good_for_nothing_else(operator: Caller, tenant: Caller) -> None:
    seeded(tenant, 3)
    cursor = operator.done("cdr-search", of_all_domains=True, limit=1)["next_cursor"]
    for other in ({"domain_name": demo.DOMAIN_NAME}, {"of_all_domains": True, "extension": "100"}):
        reply = operator.call("cdr-search", cursor=cursor, **other)
        assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "cursor")


def test_a_sandbox_call_is_among_those_of_all_domains_once_it_has_ended(
    house: House, operator: Caller, tenant: Caller
) -> None:
    call = tenant.done("originate", caller_id_number="1", destination_a="100", destination_b="5550123")
    query = {"of_all_domains": True, "from": "2026-11-22T00:00:00Z"}
    assert operator.done("cdr-search", **query)["items"] == []
    house.clock.time += 10
    assert [one["xml_cdr_uuid"] for one in operator.done("cdr-search", **query)["items"]] == [call["call_uuid"]]
