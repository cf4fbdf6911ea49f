import pytest

from tests.harness import Caller


@pytest.fixture
def house_of_four(tenant: Caller) -> Caller:
    """Alice and Bob Example of the demo, and two more."""
    tenant.done("user-create", firstname="Carol", lastname="Adams", username="carol", userfield="gold,vip")
    tenant.done("user-create", firstname="Dan", lastname="example", username="dan", enabled=False)
    return tenant


def names(caller: Caller, **query: object) -> list[str]:
    return [user["firstname"] for user in caller.done("user-list", **query)["items"]]


def test_comes_by_last_name_in_any_case(house_of_four: Caller) -> None:
    assert names(house_of_four) == ["Carol", "Alice", "Bob", "Dan"]


def test_pages_three_ways(house_of_four: Caller) -> None:
    assert names(house_of_four, offset=1, limit=2) == ["Alice", "Bob"]
    page = house_of_four.done("user-list", order="firstname", direction="desc", limit=3)
    assert [user["firstname"] for user in page["items"]] == ["Dan", "Carol", "Bob"]
    assert names(house_of_four, order="firstname", direction="desc", limit=3, cursor=page["next_cursor"]) == ["Alice"]
    page = house_of_four.done("user-list", limit=3)
    assert names(house_of_four, cursor=page["next_cursor"]) == ["Dan"]


def test_searches_and_filters_and_counts(house_of_four: Caller) -> None:
    found = house_of_four.done("user-list", search="EXAMPLE", count=True, limit=1)
    assert (found["total"], len(found["items"])) == (3, 1)
    assert names(house_of_four, search="vip") == ["Carol"]
    assert names(house_of_four, search="100") == ["Alice"], "by extension too"
    assert names(house_of_four, enabled=False) == ["Dan"]
    assert names(house_of_four, username="bob") == ["Bob"]


def test_of_a_user_group(house_of_four: Caller) -> None:
    assert names(house_of_four, usergroup="sales") == ["Alice"]
    assert names(house_of_four, usergroup="interns") == []
    assert house_of_four.call("user-list", usergroup="nobody").status == 404


def test_a_cursor_in_a_list_of_long_texts_can_be_sent(tenant: Caller) -> None:
    for user in ("alice", "bob"):
        tenant.done("user-update", user=user, description="\U0001f600" * 1000, lastname="\u65e5" * 100)
    page = tenant.done("user-list", order="description", limit=1)
    assert len(tenant.done("user-list", order="description", limit=1, cursor=page["next_cursor"])["items"]) == 1


def test_names_what_it_can_be_sorted_and_filtered_by(tenant: Caller) -> None:
    reply = tenant.call("user-list", order="extensions")
    assert reply.status == 400
    assert "order must be one of caller_id, call_record_enabled" in reply.json["error"].replace(
        "call_record_enabled, call_transfer_enabled, caller_id", "caller_id, call_record_enabled"
    )
    reply = tenant.call("user-list", zodiac="lion")
    assert reply.status == 400
    assert "the items are filtered by call_record_enabled" in reply.json["error"]
    assert "username" in reply.json["error"]
