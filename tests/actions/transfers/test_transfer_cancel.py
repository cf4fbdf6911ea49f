import pytest

from tests.actions.transfers.desk import STAYS, Desk


@pytest.mark.parametrize("answered", [False, True])
def test_the_two_talk_again(desk: Desk, answered: bool) -> None:
    asked = desk.asks()
    desk.passes(3 if answered else 0.5)
    done = desk.tenant.done("transfer-cancel", transfer_uuid=asked["transfer_uuid"])
    assert (done["status"], desk.up()) == ("cancelled", ["100", STAYS])
    assert desk.story() == ["created", "ringback", *(["answered"] if answered else []), "cancelled"]


def test_out_of_a_queue_too(desk: Desk) -> None:
    desk.tenant.done("extension-create", extension="5550141")
    desk.tenant.done("queue-create", name="Orders", extension="702", members=[{"extension": "5550141"}])
    asked = desk.asks("702")
    desk.passes(4)
    desk.tenant.done("transfer-cancel", transfer_uuid=asked["transfer_uuid"])
    assert desk.up() == ["100", STAYS]
    [status] = desk.tenant.done("queue-status", queue="702")["items"]
    assert status["waiting"] == []
