import pytest

from tests.harness import Caller


def test_filters_on_any_plain_member(tenant: Caller) -> None:
    found = tenant.done("extension-search", effective_caller_id_name="Back office", count=True)
    assert [one["extension"] for one in found["items"]] == ["101"]
    assert found["total"] == 1


def test_sorts_and_pages_through_a_sorted_list(tenant: Caller) -> None:
    first = tenant.done("extension-search", order="effective_caller_id_name", limit=1)
    assert first["items"][0]["effective_caller_id_name"] == "Back office"
    rest = tenant.done("extension-search", order="effective_caller_id_name", limit=1, cursor=first["next_cursor"])
    assert rest["items"][0]["effective_caller_id_name"] == "Front desk"


def test_pages_by_offset(tenant: Caller) -> None:
    assert [one["extension"] for one in tenant.done("extension-search", offset=1)["items"]] == ["101"]


def test_refuses_to_sort_by_what_is_not_there(tenant: Caller) -> None:
    reply = tenant.call("extension-search", order="password")
    assert (reply.status, reply.code) == (400, "invalid-request")


def test_names_the_nearest_parameter(tenant: Caller) -> None:
    reply = tenant.call("extension-search", serach="x")
    assert reply.json["error"] == "unknown parameter serach, did you mean search?"


@pytest.mark.parametrize("limit", [0, 1001, -1, "many"])
def test_refuses_a_limit_out_of_bounds(tenant: Caller, limit: object) -> None:
    assert tenant.call("extension-search", limit=limit).status == 400
