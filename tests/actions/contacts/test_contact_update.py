from ringpost.entry import demo
from tests.harness import Caller

HERS = {"contact_uuid": demo.CONTACT_UUID}


def test_new_numbers_are_found_and_old_ones_no_more(tenant: Caller) -> None:
    tenant.done("contact-update", **HERS, numbers=[{"number": "+442079460123"}], company="Example Ltd")
    assert tenant.done("contact-lookup", number="5550199")["contact"] is None
    found = tenant.done("contact-lookup", number="02079460123")
    assert (found["contact"]["company"], found["match"]) == ("Example Ltd", "national")


def test_a_cleared_name_is_made_of_the_rest(tenant: Caller) -> None:
    after = tenant.done("contact-update", **HERS, display_name=None, lastname="Named")
    assert after["display_name"] == "Example Named"
    assert tenant.done("contact-update", **HERS, numbers=None)["numbers"] == []
