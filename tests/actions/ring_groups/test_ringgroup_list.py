from tests.harness import Caller


def test_lists_the_groups_of_a_domain(tenant: Caller) -> None:
    assert [one["ring_group_extension"] for one in tenant.done("ringgroup-list")["items"]] == ["600"]
    assert tenant.done("ringgroup-list", ring_group_strategy="random")["items"] == []
