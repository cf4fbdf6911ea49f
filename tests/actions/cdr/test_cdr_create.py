import itertools

import pytest

from ringpost.entry import demo
from tests.fakes import Meanwhile
from tests.harness import Caller, House

A = "aaaaaaaa-0000-4000-8000-00000000000a"
B = "aaaaaaaa-0000-4000-8000-00000000000b"
C = "aaaaaaaa-0000-4000-8000-00000000000c"
A_LEG = {
    "xml_cdr_uuid": A,
    "direction": "inbound",
    "start_stamp": "2026-11-20T09:30:00Z",
    "answer_stamp": "2026-11-20T09:30:07Z",
    "end_stamp": "2026-11-20T09:31:00Z",
    "caller_id_number": "5550199",
    "destination_number": "12025550100",
    "hangup_cause": "NORMAL_CLEARING",
}
B_LEG = {
    "xml_cdr_uuid": B,
    "leg": "b",
    "originating_leg_uuid": A,
    "start_stamp": "2026-11-20T09:30:01Z",
    "answer_stamp": "2026-11-20T09:30:07Z",
    "end_stamp": "2026-11-20T09:31:00Z",
    "destination_number": "100",
}


def comparable(call: dict[str, object]) -> dict[str, object]:
    moving = {"version", "insert_date", "update_date", "insert_user", "update_user", "listed_at"}
    return {name: value for name, value in call.items() if name not in moving}


def test_works_out_what_is_left_out(tenant: Caller) -> None:
    call = tenant.done("cdr-create", **A_LEG)
    assert (call["duration"], call["billsec"], call["missed_call"]) == (60, 53, False)
    missed = tenant.done(
        "cdr-create",
        xml_cdr_uuid=B,
        direction="inbound",
        start_stamp=A_LEG["start_stamp"],
        end_stamp=A_LEG["end_stamp"],
        destination_number="100",
    )
    assert (missed["missed_call"], missed["extensions"]) == (True, ["100"])


def test_legs_in_either_order_and_again_make_one_call(operator: Caller) -> None:
    other = {"domain_name": "empty.example.net"}
    for leg in (A_LEG, B_LEG):
        one = operator.done("cdr-create", domain_name=demo.DOMAIN_NAME, **leg)
    for leg in (B_LEG, A_LEG, B_LEG, A_LEG):
        two = operator.done("cdr-create", **other, **leg)
    assert [leg["xml_cdr_uuid"] for leg in two["legs"]] == [A, B]
    ours = {"domain_uuid", "domain_name", "extension_uuid", "extensions", "legs", "numbers"}
    assert {k: v for k, v in comparable(one).items() if k not in ours} == {
        k: v for k, v in comparable(two).items() if k not in ours
    }
    assert operator.done("cdr-details", **other, xml_cdr_uuid=B) == two
    assert len(operator.done("cdr-search", **other)["items"]) == 1


def test_the_same_post_twice_changes_nothing(tenant: Caller) -> None:
    once = tenant.done("cdr-create", **A_LEG)
    assert tenant.done("cdr-create", **A_LEG) == once


def test_a_correction_names_the_version(tenant: Caller) -> None:
    call = tenant.done("cdr-create", **A_LEG)
    corrected = {**A_LEG, "hangup_cause": "CALL_REJECTED", "end_stamp": "2026-11-20T09:30:30Z"}
    after = tenant.done("cdr-create", **corrected, if_version=call["version"])
    assert (after["hangup_cause"], after["duration"]) == ("CALL_REJECTED", 30)
    assert tenant.call("cdr-create", **A_LEG, if_version=call["version"]).status == 409


def test_a_uuid_of_another_tenants_call_is_just_a_uuid(tenant: Caller, stranger: Caller) -> None:
    theirs = tenant.done("cdr-create", **A_LEG)
    stranger.done("cdr-create", **{**A_LEG, "hangup_cause": "USER_BUSY"})
    assert tenant.done("cdr-details", xml_cdr_uuid=A) == theirs


def test_joins_marks(tenant: Caller) -> None:
    tenant.done("cdr-create", **A_LEG, external_id="deal", tags=["b"])
    after = tenant.done("cdr-create", **A_LEG, tags=["a"])
    assert (after["external_id"], after["tags"]) == ("deal", ["a", "b"])


def test_refuses_more_legs_than_a_call_has(tenant: Caller) -> None:
    for number in range(20):
        tenant.done("cdr-create", **{**B_LEG, "xml_cdr_uuid": f"bbbbbbbb-0000-4000-8000-{number:012d}"})
    assert tenant.call("cdr-create", **B_LEG).status == 422


def test_records_go_when_their_days_are_over(house: House, operator: Caller) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, retention_days=7)
    operator.done("cdr-create", domain_name=demo.DOMAIN_NAME, **A_LEG)
    house.clock.time += 6 * 86_400
    assert operator.call("cdr-details", domain_name=demo.DOMAIN_NAME, xml_cdr_uuid=A).status == 404


@pytest.mark.parametrize(
    "member", [{"xml_cdr_uuid": "../x"}, {"start_stamp": "now"}, {"duration": -1}, {"direction": "up"}]
)
def test_refuses_what_makes_no_record(tenant: Caller, member: dict[str, object]) -> None:
    assert tenant.call("cdr-create", **{**A_LEG, **member}).status == 400


CHAIN = {
    "a": {
        "xml_cdr_uuid": A,
        "start_stamp": "2026-11-20T09:30:00Z",
        "direction": "inbound",
        "hangup_cause": "IMPORTANT",
    },
    "b": {**B_LEG, "tags": ["vip"]},
    "c": {"xml_cdr_uuid": C, "leg": "b", "originating_leg_uuid": B, "start_stamp": "2026-11-20T09:30:02Z"},
    "b alone": {"xml_cdr_uuid": B, "start_stamp": "2026-11-20T09:30:01Z"},
}


@pytest.mark.parametrize("order", list(itertools.permutations(CHAIN)))
def test_a_chain_of_legs_is_one_call_in_any_order(tenant: Caller, order: tuple[str, ...]) -> None:
    for name in [*order, order[0]]:
        tenant.done("cdr-create", **CHAIN[name])
    found = [tenant.done("cdr-details", xml_cdr_uuid=uuid) for uuid in (A, B, C)]
    assert found[0] == found[1] == found[2]
    assert found[0]["xml_cdr_uuid"] == A
    assert [leg["xml_cdr_uuid"] for leg in found[0]["legs"]] == [A, B, C]
    assert (found[0]["hangup_cause"], found[0]["tags"]) == ("IMPORTANT", ["vip"])
    page = tenant.done("cdr-search", **{"from": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"})["items"]
    assert page == [found[0]]
    assert len([leg for leg in tenant.done("cdr-list") if leg["xml_cdr_uuid"] in (A, B, C)]) == 3
    rows = tenant.house.store._read("SELECT partition, sort, body, version, expires FROM rows", ())
    holding = [row for row in rows if B in row.body and "#cdr" in row.key.partition]
    assert {row.version for row in holding} == {found[0]["version"]}, "no row of an earlier state is left"


def test_what_follows_is_worked_out_of_everything_known(tenant: Caller) -> None:
    first = {name: A_LEG[name] for name in ("xml_cdr_uuid", "direction", "start_stamp", "end_stamp")}
    assert tenant.done("cdr-create", **first)["missed_call"] is True
    after = tenant.done(
        "cdr-create", xml_cdr_uuid=A, start_stamp=A_LEG["start_stamp"], answer_stamp=A_LEG["answer_stamp"]
    )
    assert (after["missed_call"], after["billsec"], after["duration"]) == (False, 53, 60)


def test_a_version_of_what_is_not_there_or_not_that_is_a_conflict(tenant: Caller) -> None:
    assert tenant.call("cdr-create", **A_LEG, if_version=7).status == 409
    tenant.done("cdr-create", **A_LEG)
    assert tenant.call("cdr-create", **A_LEG, if_version=99).status == 409


def test_a_call_keeps_ten_tags(tenant: Caller) -> None:
    for letter in "abc":
        call = tenant.done("cdr-create", **A_LEG, tags=[f"{letter}{number}" for number in range(5)])
    assert len(call["tags"]) == 10


def test_a_record_older_than_they_are_kept_is_refused(operator: Caller) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, retention_days=1)
    assert operator.call("cdr-create", domain_name=demo.DOMAIN_NAME, **A_LEG).status == 422


def test_more_parties_than_fit_are_refused(tenant: Caller) -> None:
    for number in range(19):
        numbers = {name: f"{where}{number:02d}" for where, name in enumerate(("caller_id_number", "source_number"), 1)}
        reply = tenant.call(
            "cdr-create",
            **{
                **B_LEG,
                "xml_cdr_uuid": f"bbbbbbbb-0000-4000-8000-{number:012d}",
                **numbers,
                "destination_number": f"9{number:02d}",
                "extension": f"8{number:02d}",
            },
        )
        if reply.status != 200:
            break
    assert reply.status == 422
    assert "rows" in reply.json["error"]


@pytest.mark.parametrize(("slow", "quick"), [("b", "c"), ("c", "b")])
def test_legs_of_a_transferred_call_that_come_at_the_same_moment_are_one_call(
    house: House, tenant: Caller, slow: str, quick: str
) -> None:
    """A called B, and B was transferred to C: two of them end, and are told of, together."""
    a, b, c = (f"aaaaaaaa-0000-4000-8000-00000000000{end}" for end in "abc")
    posts = {
        "a": {"xml_cdr_uuid": a},
        "b": {"xml_cdr_uuid": b, "leg": "b", "originating_leg_uuid": a},
        "c": {"xml_cdr_uuid": c, "leg": "b", "originating_leg_uuid": b},
    }
    start = {"start_stamp": "2026-11-20T09:30:00Z"}
    tenant.done("cdr-create", **posts["a"], **start)
    store = Meanwhile(house.store, lambda: tenant.done("cdr-create", **posts[quick], **start))
    other = Caller(House(store, house.clock), tenant.key_uuid, tenant.secret)
    other.done("cdr-create", **posts[slow], **start)
    calls = [tenant.done("cdr-details", xml_cdr_uuid=uuid) for uuid in (a, b, c)]
    assert calls[0] == calls[1] == calls[2]
    assert {leg["xml_cdr_uuid"] for leg in calls[0]["legs"]} == {a, b, c}
