from tests.harness import Caller


def test_changes_what_is_sent(tenant: Caller) -> None:
    after = tenant.done("extensiongroup-update", extensiongroup="reception", display_name="Front")
    assert (after["display_name"], after["public_group"]) == ("Front", True)
    assert tenant.done("extensiongroup-update", extensiongroup="front", public_group=False)["public_group"] is False
    assert tenant.call("extensiongroup-details", extensiongroup="reception").status == 404
