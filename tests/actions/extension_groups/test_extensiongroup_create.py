from tests.harness import Caller


def test_refuses_a_taken_or_missing_name(tenant: Caller) -> None:
    group = tenant.done("extensiongroup-create", display_name="Management")
    assert (group["public_group"], group["extensions"], group["users"]) == (False, [], [])
    assert tenant.call("extensiongroup-create", display_name="management").status == 409
    assert tenant.call("extensiongroup-create").status == 400
