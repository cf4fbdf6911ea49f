"""Who is told of which event, and what becomes of what could not be told."""

from collections.abc import Callable
from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.model.event import Event
from ringpost.store import keys
from ringpost.webhooks.outbox import Outbox
from tests.fakes import NOON
from tests.harness import Caller, House
from tests.live_connections.ends import Client, Line
from tests.webhooks.receivers import call_event, happen

HERE = {"domain_name": demo.DOMAIN_NAME}


@pytest.fixture
def happens(line: Line, house: House) -> Callable[[Event], None]:
    """Something happens, is handed on, and pushed."""

    def now(event: Event) -> None:
        happen(house.store, event)
        line.listeners.told([event])
        line.push()

    return now


def subscribed(line: Line, caller: Caller, **members: Any) -> Client:
    client = line.client(caller)
    assert client.say("subscribe", subscription="a", **members)["message"] == "subscribed"
    return client


def test_an_event_is_told_as_event_list_tells_it(line: Line, house: House, tenant: Caller) -> None:
    client = subscribed(line, tenant)
    outbox = Outbox(house.store, house.clock, listeners=line.listeners)
    house.clock.time += 1
    tenant.done("extension-create", **HERE, extension="177")
    for due_list in keys.DUE_LISTS:
        outbox.hand_on(outbox.due(due_list, house.clock.now(), limit=100))
    line.push()
    told = [one for one in client.told if one["message"] == "event" and one["event"]["type"] == "extension.created"]
    house.clock.time += 20
    page = tenant.done("event-list", types=["extension.created"], **{"from": "2026-11-22T00:00:00Z"})
    assert [one["event"] for one in told] == page["items"]
    later = tenant.done("event-list", cursor=told[0]["cursor"])
    assert told[0]["event"]["id"] in [one["id"] for one in later["items"]], "what came close before comes again"


@pytest.mark.parametrize(
    ("members", "is_told"),
    [
        ({}, True),
        ({"events": ["call.*"]}, True),
        ({"events": ["#", "!call.*"]}, False),
        ({"events": ["cdr.#"]}, False),
        ({"extensions": ["100"]}, True),
        ({"extensions": ["199"]}, False),
        ({"direction": "inbound"}, True),
        ({"direction": "outbound"}, False),
    ],
)
def test_it_is_told_what_it_subscribed_to(
    line: Line, tenant: Caller, happens: Callable[[Event], None], members: dict[str, Any], is_told: bool
) -> None:
    client = subscribed(line, tenant, **members)
    happens(call_event())
    assert [one["type"] for one in client.events()] == (["call.ended"] if is_told else [])


def test_of_two_subscriptions_the_one_whose_domain_it_is_is_told(
    line: Line, house: House, happens: Callable[[Event], None]
) -> None:
    client = line.client(house.key("event.#", domains=(demo.DOMAIN_NAME, "empty.example.net")))
    for name, domain in (("here", demo.DOMAIN_NAME), ("there", "empty.example.net")):
        assert client.say("subscribe", subscription=name, domain_name=domain)["message"] == "subscribed"
    happens(call_event())
    assert [one["subscription"] for one in client.told if one["message"] == "event"] == ["here"]


def test_another_domains_events_are_not_told(line: Line, stranger: Caller, happens: Callable[[Event], None]) -> None:
    client = subscribed(line, stranger)
    happens(call_event())
    assert client.events() == []


def test_a_user_is_told_of_the_calls_it_sees(
    line: Line, house: House, tenant: Caller, happens: Callable[[Event], None]
) -> None:
    tenant.done("usergroup-member-add", usergroup="interns", user="bob")
    made = tenant.done("key-create", name="Bob's", scopes=["#"], domains=[demo.DOMAIN_NAME], as_user="bob")
    client = subscribed(line, Caller(house, made["key_uuid"], made["secret"]))
    happens(call_event())
    assert len(client.events()) == 1, "nobody has forbidden it"
    tenant.done("permission-set", usergroup="interns", key="see_calls", allowed=False, exceptions=[])
    happens(call_event(sequence=2))
    assert len(client.events()) == 1, "what was changed counts at once"


@pytest.mark.parametrize("what", ["disabled", "narrowed"])
def test_a_key_that_is_taken_away_is_told_nothing_and_hung_up_on(
    line: Line, house: House, operator: Caller, happens: Callable[[Event], None], what: str
) -> None:
    somebody = house.key("event.#", domains=(demo.DOMAIN_NAME,))
    client = subscribed(line, somebody)
    changes = {"enabled": False} if what == "disabled" else {"scopes": ["cdr.#"]}
    operator.done("key-update", key_uuid=somebody.key_uuid, **changes)
    house.clock.time += 31
    happens(call_event())
    assert (client.events(), client.is_hung_up) == ([], True)


def test_one_that_is_gone_is_forgotten(line: Line, tenant: Caller, happens: Callable[[Event], None]) -> None:
    client = subscribed(line, tenant)
    line.ends.gone.add(client.connection_id)
    happens(call_event())
    happens(call_event(sequence=2))
    assert line.queue.waiting == []
    assert client.say("heartbeat") == {}


def test_one_that_could_not_be_told_is_told_of_the_gap(
    line: Line, tenant: Caller, happens: Callable[[Event], None]
) -> None:
    client = subscribed(line, tenant)
    line.ends.slow.add(client.connection_id)
    happens(call_event())
    line.ends.slow.clear()
    assert client.say("heartbeat") == {"message": "gap"}
    assert client.say("heartbeat")["message"] == "heartbeat"


def test_one_that_fails_holds_up_no_other(line: Line, tenant: Caller, happens: Callable[[Event], None]) -> None:
    first, second = subscribed(line, tenant), subscribed(line, tenant)
    line.ends.slow.add(first.connection_id)
    happens(call_event())
    assert len(second.events()) == 1


def test_handing_on_goes_on_whatever_becomes_of_pushes(line: Line, house: House, tenant: Caller) -> None:
    class Broken:
        def put(self, pushes: list[Any]) -> None:
            raise RuntimeError("no queue")

    subscribed(line, tenant)
    type(line.listeners)(house.store, house.clock, Broken()).told([call_event()])


def test_who_has_unsubscribed_is_listed_no_more(
    line: Line, house: House, tenant: Caller, happens: Callable[[Event], None]
) -> None:
    client = subscribed(line, tenant)
    client.say("unsubscribe", subscription="a")
    assert not house.store.query(keys.listeners(demo.DOMAIN_UUID), limit=10)
    happens(call_event())
    assert client.events() == []


def test_a_key_that_reaches_the_domain_no_more_is_told_nothing_of_it(
    line: Line, house: House, operator: Caller, happens: Callable[[Event], None]
) -> None:
    somebody = house.key("event.#", domains=(demo.DOMAIN_NAME, "empty.example.net"))
    client = subscribed(line, somebody, domain_name=demo.DOMAIN_NAME)
    operator.done("key-update", key_uuid=somebody.key_uuid, domains=["empty.example.net"])
    house.clock.time += 31
    happens(call_event())
    assert client.events() == []


def test_what_is_written_late_is_read_with_the_cursor_of_what_was_pushed(
    line: Line, house: House, tenant: Caller, happens: Callable[[Event], None]
) -> None:
    client = subscribed(line, tenant)
    happens(call_event(at=NOON))
    late = call_event("call.answered", call=2, at=NOON - 5)
    happen(house.store, late)
    house.clock.time = NOON + 60
    [told] = [one for one in client.told if one["message"] == "event"]
    page = tenant.done("event-list", cursor=told["cursor"])
    assert late.event_uuid in [one["id"] for one in page["items"]]
