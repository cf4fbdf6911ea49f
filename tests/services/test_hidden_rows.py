"""A page of calls is what it would be if those that are hidden were not there."""

from collections.abc import Callable
from typing import Any

import pytest

from ringpost.clock import stamp
from ringpost.entry import demo
from ringpost.model.call import Call
from ringpost.services import pages
from ringpost.store import Key, Put, Row, keys
from tests.fakes import NOON
from tests.harness import Caller, House

Ask = Callable[..., Any]


def hers(place: int) -> bool:
    return place % 5 != 0


@pytest.fixture
def bob(house: House, tenant: Caller) -> Ask:
    """Bob at 101, who may see no calls but his own."""
    tenant.done("user-extension-add", user="bob", extension="101")
    tenant.done("permission-set", usergroup="everyone", key="see_calls", allowed=False)
    token = tenant.done("token-create", as_user="bob", domain_name=demo.DOMAIN_NAME)["token"]

    def ask(action: str, /, **parameters: Any) -> Any:
        reply = tenant.call(action, headers={"authorization": f"Bearer {token}"}, **parameters)
        assert reply.status == 200, reply
        return reply

    return ask


def call_of(extension: str, place: int) -> dict[str, str]:
    uuid = f"c7c7c7c7-0000-4000-8000-{place:012d}"
    return {"xml_cdr_uuid": uuid, "start_stamp": stamp(NOON - 60 * place), "extension": extension}


def walked(ask: Ask, **query: Any) -> list[list[str]]:
    """The calls of each page."""
    found, cursor = [], None
    while True:
        page = ask("cdr-search", **query, **({"cursor": cursor} if cursor else {})).json
        found.append([call["xml_cdr_uuid"] for call in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_pages_are_full_of_what_is_there(bob: Ask, tenant: Caller) -> None:
    for place in range(1, 31):
        tenant.done("cdr-create", **call_of("100" if hers(place) else "101", place))
    his = [call_of("101", place)["xml_cdr_uuid"] for place in range(1, 31) if not hers(place)]
    for limit in (1, 2, 3, 6, 7):
        expected = [his[start : start + limit] for start in range(0, len(his), limit)]
        assert walked(bob, limit=limit) == expected
    assert len(walked(tenant.call, limit=100)[0]) == 31, "with one of yesterday, for whoever sees all"
    assert bob("cdr-export", limit=2).text.count("c7c7c7c7") == 2


def test_where_all_is_hidden_it_is_as_where_there_is_nothing(bob: Ask, tenant: Caller) -> None:
    since = {"from": stamp(NOON - 3600)}
    nothing = bob("cdr-search", limit=1, **since).text
    for place in range(1, 4):
        tenant.done("cdr-create", **call_of("100", place))
    assert bob("cdr-search", limit=1, **since).text == nothing
    assert '"next_cursor":null' in nothing
    assert bob("recording-list", limit=1).json == {"items": [], "next_cursor": None}


def test_a_filter_of_ones_own_may_still_leave_a_page_empty(bob: Ask, tenant: Caller) -> None:
    for place in range(1, 7):
        tenant.done("cdr-create", **call_of("100" if hers(place) else "101", place))
    assert walked(bob, limit=1, hangup_cause="USER_BUSY") == [[]]
    tenant.done("cdr-create", **call_of("101", 4))
    assert walked(bob, limit=1, hangup_cause="USER_BUSY") == [[], []]


def test_after_very_many_it_ends_early_and_goes_on(house: House, bob: Ask, tenant: Caller) -> None:
    tenant.done("cdr-create", **call_of("100", 1))
    row = house.store.query(keys.cdrs(demo.DOMAIN_UUID), descending=True, limit=1)[0]
    call = Call.model_validate_json(row.body)
    many = pages.MOST_PASSED + 1000
    for start in range(2, many, 100):
        rows = []
        for place in range(start, start + 100):
            at = call_of("100", place)
            body = call.model_copy(update={**at, "extensions": ("100",)}).model_dump_json()
            rows.append(Put(Row(Key(row.key.partition, f"{at['start_stamp']}#{at['xml_cdr_uuid']}"), body)))
        house.store.transact(rows)
    last = call_of("101", many + 200)
    tenant.done("cdr-create", **last)
    found = walked(bob, limit=10)
    assert found == [[], [last["xml_cdr_uuid"]]]
