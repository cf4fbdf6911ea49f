"""What a caller in a queue costs the endpoint: what a link tells of one, and a rush of them in the sandbox."""

import itertools
import time
import uuid
from collections.abc import Iterator
from statistics import median

from benchmarks.table import Line
from benchmarks.timing import cpu_seconds, output_thrown_away
from ringpost.context import CallLimits
from ringpost.entry import demo
from ringpost.model.notices import Notice
from tests.actions.events.test_queues_of_a_link import numbered
from tests.actions.events.test_switch_event import LINK
from tests.fakes import CountingStore, RecordingSwitch
from tests.harness import Caller
from tests.services.happenings.test_queue_events import answered
from tests.store_calls import watched

AGENTS, CALLERS = 20, 200
_HOME = {"domain_name": demo.DOMAIN_NAME}


def lines() -> Iterator[Line]:
    """What each notice of a link costs, in a queue and not; how long a rush of callers takes."""
    with watched(CountingStore) as (operator, _), output_thrown_away():
        told = _told(operator)
    yield told
    with watched(CountingStore) as (operator, _):
        rush = _rush(operator)
    yield rush


def _told(operator: Caller) -> Line:
    """CPU of the endpoint for a caller whom one agent misses and another takes, beside the same without a queue."""
    operator.done("switch-create", name="pbx1", kind="freeswitch", via="link")
    operator.done("domain-update", **_HOME, switch="pbx1")
    operator.house.switch = RecordingSwitch()
    operator.done("queue-update", **_HOME, queue="700", members=[{"agent": "7003"}])
    operator.done("agent-login", **_HOME, agent="7003", extension="101")
    link = operator.house.key("switch.event", switch="pbx1")
    story = answered().told
    plain = [one for one in story if one.what != "queued"]
    position = itertools.count(1)

    def hands_in(told: list[Notice]) -> None:
        names = {one: str(uuid.uuid4()) for notice in told for one in (notice.leg_uuid, notice.source_uuid) if one}
        fresh = [
            one.model_copy(update={"leg_uuid": names[one.leg_uuid], "source_uuid": names.get(one.source_uuid or "")})
            for one in told
        ]
        notices = [{**one, "position": next(position)} for one in numbered(fresh)]
        answer = link.done("switch-event", switch="pbx1", link_uuid=LINK, notices=notices)
        assert (answer["taken"], answer["refused"]) == (notices[-1]["position"], 0)

    took = cpu_seconds({"queue": lambda: hands_in(story), "plain": lambda: hands_in(plain)}, rounds=11)
    ratio = median(one / other for one, other in zip(took["queue"], took["plain"], strict=True))
    return Line(
        "CPU of the endpoint for what a link tells of a caller in a queue: missed by one agent, taken by another",
        f"{len(story)} notices in one request, {median(took['queue']) * 1e3:.1f} ms",
        f"the same call without a queue: {len(plain)} notices, {median(took['plain']) * 1e3:.1f} ms",
        f"{ratio:.2f}",
    )


def _rush(operator: Caller) -> Line:
    """A caller after the other, without a pause, in a queue of the sandbox; each is told to its end."""
    operator.house.call_limits = CallLimits(10_000, 10_000)
    operator.house.restart()
    operator.done("queue-create", **_HOME, name="Rush", extension="702", strategy="leastrecent")
    for place in range(AGENTS):
        operator.done("extension-create", **_HOME, extension=f"12{place:02}")
        operator.done("agent-create", **_HOME, number=f"72{place:02}", firstname="Agent")
        operator.done("queue-member-add", **_HOME, queue="702", agent=f"72{place:02}")
        operator.done("agent-login", **_HOME, agent=f"72{place:02}", extension=f"12{place:02}")
    order = {"caller_id_number": "12025550111", "destination_a": "12025550150", "destination_b": "702", "wait": 0}
    started = time.process_time()
    for _ in range(CALLERS):
        operator.done("originate", **_HOME, **order)
    took = time.process_time() - started
    operator.house.clock.sleep(3600)
    figures = operator.done("queue-statistics", **_HOME, queue="702")["total"]
    assert figures["answered"] == CALLERS, figures
    return Line(
        f"{CALLERS} callers at once in a queue of {AGENTS} agents, in the sandbox",
        f"{CALLERS / took:.0f} callers a second of CPU; all answered, the last after {figures['longest_wait']} s",
    )
