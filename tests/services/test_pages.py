"""A cursor belongs to one key and one query."""

import base64
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from tests.harness import Caller, House, Reply

LATER = {"xml_cdr_uuid": "c4c4c4c4-0000-4000-8000-000000000004", "start_stamp": "2026-11-22T11:00:00Z"}


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
        assert refused(tenant, changed)
        assert refused(tenant, cursor[:place])
    assert refused(tenant, cursor + "A")
    assert refused(tenant, cursor + "=")


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


def test_one_that_is_signed_and_readable_as_they_were_is_refused(tenant: Caller) -> None:
    assert refused(tenant, base64.urlsafe_b64encode(b"s" * 16 + b'["101"]').decode().rstrip("="))


def test_nobody_reads_one(tenant: Caller) -> None:
    for query in ({}, {"order": "effective_caller_id_name"}):
        cursor = cursor_of(tenant, **query)
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        assert not any(place in raw for place in (b"100", b"front", b'["'))


def test_another_tokens_domain_or_user_is_refused_in_the_same_words(house: House) -> None:
    """Tokens of one key have its seed: what they are for keeps their cursors apart."""
    key = house.key("#", domains=(demo.DOMAIN_NAME, "empty.example.net"))

    def with_token(cursor: str | None = None, **token: str) -> Reply:
        headers = {"authorization": f"Bearer {key.done('token-create', **token)['token']}"}
        return key.call("cdr-search", limit=1, headers=headers, **({"cursor": cursor} if cursor else {}))

    key.done("cdr-create", domain_name=demo.DOMAIN_NAME, **LATER)
    cursor = with_token(domain_name=demo.DOMAIN_NAME).json["next_cursor"]
    assert with_token(cursor, domain_name=demo.DOMAIN_NAME).json["items"]
    refusals = [
        with_token(cursor, domain_name="empty.example.net"),
        with_token(cursor, domain_name=demo.DOMAIN_NAME, as_user="bob"),
        with_token(cursor[:-1], domain_name=demo.DOMAIN_NAME),
        with_token("x", domain_name=demo.DOMAIN_NAME),
    ]
    assert {(reply.status, reply.json["error"], str(reply.json["errors"])) for reply in refusals} == {
        (400, refusals[0].json["error"], str(refusals[0].json["errors"]))
    }


@pytest.mark.parametrize(
    ("action", "query"),
    [
        ("cdr-search", {"domain_name": demo.DOMAIN_NAME}),
        ("recording-list", {"domain_name": demo.DOMAIN_NAME}),
        ("event-list", {"domain_name": demo.DOMAIN_NAME, "fresh": True}),
        ("audit-list", {"domain_name": demo.DOMAIN_NAME}),
        ("delivery-list", {"domain_name": demo.DOMAIN_NAME, "webhook_uuid": demo.WEBHOOK_UUID}),
        ("call-list", {"domain_name": demo.DOMAIN_NAME}),
        ("extension-search", {"domain_name": demo.DOMAIN_NAME}),
        ("user-export", {"domain_name": demo.DOMAIN_NAME}),
        ("cdr-export", {"domain_name": demo.DOMAIN_NAME}),
        ("domain-list", {}),
        ("key-list", {}),
    ],
)
def test_every_kind_of_list_seals_its_own(operator: Caller, action: str, query: dict[str, object]) -> None:
    operator.done("cdr-create", domain_name=demo.DOMAIN_NAME, **LATER)
    reply = operator.call(action, limit=1, **query)
    assert reply.status == 200
    is_csv = action.endswith("export")
    cursor = reply.headers.get("X-Next-Cursor") if is_csv else reply.json["next_cursor"]
    if cursor is None:
        return
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert not re.search(rb"[0-9a-f]{8}-[0-9a-f]{4}|2026-|example|\[\"[0-9a-z]{4}", raw)
    assert operator.call(action, limit=1, **query, cursor=cursor).status == 200
    assert refused(operator, cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB"), action, **query)


def test_survives_a_rotation_of_the_keys_secret(tenant: Caller) -> None:
    cursor = cursor_of(tenant)
    tenant.secret = tenant.done("key-rotate", key_uuid=tenant.key_uuid)["secret"]
    assert not refused(tenant, cursor)
