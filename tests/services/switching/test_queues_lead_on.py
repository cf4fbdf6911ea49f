"""Who leaves a queue of a FreeSWITCH hears what whoever dials the way on hears, but that it does not come back."""

from collections import Counter

from ringpost.context import Context
from ringpost.entry.console import console
from ringpost.model.route import Queued
from ringpost.services.numbers import routing
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.fakes import FakeClock
from tests.services.switching.alike import on_freeswitch
from tests.services.switching.alike.worlds import Call, Maker, World

SEED = 23
WORLDS, CALLS = 125, 8


def test_a_thousand_callers_wait_and_go_on(store: SqliteStore, clock: FakeClock) -> None:
    maker, context = Maker(SEED, queues=True), console(store, clock, "freeswitch-xml")
    found: Counter[str] = Counter()
    for at in range(WORLDS):
        world = maker.world()
        seeds.put(store, [*world.rows()])
        callers = [one for one in world.extensions if one.enabled and one.limit_max > world.calls.get(one.extension, 0)]
        for _ in range(CALLS if callers and world.domain.domain_enabled else 0):
            number = maker.random.choice([*world.queues])
            became = _checked(context, world, Call(number, maker.random.choice(callers)))
            found[became] += 1
            assert became, f"{at}: {number}"
    assert found.keys() == {"answered", "timeout", "full", "empty", "broken off", "is disabled"}
    assert min(found.values()) > 10, found


def _checked(context: Context, world: World, call: Call) -> str:
    """What became of a caller in the first queue it came to, after what it heard was compared."""
    queue, heard = world.queues[call.number], on_freeswitch.heard(context, world, call)
    route = routing.route(context, world.domain, call.number)
    if not isinstance(route, Queued):
        assert [one.what for one in heard] == ["nothing"]
        return "is disabled"
    stay = world.stays[call.number]
    there = [one for one in route.order.members if world.fate(one.extension) != "unregistered"]
    if not queue.join_empty and not there:
        stay = "empty"
    elif stay != "full" or queue.most_waiting is None:
        assert heard[0] == ("waits", call.number)
        heard = heard[1:]
        stay = "broken off" if stay == "full" else stay
    if stay == "answered":
        assert [one.what for one in heard] == ["answered"]
        return stay
    way = {"timeout": route.on_timeout, "full": route.on_full, "empty": route.on_empty}.get(stay)
    if way is None:
        assert [one.what for one in heard] == ["ended"]
        return stay
    onward = on_freeswitch.heard(context, world, Call(way, call.caller), passed=":".join(route.passed))
    assert heard == onward, (call.number, way)
    return stay
