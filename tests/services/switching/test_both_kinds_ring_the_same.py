"""Where a number leads is one decision: what FreeSWITCH is answered and what Asterisk is answered ring the same."""

from collections import Counter

import pytest

from ringpost.entry.console import console
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.fakes import FakeClock
from tests.services.switching.alike import on_asterisk, on_freeswitch
from tests.services.switching.alike.heard import Heard, same
from tests.services.switching.alike.worlds import Call, Maker

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


def _but_why_it_ended(story: list[Heard]) -> list[Heard]:
    """An Asterisk answers whoever comes to a queue, so that it is hung up; a FreeSWITCH says that it is full."""
    return [one._replace(about=None) if one.what == "ended" else one for one in story]


def test_a_thousand_callers_wait_in_queues_and_go_on_alike_on_both(store: SqliteStore, clock: FakeClock) -> None:
    maker, context = Maker(SEED, queues=True), console(store, clock, "asterisk-route")
    found: Counter[str] = Counter()
    for at in range(WORLDS):
        world = maker.world()
        seeds.put(store, [*world.rows()])
        callers = [one for one in world.extensions if one.enabled]
        for _ in range(CALLS if callers else 0):
            call = Call(maker.random.choice([*world.queues]), maker.random.choice(callers))
            freeswitch, asterisk = on_freeswitch.heard(context, world, call), on_asterisk.heard(context, world, call)
            words = f"{at}: {call.number}\nFreeSWITCH: {freeswitch}\nAsterisk: {asterisk}"
            assert same(*map(_but_why_it_ended, (freeswitch, asterisk))), words
            found.update({one.what for one in asterisk})
            found["one after the other"] += sum(one.what == "waits" for one in asterisk) > 1
    assert found.keys() > {"waits", "answered", "ended", "nothing", "ring", "one after the other"}
    assert min(found.values()) > 2, found
