"""Where a number leads is one decision: what FreeSWITCH is answered and what Asterisk is answered ring the same."""

from collections import Counter

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
