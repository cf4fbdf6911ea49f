from ringpost.entry import demo
from tests.harness import Caller


def test_finds_by_uuid(tenant: Caller, stranger: Caller) -> None:
    assert tenant.done("contact-details", contact_uuid=demo.CONTACT_UUID)["display_name"] == "Example Caller"
    assert stranger.call("contact-details", contact_uuid=demo.CONTACT_UUID).status == 404
