"""A cursor belongs to one key and one query."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.harness import Caller


def cursor_of(caller: Caller, action: str = "extension-search", **query: object) -> str:
    cursor: str = caller.done(action, limit=1, **query)["next_cursor"]
    assert cursor
    return cursor


def refused(caller: Caller, cursor: object, action: str = "extension-search", **query: object) -> bool:
    reply = caller.call(action, limit=1, cursor=cursor, **query)
    assert reply.status in (200, 400), reply
    if reply.status == 400:
        assert reply.json["errors"][0]["parameter"] == "cursor"
    return reply.status == 400


def test_leads_on(tenant: Caller) -> None:
    assert not refused(tenant, cursor_of(tenant))


def test_the_page_size_may_change_underway(tenant: Caller) -> None:
    page = tenant.done("extension-search", limit=50, cursor=cursor_of(tenant))
    assert [one["extension"] for one in page["items"]] == ["101"]


def test_another_querys_is_refused(tenant: Caller) -> None:
    assert refused(tenant, cursor_of(tenant), order="extension")
    assert refused(tenant, cursor_of(tenant, order="extension"), order="extension", direction="desc")
    assert refused(tenant, cursor_of(tenant), enabled=True)
    assert refused(tenant, cursor_of(tenant), action="ringgroup-list")


def test_another_keys_is_refused(tenant: Caller, operator: Caller) -> None:
    query = {"domain_name": "fusionpbx.example.net"}
    assert refused(tenant, cursor_of(operator, **query), **query)


def test_a_changed_one_is_refused(tenant: Caller) -> None:
    cursor = cursor_of(tenant)
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        assert refused(tenant, changed) or place == len(cursor) - 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_an_invented_one_is_refused(tenant: Caller, cursor: str) -> None:
    assert refused(tenant, cursor)


def test_counting_may_begin_or_end_underway(tenant: Caller, operator: Caller) -> None:
    for number in range(200, 210):
        tenant.done("extension-create", extension=str(number))
    for first, second in (
        ({"count": True}, {}),
        ({}, {"count": True}),
        ({"offset": 2}, {}),
        ({"offset": 2}, {"offset": 2}),
    ):
        page = tenant.done("extension-search", limit=3, **first)
        rest = tenant.done("extension-search", limit=100, cursor=page["next_cursor"], **second)
        last = page["items"][-1]["extension"]
        assert [one["extension"] for one in rest["items"]] == [str(n) for n in (101, *range(200, 210)) if str(n) > last]
    page = operator.done("domain-list", limit=1)
    assert operator.done("domain-list", limit=1, cursor=page["next_cursor"], count=True)["total"] == 2


def test_nothing_is_passed_over_when_a_row_goes_underway(tenant: Caller) -> None:
    tenant.done("user-extension-remove", user="alice", extension="100")
    for number in range(200, 206):
        tenant.done("extension-create", extension=str(number), description="x")
    for query in ({"search": "x"}, {"order": "extension", "direction": "desc"}, {"description": "x"}):
        page = tenant.done("extension-search", limit=3, **query)
        gone, *_, last = [one["extension"] for one in page["items"]]
        tenant.done("extension-delete", extension=gone)
        rest = tenant.done("extension-search", cursor=page["next_cursor"], **query)["items"]
        everything = tenant.done("extension-search", **query)["items"]
        numbers = [one["extension"] for one in everything]
        assert [one["extension"] for one in rest] == numbers[numbers.index(last) + 1 :]
        tenant.done("extension-create", extension=gone, description="x")


def test_survives_a_rotation_of_the_keys_secret(tenant: Caller) -> None:
    cursor = cursor_of(tenant)
    tenant.secret = tenant.done("key-rotate", key_uuid=tenant.key_uuid)["secret"]
    assert not refused(tenant, cursor)
