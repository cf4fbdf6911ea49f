"""Where a number leads is one decision: what FreeSWITCH is answered and what Asterisk is answered ring the same."""

from collections import Counter
from itertools import pairwise

import pytest

from ringpost.entry.console import console
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.fakes import FakeClock
from tests.services.switching.alike import on_asterisk, on_freeswitch
from tests.services.switching.alike.heard import same
from tests.services.switching.alike.worlds import Maker

SEED = 17
WORLDS, CALLS = 125, 8
EVERYTHING = {
    "ring", "rings in any order", "answered", "leaves a message in", "listens to", "room", "slot", "music", "ended",
    "nothing",
}  # fmt: skip


@pytest.mark.often
def test_a_thousand_numbers_ring_the_same_phones_on_both(store: SqliteStore, clock: FakeClock) -> None:
    maker, context = Maker(SEED), console(store, clock, "asterisk-route")
    found: Counter[str] = Counter()
    for at in range(WORLDS):
        world = maker.world()
        seeds.put(store, [*world.rows()])
        for _ in range(CALLS):
            call = maker.call(world)
            freeswitch, asterisk = on_freeswitch.heard(context, world, call), on_asterisk.heard(context, world, call)
            who = f"{at}: {call.number} from {call.caller and call.caller.extension}"
            assert same(freeswitch, asterisk), f"{who}\nFreeSWITCH: {freeswitch}\nAsterisk: {asterisk}"
            found.update({one.what for one in asterisk})
    assert found.keys() == EVERYTHING
    assert min(found.values()) > 5, found


def test_whoever_waits_in_queues_of_an_asterisk_goes_on_as_it_is_to(store: SqliteStore, clock: FakeClock) -> None:
    """Through each queue once at most, and out of it by the way for what became of it there."""
    maker, context = Maker(SEED, has_queues=True), console(store, clock, "asterisk-route")
    found: Counter[str] = Counter()
    for _ in range(WORLDS):
        world = maker.world()
        seeds.put(store, [*world.rows()])
        for _ in range(CALLS):
            call = maker.call(world)
            story = on_asterisk.heard(context, world, call)
            waited = [one.about for one in story if one.what == "waits in"]
            numbers = [number for number, _ in waited]
            assert len(set(numbers)) == len(numbers), f"{call}: {story}"
            assert not any(fate == "answered" for _, fate in waited[:-1])
            for (number, fate), (following, _) in pairwise(waited):
                way = getattr(world.queues[number], f"{fate}_destination")
                assert way == following or world.queues.get(way) is None, f"{call}: {story}"
            found.update(fate for _, fate in waited)
            found["one after the other"] += len(waited) > 1
    assert found.keys() == {"answered", "timeout", "full", "empty", "one after the other"}
    assert min(found.values()) > 5, found
