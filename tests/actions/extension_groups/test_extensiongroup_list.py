from tests.harness import Caller


def test_lists_and_filters(tenant: Caller) -> None:
    tenant.done("extensiongroup-create", display_name="Management")
    assert [one["display_name"] for one in tenant.done("extensiongroup-list")["items"]] == ["Management", "Reception"]
    [public] = tenant.done("extensiongroup-list", public_group=True)["items"]
    assert public["display_name"] == "Reception"
