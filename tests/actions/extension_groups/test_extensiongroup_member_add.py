from tests.harness import Caller


def seen(caller: Caller, user: str) -> list[str]:
    return [one["extension"] for one in caller.done("extension-search", as_user=user)["items"]]


def test_puts_an_extension_or_a_user_in_once(tenant: Caller) -> None:
    for member in ({"extension": "101"}, {"user": "bob"}):
        tenant.done("extensiongroup-member-add", extensiongroup="reception", **member)
        assert tenant.call("extensiongroup-member-add", extensiongroup="reception", **member).status == 409
    group = tenant.done("extensiongroup-details", extensiongroup="reception")
    assert (len(group["extensions"]), len(group["users"])) == (2, 1)


def test_needs_one_of_the_two(tenant: Caller) -> None:
    assert tenant.call("extensiongroup-member-add", extensiongroup="reception").status == 400
    both = {"extension": "101", "user": "bob"}
    assert tenant.call("extensiongroup-member-add", extensiongroup="reception", **both).status == 400
    assert tenant.call("extensiongroup-member-add", extensiongroup="reception", user="nobody").status == 404


def test_what_is_in_a_group_is_seen_by_its_users_only(tenant: Caller) -> None:
    tenant.done("extensiongroup-create", display_name="Management")
    assert seen(tenant, "alice") == ["100", "101"], "what is in no group, everybody sees"
    tenant.done("extensiongroup-member-add", extensiongroup="management", extension="101")
    assert seen(tenant, "alice") == ["100"]
    assert tenant.call("extension-status", extension="101", as_user="alice").status == 404
    assert [one["extension"] for one in tenant.done("extension-list", as_user="alice")] == ["100"]
    tenant.done("extensiongroup-member-add", extensiongroup="management", user="alice")
    assert seen(tenant, "alice") == ["100", "101"]


def test_what_is_not_seen_leaves_no_trace_in_a_page(tenant: Caller) -> None:
    tenant.done("extensiongroup-create", display_name="Management")
    tenant.done("extensiongroup-member-add", extensiongroup="management", extension="101")
    page = tenant.done("extension-search", as_user="alice", order="extension", direction="desc", limit=1, count=True)
    assert ([one["extension"] for one in page["items"]], page["next_cursor"], page["total"]) == (["100"], None, 1)
    assert tenant.done("extension-search", as_user="alice", search="Back office", count=True)["total"] == 0
    assert tenant.call("call-current", extension="101", as_user="alice").status == 404


def test_ones_own_and_public_ones_are_always_seen(tenant: Caller) -> None:
    assert seen(tenant, "bob") == ["100", "101"], "reception is public"
    tenant.done("extensiongroup-update", extensiongroup="reception", public_group=False)
    assert seen(tenant, "bob") == ["101"]
    assert seen(tenant, "alice") == ["100", "101"], "100 is her own"


def test_a_deleted_extension_leaves_its_groups(tenant: Caller) -> None:
    tenant.done("extensiongroup-member-add", extensiongroup="reception", extension="101")
    tenant.done("extension-delete", extension="101")
    assert len(tenant.done("extensiongroup-details", extensiongroup="reception")["extensions"]) == 1
