from ringpost.entry import demo
from tests.harness import Caller


def test_is_found_no_more(tenant: Caller) -> None:
    tenant.done("contact-delete", contact_uuid=demo.CONTACT_UUID)
    assert tenant.call("contact-details", contact_uuid=demo.CONTACT_UUID).status == 404
    assert tenant.done("contact-lookup", number="+12025550199")["contact"] is None
