from ringpost.entry import demo
from tests.actions.transfers.desk import Desk
from tests.harness import Caller


def test_says_how_far_it_has_come_at_every_moment(desk: Desk) -> None:
    asked = desk.asks("5550142")
    assert desk.status(asked) == "ringback"
    desk.passes(0.99)
    assert desk.status(asked) == "ringback"
    desk.passes(0.01)
    found = desk.tenant.done("transfer-details", transfer_uuid=asked["transfer_uuid"])
    assert (found["status"], found["answered_at"], found["ended_at"] is None) == ("cancelled", None, False)


def test_one_that_is_not_there_is_not_found(tenant: Caller) -> None:
    reply = tenant.call("transfer-details", transfer_uuid=demo.CALL_UUID)
    assert (reply.status, reply.json["error"]) == (404, "transfer not found")
