from itertools import permutations
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.model.call import CallOrder, Meter
from ringpost.services.switching import meters
from ringpost.store import Put, Row, keys
from ringpost.switch.asterisk.marks import leg_uuid
from tests.harness import Caller, House, Reply

A, B, C = "pbx2-1795340000.17", "pbx2-1795340001.19", "pbx2-1795340001.21"
PLACED = "c1c1c1c1-0000-4000-8000-000000000011"


def form(uniqueid: str, extension: str, **members: str) -> dict[str, str]:
    """The record of a phone's leg in a call from outside, an answered one."""
    return {
        "uniqueid": uniqueid, "linkedid": A, "channel": f"PJSIP/{extension}@{demo.DOMAIN_NAME}-{uniqueid[-2:]:0>8}",
        "domain": demo.DOMAIN_UUID, "direction": "inbound", "dialled": "12025550100", "caller_number": "5550199",
        "start": "1795340000.5", "answered": "1795340006.5", "ended": "1795340066.5", "cause": "16", **members,
    }  # fmt: skip


CALLER = {**form(A, ""), "channel": "PJSIP/trunk-00000017", "hangup_source": "PJSIP/trunk-00000017"}
WINNER = form(B, "100", hangup_source="PJSIP/trunk-00000017")
LOSER = form(C, "101", answered="", ended="1795340006.6", cause="26", dialstatus="CANCEL", hangup_source="dialplan")


def handed_in(caller: Caller, members: dict[str, str]) -> Reply:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return caller.post(urlencode(members, quote_via=quote), path="/asterisk-cdr", headers=headers)


def taken(caller: Caller, members: dict[str, str]) -> str:
    """The uuid of a leg that must have been recorded."""
    reply = handed_in(caller, members)
    assert (reply.status, reply.json["recorded"]) == (200, True), reply
    return str(reply.json["xml_cdr_uuid"])


def recorded(caller: Caller) -> list[dict[str, Any]]:
    """The calls that are not the demo's own."""
    return [call for call in caller.done("cdr-search")["items"] if call["xml_cdr_uuid"] != demo.CALL_UUID]


def test_legs_in_any_order_and_again_are_one_call(tenant: Caller) -> None:
    seen = []
    for order in permutations((CALLER, WINNER, LOSER)):
        for members in (*order, order[0]):
            taken(tenant, members)
        [call] = recorded(tenant)
        seen.append(call)
    call = seen[0]
    assert all(one == call for one in seen), "nothing new was said"
    assert call["xml_cdr_uuid"] == leg_uuid(A)
    assert (call["direction"], call["hangup_cause"], call["missed_call"]) == ("inbound", "NORMAL_CLEARING", False)
    assert (call["answered_by"], call["hung_up_by"], call["billsec"]) == ("100", "caller", 60)
    assert [(leg["leg"], leg["hangup_cause"]) for leg in call["legs"]] == [
        ("a", "NORMAL_CLEARING"), ("b", "NORMAL_CLEARING"), ("b", "LOSE_RACE")
    ]  # fmt: skip
    assert [leg["missed_call"] for leg in call["legs"]] == [False] * 3
    assert [leg["originating_leg_uuid"] for leg in call["legs"]] == [None, leg_uuid(A), leg_uuid(A)]


def test_what_a_handler_posts_beside_a_link_adds_what_the_other_did_not_know(tenant: Caller) -> None:
    taken(tenant, CALLER)
    taken(tenant, WINNER)
    [by_link] = recorded(tenant)
    handled = {name: WINNER[name] for name in ("uniqueid", "linkedid", "channel", "domain", "answered", "cause")}
    taken(tenant, {**handled, "start": "1795340000", "ended": "1795340066", "sip": "SIP 200 OK"})
    [both] = recorded(tenant)
    assert both["legs"][1]["sip_hangup_disposition"] == "SIP 200 OK"
    assert (both["hangup_cause"], both["answered_by"], both["billsec"]) == (
        by_link["hangup_cause"], by_link["answered_by"], by_link["billsec"]
    )  # fmt: skip


def test_a_call_nobody_answered_is_missed(tenant: Caller) -> None:
    taken(tenant, {**CALLER, "answered": "", "cause": "19", "dialstatus": "NOANSWER", "reached": "100:"})
    taken(tenant, {**WINNER, "answered": "0", "cause": "0", "dialstatus": "NOANSWER"})
    [call] = recorded(tenant)
    assert (call["missed_call"], call["hangup_cause"], call["answered_by"]) == (True, "NO_ANSWER", None)
    assert call["extensions"] == ["100"]


def test_a_message_that_was_left_is_a_missed_call(tenant: Caller) -> None:
    taken(tenant, {**CALLER, "box": "100", "reached": "100:"})
    [call] = recorded(tenant)
    assert (call["missed_call"], call["legs"][0]["to_voicemail"]) == (True, True)


def test_a_domain_the_key_does_not_reach_is_not_there(tenant: Caller, stranger: Caller) -> None:
    for domain in (demo.DOMAIN_UUID, demo.CALL_UUID):
        reply = handed_in(stranger, {**CALLER, "domain": domain})
        assert (reply.status, reply.json["error"]) == (404, "domain not found")
    assert recorded(tenant) == recorded(stranger) == []


def test_the_key_of_a_switch_hands_in_what_lives_on_it(house: House, operator: Caller, tenant: Caller) -> None:
    key = house.key("asterisk.#", switch="lab")
    assert handed_in(key, CALLER).status == 404
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="lab")
    taken(key, CALLER)
    assert len(recorded(tenant)) == 1


def test_a_leg_of_no_domain_or_that_is_too_old_or_inside_the_switch_is_not_kept(
    tenant: Caller, operator: Caller
) -> None:
    old = {"start": "1700000000", "answered": "", "ended": "1700000001"}
    nobodys = {**CALLER, "domain": ""}
    inside = {**CALLER, "channel": "Local/100@ringpost-phones-00000001;2"}
    for members in (nobodys, inside):
        reply = handed_in(tenant, members)
        assert (reply.status, reply.json["recorded"]) == (200, False)
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, retention_days=30)
    assert handed_in(tenant, {**CALLER, **old}).json["recorded"] is False
    assert recorded(tenant) == []


def test_a_phone_without_a_mark_belongs_to_the_domain_in_its_name(tenant: Caller) -> None:
    taken(tenant, {**WINNER, "domain": ""})


@pytest.mark.parametrize(
    "members", [{}, {"uniqueid": A}, {"uniqueid": A, "channel": "PJSIP/trunk-1", "start": "1", "ended": ""}]
)
def test_nonsense_is_refused(tenant: Caller, members: dict[str, str]) -> None:
    assert handed_in(tenant, members).json["code"] == "invalid-request"


def test_tomorrow_is_refused(tenant: Caller) -> None:
    reply = handed_in(tenant, {**CALLER, "start": "1895340000", "answered": "", "ended": "1895340001"})
    assert (reply.status, "clock" in reply.json["detail"]) == (400, True)


@pytest.fixture
def order(house: House) -> CallOrder:
    """A call that was placed to 100, and counts as running."""
    found = CallOrder(
        call_uuid=PLACED, domain_uuid=demo.DOMAIN_UUID, domain_name=demo.DOMAIN_NAME, caller_id_number="5550100",
        destination_a="100", destination_b="101", placed_at="2026-11-22T11:59:00.000Z", key_uuid=demo.CALL_UUID,
        external_id="crm-7",
    )  # fmt: skip
    context = console(house.store, house.clock, "asterisk-cdr")
    meters.count(context, found, None)
    context.store.stage(Put(Row(keys.order(demo.DOMAIN_UUID, PLACED), found.model_dump_json()), if_absent=True))
    context.commit()
    return found


def running(house: House) -> dict[str, float]:
    meter = house.store.get(keys.meter_of_domain(demo.DOMAIN_UUID))
    assert meter is not None
    return Meter.model_validate_json(meter.body).running


def test_a_placed_a_is_recorded_under_the_uuid_that_was_answered_and_runs_no_more(
    house: House, tenant: Caller, order: CallOrder
) -> None:
    assert PLACED in running(house)
    a = {**form(PLACED, ""), "extension": "100", "call": PLACED, "linkedid": PLACED}
    taken(tenant, {**a, "channel": "Local/100@ringpost-phones-00000001;1", "dialled": "101", "direction": "local"})
    taken(tenant, {**form(B, "101"), "linkedid": PLACED})
    [call] = recorded(tenant)
    assert (call["xml_cdr_uuid"], call["external_id"], call["answered_by"]) == (PLACED, "crm-7", "101")
    assert call["legs"][0]["extension"] == "100"
    assert running(house) == {}


def test_a_phone_of_a_that_did_not_answer_says_why_a_was_not_reached(
    house: House, tenant: Caller, order: CallOrder
) -> None:
    phone = {**form(B, "100", a=PLACED), "linkedid": PLACED, "answered": "", "cause": "17"}
    assert handed_in(tenant, {**phone, "cause": "26"}).json["recorded"] is False
    assert handed_in(tenant, {**phone, "answered": "1795340006"}).json["recorded"] is False
    assert handed_in(tenant, phone).json["recorded"] is True
    [call] = recorded(tenant)
    assert (call["xml_cdr_uuid"], call["hangup_cause"], call["heard"]) == (PLACED, "USER_BUSY", True)
    unknown = {**phone, "a": "c1c1c1c1-0000-4000-8000-00000000ffff"}
    assert handed_in(tenant, unknown).json["recorded"] is False
