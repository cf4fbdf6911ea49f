from tests.harness import Caller


def test_renames_and_keeps_its_users(tenant: Caller) -> None:
    tenant.done("usergroup-update", usergroup="sales", display_name="Vendors")
    assert tenant.call("usergroup-details", usergroup="sales").status == 404
    assert len(tenant.done("usergroup-details", usergroup="vendors")["users"]) == 1
    assert tenant.call("usergroup-update", usergroup="vendors", display_name="interns").status == 409
    assert tenant.call("usergroup-update", usergroup="vendors", display_name="everyone").status == 409
