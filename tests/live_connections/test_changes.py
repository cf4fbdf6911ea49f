"""A link that keeps answers is told over its live connection what changes in the domains of its switch."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.store import keys
from ringpost.webhooks.outbox import Outbox
from tests.harness import Caller, House
from tests.live_connections.ends import Client, Line

HERE = {"domain_name": demo.DOMAIN_NAME}
SCOPES = ("switch.link", "event.list")


@pytest.fixture
def told(line: Line, house: House, operator: Caller) -> Callable[[], None]:
    """Hands on and pushes what has happened since; the demo domain lives on the switch ``lab``."""
    outbox = Outbox(house.store, house.clock, listeners=line.listeners)

    def now() -> None:
        house.clock.time += 1
        for due_list in keys.DUE_LISTS:
            outbox.hand_on(outbox.due(due_list, house.clock.now(), limit=1000))
        line.push()

    operator.done("switch-create", name="pbx2", kind="freeswitch", via="link")
    operator.done("domain-update", **HERE, switch="lab")
    now()
    return now


def link(line: Line, house: House, switch: str = "lab", *, scopes: tuple[str, ...] = SCOPES, **said: Any) -> Client:
    client = line.client(house.key(*scopes, switch=switch))
    about = {"switch": switch, "link_uuid": str(uuid.uuid4()), "version": "1.0", "changes": True, **said}
    assert client.say("link", **about)["message"] == "linked"
    return client


def types(client: Client) -> list[str]:
    return [one["type"] for one in client.events()]


def test_a_link_is_told_what_changes_in_the_domains_of_its_switch(
    line: Line, house: House, operator: Caller, told: Callable[[], None]
) -> None:
    here, elsewhere, plain = link(line, house), link(line, house, "pbx2"), link(line, house, changes=False)
    operator.done("domain-create", domain_name="other.example.net", switch="pbx2")
    operator.done("extension-create", **HERE, extension="177")
    told()
    assert sorted(types(here)) == ["extension.created", "voicemail.created"]
    assert here.told[-1]["subscription"] == "changes"
    assert types(elsewhere) == ["domain.created"]
    assert types(plain) == []


def test_it_is_told_of_nothing_by_which_no_answer_changes(
    line: Line, house: House, operator: Caller, told: Callable[[], None]
) -> None:
    here = link(line, house)
    operator.done("contact-create", **HERE, display_name="Dora Example")
    told()
    assert types(here) == []


def test_who_subscribes_too_is_told_as_either(
    line: Line, house: House, operator: Caller, told: Callable[[], None]
) -> None:
    here = link(line, house)
    here.say("subscribe", subscription="a", **HERE, events=["extension.*"])
    operator.done("extension-create", **HERE, extension="177")
    told()
    made = [one for one in here.told if one["message"] == "event" and one["event"]["type"] == "extension.created"]
    assert [one["subscription"] for one in made] == ["a", "changes"]


def test_a_domain_that_moves_has_left_the_one_link_and_is_told_to_the_other(
    line: Line, house: House, operator: Caller, told: Callable[[], None]
) -> None:
    before, after = link(line, house), link(line, house, "pbx2")
    operator.done("domain-update", **HERE, switch="pbx2")
    told()
    assert before.told[-1] == {"message": "left", "domain_uuid": demo.DOMAIN_UUID}
    assert types(before) == []
    assert types(after) == ["domain.updated"]


def test_a_link_whose_key_may_not_read_events_is_told_none(
    line: Line, house: House, operator: Caller, told: Callable[[], None]
) -> None:
    here = link(line, house, scopes=("switch.link",))
    assert not here.told[-1].get("changes")
    operator.done("extension-create", **HERE, extension="177")
    told()
    assert types(here) == []
    assert not here.is_hung_up


def test_a_key_that_is_taken_away_is_told_nothing_from_thirty_seconds_on(
    line: Line, house: House, operator: Caller, told: Callable[[], None]
) -> None:
    key = house.key(*SCOPES, switch="lab")
    client = line.client(key)
    client.say("link", switch="lab", link_uuid=str(uuid.uuid4()), version="1.0", changes=True)
    operator.done("key-delete", key_uuid=key.key_uuid)
    house.clock.time += 31
    operator.done("extension-create", **HERE, extension="177")
    told()
    assert types(client) == []
    assert client.is_hung_up


def test_what_cannot_be_told_is_a_gap(line: Line, house: House, operator: Caller, told: Callable[[], None]) -> None:
    here = link(line, house)
    line.ends.slow.add(here.connection_id)
    operator.done("extension-create", **HERE, extension="177")
    told()
    line.ends.slow.clear()
    assert here.say("heartbeat") == {"message": "gap"}


def test_a_heartbeat_writes_no_list_of_listeners(line: Line, house: House, tenant: Caller) -> None:
    client = line.client(tenant)
    client.say("subscribe", subscription="a", **HERE)
    [listed] = house.store.query(keys.listeners(demo.DOMAIN_UUID), limit=2)
    house.clock.time += 60
    client.say("heartbeat")
    assert house.store.query(keys.listeners(demo.DOMAIN_UUID), limit=2) == [listed]
    [swept] = house.store.query(keys.LIVE, limit=2)
    assert swept.version > listed.version, "that list says who is silent"
