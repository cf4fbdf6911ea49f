import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from ringpost.context import CallLimits
from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.model.call import CallOrder, Meter
from ringpost.services.switching import meters
from ringpost.store import keys
from tests.actions.freeswitch.test_freeswitch_xml import ordered
from tests.fakes import RecordingSwitch
from tests.harness import Caller, House, Reply

CAPTURES = Path(__file__).parents[2] / "captures/cdr"
GROUP = [
    "ringgroup-simultaneous-a-leg",
    "ringgroup-simultaneous-b-leg-1001-loser",
    "ringgroup-simultaneous-b-leg-1002-winner",
    "ringgroup-simultaneous-b-leg-1003-loser",
]


def capture(name: str, **variables: str | None) -> dict[str, Any]:
    """What a FreeSWITCH posted, of the demo domain; with these variables put in, or (None) taken out."""
    text = (CAPTURES / f"{name}.json").read_text()
    post: dict[str, Any] = json.loads(text.replace("pbx.example.test", demo.DOMAIN_NAME))
    home = {"domain_uuid": demo.DOMAIN_UUID} if "domain_uuid" in post["variables"] else {}
    post["variables"] = {
        name: value for name, value in {**post["variables"], **home, **variables}.items() if value is not None
    }
    return post


def handed_in(caller: Caller, post: dict[str, Any], **query: str) -> Reply:
    headers = {"content-type": "application/json"}
    return caller.post(json.dumps(post), path="/freeswitch-cdr", headers=headers, query=query)


def taken(caller: Caller, name: str, **variables: str | None) -> str:
    """The uuid of a leg that must have been recorded."""
    reply = handed_in(caller, capture(name, **variables))
    assert (reply.status, reply.json["recorded"]) == (200, True), reply
    return str(reply.json["xml_cdr_uuid"])


def recorded(caller: Caller) -> list[dict[str, Any]]:
    """The calls that are not the demo's own."""
    return [call for call in caller.done("cdr-search")["items"] if call["xml_cdr_uuid"] != demo.CALL_UUID]


@pytest.mark.parametrize(
    ("name", "direction", "cause", "missed", "billsec"),
    [
        ("answered", "local", "NORMAL_CLEARING", False, 2),
        ("busy", "local", "USER_BUSY", True, 0),
        ("cancelled", "local", "ORIGINATOR_CANCEL", True, 0),
        ("missed", "local", "NO_ANSWER", True, 0),
        ("inbound-did", "inbound", "NORMAL_CLEARING", False, 2),
        ("originate-clicktocall", "local", "NORMAL_CLEARING", False, 2),
    ],
)
def test_two_legs_in_either_order_and_again_are_one_call(
    tenant: Caller, name: str, direction: str, cause: str, missed: bool, billsec: int
) -> None:
    calls = []
    for order in (("a", "b"), ("b", "a", "b", "a")):
        uuids = [taken(tenant, f"{name}-{leg}-leg") for leg in order]
        (call,) = recorded(tenant)
        assert [leg["leg"] for leg in call["legs"]] == ["a", "b"]
        assert [tenant.done("cdr-details", xml_cdr_uuid=uuid) for uuid in uuids] == [call] * len(order)
        calls.append(call)
    assert calls[0] == calls[1], "nothing new was said"
    summary = (call["direction"], call["hangup_cause"], call["missed_call"], call["billsec"])
    assert summary == (direction, cause, missed, billsec)
    assert call["sandbox"] is False


@pytest.mark.parametrize("name", ["answered", "busy", "missed", "originate-clicktocall"])
def test_the_b_leg_first_comes_to_the_same(house: House, tenant: Caller, stranger: Caller, name: str) -> None:
    elsewhere = {"domain_uuid": demo.EMPTY_DOMAIN_UUID}
    for leg in ("a", "b"):
        taken(tenant, f"{name}-{leg}-leg")
    for leg in ("b", "a"):
        taken(stranger, f"{name}-{leg}-leg", **elsewhere)
    (one,), (other,) = recorded(tenant), recorded(stranger)
    apart = {"domain_uuid", "domain_name", "listed_at", "version", "insert_user", "update_user"}
    for member in one.keys() - apart:
        assert one[member] == other[member], member


def test_a_ring_group_is_one_call_with_all_it_rang(tenant: Caller) -> None:
    seen = []
    for order in permutations(GROUP):
        for name in order:
            taken(tenant, name)
        (call,) = recorded(tenant)
        seen.append(call)
    assert all(call == seen[0] for call in seen)
    assert (call["direction"], call["hangup_cause"], call["missed_call"]) == ("local", "NORMAL_CLEARING", False)
    assert sorted(leg["hangup_cause"] for leg in call["legs"]) == [
        "LOSE_RACE",
        "LOSE_RACE",
        "NORMAL_CLEARING",
        "NORMAL_CLEARING",
    ]
    assert [leg["missed_call"] for leg in call["legs"]] == [False] * 4
    assert call["extensions"] == ["1001", "1002", "1003"]


@pytest.mark.parametrize("first", range(4))
def test_a_ring_group_is_one_call_whichever_leg_comes_first(tenant: Caller, first: int) -> None:
    for name in GROUP[first:] + GROUP[:first]:
        taken(tenant, name)
    (call,) = recorded(tenant)
    assert (call["missed_call"], len(call["legs"]), call["legs"][0]["leg"]) == (False, 4, "a")


def test_a_leg_that_comes_days_late_is_still_of_its_call(house: House, tenant: Caller) -> None:
    taken(tenant, "answered-b-leg")
    house.clock.time += 5 * 86_400
    call_uuid = taken(tenant, "answered-a-leg")
    (call,) = recorded(tenant)
    assert (call["xml_cdr_uuid"], len(call["legs"])) == (call_uuid, 2)
    assert call["start_stamp"].startswith("2026-11-22T00:22:25")
    assert call["update_date"].startswith("2026-11-27")


def test_an_extension_of_the_domain_is_named(tenant: Caller) -> None:
    tenant.done("extension-create", extension="1002")
    taken(tenant, "inbound-did-a-leg")
    taken(tenant, "inbound-did-b-leg")
    uuid = tenant.done("extension-details", extension="1002")["extension_uuid"]
    (call,) = tenant.done("cdr-search", extension="1002")["items"]
    assert [leg["extension_uuid"] for leg in call["legs"]][1] == uuid


def test_a_domain_the_key_does_not_reach_is_not_there(tenant: Caller, stranger: Caller) -> None:
    reply = handed_in(stranger, capture("answered-a-leg"))
    assert (reply.status, reply.json["error"]) == (404, "domain not found")
    nobodys = handed_in(stranger, capture("answered-a-leg", domain_uuid=demo.CALL_UUID))
    assert (nobodys.status, nobodys.json["error"]) == (404, "domain not found")
    assert recorded(tenant) == recorded(stranger) == []


def test_the_key_of_a_switch_hands_in_what_lives_on_it(operator: Caller, tenant: Caller) -> None:
    key = operator.done("key-create", name="pbx", scopes=["freeswitch.#"], switch="lab")
    lab = Caller(operator.house, key["key_uuid"], key["secret"])
    assert handed_in(lab, capture("answered-a-leg")).status == 404
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="lab")
    taken(lab, "answered-a-leg")
    assert len(recorded(tenant)) == 1


def test_the_uuid_in_the_address_is_that_of_the_record(tenant: Caller) -> None:
    post = capture("answered-a-leg")
    reply = handed_in(tenant, post, uuid=demo.CALL_UUID)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "uuid")
    assert recorded(tenant) == []
    assert handed_in(tenant, post, uuid=post["variables"]["uuid"].upper()).status == 200


def test_a_leg_of_no_domain_is_not_kept(tenant: Caller) -> None:
    post = capture("unknown-did-a-leg")
    reply = handed_in(tenant, post)
    assert (reply.status, reply.json) == (200, {"xml_cdr_uuid": post["variables"]["uuid"], "recorded": False})
    assert recorded(tenant) == []


def test_a_leg_that_has_only_the_name_of_its_domain_is_kept(tenant: Caller) -> None:
    post = capture("originate-busy-a-leg")
    post["variables"]["dialed_domain"] = "no-tenant.example.net"
    assert handed_in(tenant, post).json["recorded"] is False, "of nobody here"
    post["variables"]["dialed_domain"] = "FUSIONPBX.example.net"
    assert handed_in(tenant, post).json["recorded"] is True
    assert [call["hangup_cause"] for call in recorded(tenant)] == ["USER_BUSY"]


def test_needs_a_key_and_its_scope(house: House, tenant: Caller) -> None:
    nobody = Caller(house, demo.CALL_UUID, "00" * 32)
    assert handed_in(nobody, capture("answered-a-leg")).status == 401
    reader = house.key("cdr.#", "freeswitch.xml", domains=(demo.DOMAIN_UUID,))
    assert handed_in(reader, capture("answered-a-leg")).status == 403
    assert recorded(tenant) == []


@pytest.mark.parametrize("body", ["", "not json", "{}", '{"variables": {"uuid": "1"}}', "[]"])
def test_what_is_no_record_is_refused(tenant: Caller, body: str) -> None:
    assert tenant.post(body, path="/freeswitch-cdr").status == 400


def test_only_the_path_names_it(tenant: Caller) -> None:
    assert tenant.call("freeswitch-cdr").status == 400


@pytest.fixture
def pbx(house: House, tenant: Caller) -> Caller:
    """The tenant, on a switch that foretells nothing, with one call at a time."""
    house.switch = RecordingSwitch()
    house.call_limits = CallLimits(at_once=1)
    house.restart()
    return tenant


CALL: dict[str, Any] = {"caller_id_number": "5550100", "destination_a": "100", "destination_b": "101"}


def test_a_call_that_was_placed_here_has_what_was_sent_with_it(pbx: Caller) -> None:
    call_uuid = pbx.done("originate", **CALL, external_id="deal-1", tags=["red", "blue"])["call_uuid"]
    taken(pbx, "originate-clicktocall-b-leg", originating_leg_uuid=call_uuid)
    (call,) = recorded(pbx)
    assert (call["xml_cdr_uuid"], call["external_id"]) == (call_uuid, None), "B was first, and does not know"
    taken(pbx, "originate-clicktocall-a-leg", uuid=call_uuid)
    (call,) = recorded(pbx)
    assert (call["external_id"], call["tags"], call["sandbox"]) == ("deal-1", ["blue", "red"], False)
    assert pbx.done("cdr-search", external_id="deal-1")["items"] == [call]


def test_a_call_that_was_placed_here_runs_until_its_record_comes(house: House, pbx: Caller) -> None:
    call_uuid = pbx.done("originate", **CALL)["call_uuid"]
    assert pbx.call("originate", **CALL).status == 429
    taken(pbx, "originate-clicktocall-b-leg", originating_leg_uuid=call_uuid)
    assert pbx.call("originate", **CALL).status == 429, "that was the other leg"
    for _ in range(2):
        taken(pbx, "originate-clicktocall-a-leg", uuid=call_uuid)
    assert pbx.done("originate", **CALL)["success"] is True


def test_another_tenants_post_gives_back_nothing(pbx: Caller, stranger: Caller) -> None:
    call_uuid = pbx.done("originate", **CALL, external_id="deal-1")["call_uuid"]
    taken(stranger, "originate-clicktocall-a-leg", uuid=call_uuid, domain_uuid=demo.EMPTY_DOMAIN_UUID)
    assert recorded(stranger)[0]["external_id"] is None
    assert pbx.call("originate", **CALL).status == 429


def test_a_record_older_than_the_domain_keeps_them_need_not_be_kept_by_the_switch_either(
    house: House, operator: Caller
) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, retention_days=1)
    house.clock.time += 3 * 86_400
    reply = handed_in(operator, capture("answered-a-leg"))
    assert (reply.status, reply.json["recorded"]) == (200, False)
    assert len(operator.done("cdr-search", domain_name=demo.DOMAIN_NAME)["items"]) == 1, "the demo's own"


def test_a_recording_that_was_asked_for_here_is_in_the_record(tenant: Caller) -> None:
    recording = tenant.done("call-record-start", call_uuid=demo.HELD_CALL_UUID)["recording"]
    call_uuid = taken(tenant, "answered-a-leg", uuid=demo.HELD_CALL_UUID)
    leg = tenant.done("cdr-details", xml_cdr_uuid=call_uuid)["legs"][0]
    assert (leg["record_path"], leg["record_name"]) == (recording, f"{demo.HELD_CALL_UUID}.wav")
    kept = taken(tenant, "answered-b-leg", record_path="/rec/x.wav")
    legs = tenant.done("cdr-details", xml_cdr_uuid=kept)["legs"]
    assert "/rec/x.wav" in [leg["record_path"] for leg in legs]


def test_every_recording_of_a_leg_is_in_the_record_the_first_first(house: House, tenant: Caller) -> None:
    paths = []
    for _ in range(3):
        paths.append(tenant.done("call-record-start", call_uuid=demo.HELD_CALL_UUID)["recording"])
        tenant.done("call-record-stop", call_uuid=demo.HELD_CALL_UUID)
        house.clock.time += 1
    call_uuid = taken(tenant, "answered-a-leg", uuid=demo.HELD_CALL_UUID)
    leg = tenant.done("cdr-details", xml_cdr_uuid=call_uuid)["legs"][0]
    assert (leg["record_path"], leg["record_paths"]) == (paths[0], paths)
    assert leg["record_name"] == paths[0].rpartition("/")[2]


def test_what_the_switch_has_recorded_by_itself_is_the_first(tenant: Caller) -> None:
    later = tenant.done("call-record-start", call_uuid=demo.HELD_CALL_UUID)["recording"]
    call_uuid = taken(tenant, "answered-a-leg", uuid=demo.HELD_CALL_UUID, record_path="/rec/x.wav")
    leg = tenant.done("cdr-details", xml_cdr_uuid=call_uuid)["legs"][0]
    assert (leg["record_name"], leg["record_paths"]) == ("x.wav", ["/rec/x.wav", later])


def test_of_a_hundred_phones_that_rang_the_one_that_answered_is_kept(tenant: Caller) -> None:
    a_uuid = taken(tenant, "ringgroup-simultaneous-a-leg")
    losers = [f"aaaaaaaa-0000-4000-8000-{number:012d}" for number in range(40)]
    for uuid in losers:
        taken(tenant, "ringgroup-simultaneous-b-leg-1001-loser", uuid=uuid)
    winner = taken(tenant, "ringgroup-simultaneous-b-leg-1002-winner")
    for uuid in losers[:3]:
        taken(tenant, "ringgroup-simultaneous-b-leg-1001-loser", uuid=uuid)
    call = tenant.done("cdr-details", xml_cdr_uuid=a_uuid)
    assert {a_uuid, winner} <= {leg["xml_cdr_uuid"] for leg in call["legs"]}
    assert (len(call["legs"]), call["missed_call"]) == (20, False)


def test_a_switch_whose_clock_is_days_ahead_is_told_so(house: House, tenant: Caller) -> None:
    house.clock.time -= 3 * 86_400
    reply = handed_in(tenant, capture("answered-a-leg"))
    assert (reply.status, "clock" in reply.json["error"]) == (400, True)


# the phones of A in a call that was placed here


CLICK = "55555555-5555-4555-8555-555555555555"
FIRST, SECOND = "11111111-0000-4000-8000-000000000160", "22222222-0000-4000-8000-000000000160"


@pytest.fixture
def clicked(house: House) -> CallOrder:
    return ordered(house, CLICK)


def of_a(uuid: str, cause: str = "CALL_REJECTED", *, phones: str = "2", later: int = 0, **more: str) -> dict[str, str]:
    """What one of the phones carries, and how it ended: so many seconds later than in the capture."""
    return {
        "uuid": uuid, "ringpost_call_uuid": CLICK, "ringpost_phones": phones, "hangup_cause": cause,
        "ringpost_a": "100", "ringpost_b": "101", "ringpost_extension": "100", "domain_uuid": demo.DOMAIN_UUID,
        "call_direction": "local", "end_uepoch": str(1795307095707994 + later * 1_000_000), **more,
    }  # fmt: skip


def is_running(house: House, call_uuid: str) -> bool:
    context = console(house.store, house.clock, "originate")
    meter = context.store.get(keys.meter_of_domain(demo.DOMAIN_UUID), Meter)
    return meter is not None and call_uuid in meter.running


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0)])
def test_phones_of_an_a_that_all_refuse_are_one_leg_of_one_call(
    clicked: CallOrder, tenant: Caller, order: tuple[int, ...]
) -> None:
    posts = [of_a(FIRST, "USER_BUSY"), of_a(SECOND, "CALL_REJECTED", later=2)]
    for one in order:
        taken(tenant, "originate-busy-a-leg", **posts[one])
    (call,) = recorded(tenant)
    assert (call["xml_cdr_uuid"], call["hangup_cause"], call["missed_call"]) == (CLICK, "CALL_REJECTED", False)
    [leg] = call["legs"]
    assert (leg["xml_cdr_uuid"], leg["extension"], leg["heard"]) == (CLICK, "100", True)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_phone_of_an_a_that_answered_says_how_the_call_was(
    clicked: CallOrder, tenant: Caller, order: tuple[int, ...]
) -> None:
    posts = [
        ("originate-busy-a-leg", of_a(FIRST, later=600)),
        ("originate-clicktocall-a-leg", of_a(SECOND, "NORMAL_CLEARING")),
    ]
    for one in order:
        name, about = posts[one]
        taken(tenant, name, **about)
    (call,) = recorded(tenant)
    assert (call["xml_cdr_uuid"], call["hangup_cause"], "heard" in call) == (CLICK, "NORMAL_CLEARING", False)
    assert call["legs"][0]["answer_stamp"] is not None


@pytest.mark.parametrize("b_first", [True, False])
def test_whoever_was_rung_for_an_a_is_in_its_call(clicked: CallOrder, tenant: Caller, b_first: bool) -> None:
    b = {"originating_leg_uuid": SECOND, "ringpost_from": f"{SECOND}:{CLICK}", "bridge_uuid": SECOND}
    posts = [("originate-clicktocall-a-leg", of_a(SECOND, "NORMAL_CLEARING")), ("originate-clicktocall-b-leg", b)]
    for name, about in reversed(posts) if b_first else posts:
        taken(tenant, name, **about)
    (call,) = recorded(tenant)
    assert (call["xml_cdr_uuid"], [leg["leg"] for leg in call["legs"]]) == (CLICK, ["a", "b"])
    assert call["legs"][1]["originating_leg_uuid"] == call["legs"][1]["bridge_uuid"] == CLICK


def test_a_phone_of_an_a_that_was_too_late_leaves_no_record(clicked: CallOrder, tenant: Caller) -> None:
    reply = handed_in(tenant, capture("originate-busy-a-leg", **of_a(FIRST, "LOSE_RACE")), uuid=FIRST)
    assert (reply.status, reply.json["recorded"], reply.json["xml_cdr_uuid"]) == (200, False, FIRST)
    assert recorded(tenant) == []


@pytest.mark.parametrize(
    ("about", "is_over"),
    [
        (of_a(FIRST), False),
        (of_a(FIRST, phones="1"), True),
        (of_a(FIRST, "NO_ANSWER"), True),
        (of_a(FIRST, "NORMAL_CLEARING", ringpost_hung_up="true"), True),
        (of_a(FIRST, "LOSE_RACE"), False),
    ],
)
def test_a_call_runs_while_another_phone_of_its_a_may_answer(
    house: House, tenant: Caller, about: dict[str, str], is_over: bool
) -> None:
    order = ordered(house, CLICK)
    context = console(house.store, house.clock, "originate")
    meters.count(context, order, None)
    context.commit()
    handed_in(tenant, capture("originate-busy-a-leg", **about))
    assert is_running(house, CLICK) is not is_over


def test_a_phone_of_a_call_that_nobody_has_placed_here_leaves_no_record(tenant: Caller) -> None:
    assert handed_in(tenant, capture("originate-busy-a-leg", **of_a(FIRST))).json["recorded"] is False
    assert recorded(tenant) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_who_took_a_parked_call_and_was_sent_on_is_in_that_one_call(tenant: Caller, order: tuple[int, ...]) -> None:
    on_its_way = {"ringpost_took": CLICK, "uuid": FIRST, "last_app": "bridge", "bridge_uuid": SECOND}
    posts = [
        (
            "answered-a-leg",
            {"uuid": CLICK, "last_app": "valet_park", "valet_lot_extension": "5901", "bridge_uuid": FIRST},
        ),
        ("answered-a-leg", on_its_way),
        ("answered-b-leg", {"uuid": SECOND, "originating_leg_uuid": FIRST}),
    ]
    for one in order:
        name, about = posts[one]
        taken(tenant, name, **about)
    (call,) = recorded(tenant)
    assert (call["xml_cdr_uuid"], len(call["legs"])) == (CLICK, 3)


def test_a_placed_call_that_takes_a_parked_one_has_a_record_of_its_own(clicked: CallOrder, tenant: Caller) -> None:
    parked = {"uuid": FIRST, "last_app": "valet_park", "valet_lot_extension": "5901", "bridge_uuid": SECOND}
    taken(tenant, "answered-a-leg", **parked)
    takes = {"last_app": "valet_park", "bridge_uuid": FIRST}
    taken(tenant, "originate-clicktocall-a-leg", **of_a(SECOND, "NORMAL_CLEARING", **takes))
    assert sorted(call["xml_cdr_uuid"] for call in recorded(tenant)) == sorted([FIRST, CLICK])
