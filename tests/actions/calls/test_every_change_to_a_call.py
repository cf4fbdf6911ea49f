"""What all actions on a party have in common."""

from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.model.errors import SwitchUnreachable
from ringpost.model.live import LiveCall
from tests.actions.calls.live import CHANGES, parties, placed, talking
from tests.fakes import RecordingSwitch
from tests.harness import Caller, House

every_change = pytest.mark.parametrize(("action", "more"), CHANGES)
_ENDS_SOMETHING = ("call-resume", "call-record-stop")
any_time = pytest.mark.parametrize(("action", "more"), [one for one in CHANGES if one[0] not in _ENDS_SOMETHING])
"""What may be done to any call in which two talk."""


@every_change
def test_a_stranger_is_told_what_is_told_of_a_call_that_is_not_there(
    tenant: Caller, stranger: Caller, action: str, more: dict[str, Any]
) -> None:
    call_uuid = talking(tenant)
    absent = tenant.call(action, call_uuid=demo.CALL_UUID, **more)
    theirs = stranger.call(action, call_uuid=call_uuid, **more)
    elsewhere = tenant.call(action, domain_name="empty.example.net", call_uuid=call_uuid, **more)
    assert absent.status == theirs.status == elsewhere.status == 404
    assert absent.json["error"] == theirs.json["error"] == "call not found"
    assert elsewhere.json["error"] == "domain not found"
    assert tenant.call("call-details", call_uuid=call_uuid).status == 200


@every_change
def test_a_call_that_has_ended_is_not_there(house: House, tenant: Caller, action: str, more: dict[str, Any]) -> None:
    call_uuid = talking(tenant)
    house.clock.time += 3
    assert tenant.call(action, call_uuid=call_uuid, **more).json["error"] == "call not found"


@every_change
def test_a_leg_must_be_one_of_the_calls_own(tenant: Caller, action: str, more: dict[str, Any]) -> None:
    reply = tenant.call(action, call_uuid=talking(tenant), leg_uuid=demo.HELD_CALL_UUID, **more)
    assert (reply.status, reply.json["error"]) == (404, "this call has no such leg")


@any_time
def test_says_whom_it_acted_on(tenant: Caller, action: str, more: dict[str, Any]) -> None:
    call_uuid = talking(tenant)
    a, b = parties(tenant, call_uuid)
    usual = b if action in ("call-dtmf", "call-transfer", "call-park") else a
    answer = tenant.done(action, call_uuid=call_uuid, **more)
    assert (answer["leg_uuid"], answer["sandbox"]) == (usual, True)
    if action != "call-monitor":
        assert answer["call_uuid"] == call_uuid


@any_time
def test_our_own_party_is_the_extension_also_if_it_was_called(
    tenant: Caller, action: str, more: dict[str, Any]
) -> None:
    call_uuid = talking(tenant, destination_a="5550123", destination_b="100")
    outside, ours = parties(tenant, call_uuid)
    theirs = action in ("call-hangup", "call-dtmf", "call-transfer", "call-park")
    assert tenant.done(action, call_uuid=call_uuid, **more)["leg_uuid"] == (outside if theirs else ours)


@any_time
def test_a_leg_may_be_named_and_the_call_found_by_it(tenant: Caller, action: str, more: dict[str, Any]) -> None:
    call_uuid = talking(tenant)
    for leg in parties(tenant, call_uuid):
        other = talking(tenant)
        a, b = parties(tenant, other)
        named = a if leg == call_uuid else b
        answer = tenant.done(action, call_uuid=named, leg_uuid=named, **more)
        assert answer["leg_uuid"] == named
        if action != "call-monitor":
            assert answer["call_uuid"] == other


@pytest.mark.parametrize(
    ("action", "more"), [one for one in CHANGES if one[0] not in ("call-answer", "call-hangup", "call-monitor")]
)
def test_a_party_that_has_not_answered_is_left_alone(tenant: Caller, action: str, more: dict[str, Any]) -> None:
    call_uuid = placed(tenant)
    b = parties(tenant, call_uuid)[1]
    reply = tenant.call(action, call_uuid=call_uuid, leg_uuid=b, **more)
    assert (reply.status, reply.json["error"]) == (422, "this party has not answered yet")
    ringing = tenant.call("originate", caller_id_number="1", destination_a="100", destination_b="101", wait=0).json
    assert tenant.call(action, call_uuid=ringing["call_uuid"], **more).status == 422


@every_change
def test_needs_its_scope(house: House, tenant: Caller, action: str, more: dict[str, Any]) -> None:
    reader = house.key("call.details", "call.list", domains=(demo.DOMAIN_UUID,))
    assert reader.call(action, call_uuid=talking(tenant), **more).status == 403


@any_time
def test_a_retry_answers_the_same(tenant: Caller, action: str, more: dict[str, Any]) -> None:
    call_uuid = talking(tenant)
    sent = {"call_uuid": call_uuid, "idempotency_key": "k-1", **more}
    first, again = tenant.call(action, **sent), tenant.call(action, **sent)
    assert first.status == again.status == 200
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json == first.json


class Gone(RecordingSwitch):
    """A switch that does not answer."""

    def calls(self, domain: object) -> list[LiveCall]:
        raise SwitchUnreachable("the switch did not answer")


@every_change
def test_a_switch_that_does_not_answer_is_an_error(
    house: House, tenant: Caller, action: str, more: dict[str, Any]
) -> None:
    house.switch = Gone()
    assert tenant.call(action, call_uuid=demo.HELD_CALL_UUID, **more).code == "switch-unreachable"


@every_change
def test_the_calls_of_a_disabled_switch_cannot_be_reached(
    operator: Caller, tenant: Caller, action: str, more: dict[str, Any]
) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="lab")
    operator.done("switch-update", switch="lab", enabled=False)
    reply = tenant.call(action, call_uuid=demo.HELD_CALL_UUID, **more)
    assert (reply.status, reply.code) == (422, "cannot-comply")
