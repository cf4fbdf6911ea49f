from ringpost.entry import demo
from ringpost.store import keys
from tests.harness import Caller, House


def test_goes_with_its_pin(house: House, tenant: Caller) -> None:
    tenant.done("voicemail-delete", voicemail="101")
    assert tenant.call("voicemail-details", voicemail="101").status == 404
    assert house.store.get(keys.voicemail_pin(demo.DOMAIN_UUID, "101")) is None
    assert tenant.done("voicemail-create", name="x", number="101")


def test_refuses_one_in_use(tenant: Caller) -> None:
    tenant.done("user-update", user="alice", voicemail="100")
    reply = tenant.call("voicemail-delete", voicemail="100")
    assert (reply.status, reply.code) == (422, "cannot-comply")
    tenant.done("user-update", user="alice", voicemail=None)
    tenant.done("voicemail-delete", voicemail="100")
