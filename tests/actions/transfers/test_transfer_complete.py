import pytest

from tests.actions.transfers.desk import STAYS, Desk


def test_puts_through_whom_it_is_about(desk: Desk) -> None:
    asked = desk.asks()
    desk.passes(3)
    done = desk.tenant.done("transfer-complete", transfer_uuid=asked["transfer_uuid"])
    assert (done["status"], done["flow"], sorted(desk.up())) == ("completed", "attended", ["101", STAYS])
    assert desk.story() == ["created", "ringback", "answered", "call.transferred", "completed"]


def test_before_the_answer_the_number_is_rung_for_who_waits(desk: Desk) -> None:
    asked = desk.asks()
    desk.passes(0.5)
    done = desk.tenant.done("transfer-complete", transfer_uuid=asked["transfer_uuid"])
    assert (done["status"], done["flow"], sorted(desk.up())) == ("completed", "blind", ["101", STAYS])
    desk.passes(2)
    assert sorted(desk.up()) == ["101", STAYS]
    assert desk.story() == ["created", "ringback", "completed"]


@pytest.mark.parametrize("how", ["transfer-complete", "transfer-cancel"])
def test_is_refused_when_it_is_over(desk: Desk, how: str) -> None:
    asked = desk.asks()
    desk.passes(3)
    desk.tenant.done(how, transfer_uuid=asked["transfer_uuid"])
    for action in ("transfer-complete", "transfer-cancel"):
        reply = desk.tenant.call(action, transfer_uuid=asked["transfer_uuid"])
        assert (reply.status, "is over" in reply.text) == (409, True), reply
    assert len(desk.story()) == (5 if how == "transfer-complete" else 4)


def test_of_a_call_that_has_ended_meanwhile_it_is_over(desk: Desk) -> None:
    asked = desk.asks()
    desk.passes(3)
    for leg in ("transferred_leg_uuid", "initiator_leg_uuid"):
        desk.tenant.done("call-hangup", call_uuid=desk.call_uuid, leg_uuid=asked[leg])
        desk.passes(0.5)
    reply = desk.tenant.call("transfer-complete", transfer_uuid=asked["transfer_uuid"])
    assert (reply.status, "abandoned" in reply.text) == (409, True)
