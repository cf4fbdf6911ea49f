"""A day in a call centre of the sandbox: the figures are what the events say, and the events what the records say."""

from collections import Counter
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from ringpost.clock import seconds
from ringpost.context import CallLimits
from ringpost.entry import demo
from tests.actions.queues.centre import GIVES_UP, SILENT
from tests.harness import Caller, House

AGENTS, QUEUES, CALLS = 8, 3, 60
HOME = {"domain_name": demo.DOMAIN_NAME}


class Day:
    """Agents who come, rest, move and go, and callers who wait, give up or go on, as chance will have it."""

    def __init__(self, house: House, caller: Caller, seed: int) -> None:
        self.house, self.caller, self.chance = house, caller, Random(seed)
        self.calls: dict[str, str] = {}
        self.where = {f"72{place:02}": f"12{place:02}" for place in range(AGENTS)}
        """Each agent's own extension."""
        self.spare = iter(range(1300, 1400))

    def begins(self) -> None:
        strategies = ("ringall", "leastrecent", "rrmemory")
        for place in range(QUEUES):
            way = {"longest_wait": 40, "timeout_destination": "720"} if place else {}
            rings = {"strategy": strategies[place % 3], "ring_seconds": 8, "wrap_up_seconds": 4 * place}
            self.do("queue-create", name=f"Q{place}", extension=f"72{place}", **rings, **way)
        for agent, extension in self.where.items():
            self.do("extension-create", extension=extension)
            self.do("agent-create", number=agent, firstname="Agent")
            for place in self.chance.sample(range(QUEUES), 2):
                self.do("queue-member-add", queue=f"72{place}", agent=agent, penalty=self.chance.randrange(2))
        self.do("extension-create", extension=SILENT)

    def goes_on(self) -> None:
        while len(self.calls) < CALLS:
            self.house.clock.time += self.chance.expovariate(1 / 3)
            self.chance.choices([self._somebody_calls, self._an_agent_acts], [2, 1])[0]()

    def ends(self) -> None:
        self.do("agent-logout", everybody=True)
        self.house.clock.time += 4000

    def _somebody_calls(self) -> None:
        shows = GIVES_UP if self.chance.random() < 0.3 else f"1202555{self.chance.randrange(200, 300):04}"
        queue = f"72{self.chance.randrange(QUEUES)}"
        order = {"caller_id_number": shows, "destination_a": "12025550150", "destination_b": queue, "wait": 0}
        reply = self.caller.call("originate", **HOME, **order)
        assert reply.status in (200, 202), reply
        self.calls[reply.json["call_uuid"]] = queue

    def _an_agent_acts(self) -> None:
        agent = self.chance.choice([*self.where])
        acts = ["agent-login", "agent-login", "agent-login", "agent-pause", "agent-unpause", "agent-logout"]
        act, about = self.chance.choice(acts), dict[str, Any]()
        if act == "agent-login":
            about["extension"] = SILENT if self.chance.random() < 0.2 else self._somewhere(agent)
        assert self.caller.call(act, **HOME, agent=agent, **about).status in (200, 409, 422)

    def _somewhere(self, agent: str) -> str:
        """An agent's own place, or now and then a new one."""
        if self.chance.random() < 0.2:
            self.where[agent] = str(next(self.spare))
            self.do("extension-create", extension=self.where[agent])
        return self.where[agent]

    def do(self, action: str, **about: Any) -> Any:
        return self.caller.done(action, **HOME, **about)

    def everything(self, action: str, **about: Any) -> list[dict[str, Any]]:
        found, page = list[dict[str, Any]](), dict[str, Any](more=True)
        while page.get("more") or (page.get("next_cursor") and "more" not in page):
            page = self.do(action, limit=1000, cursor=page.get("next_cursor"), **about)
            found += page["items"]
        return found


@pytest.mark.parametrize("seed", range(3))
def test_a_day_ends_with_the_figures_of_what_was_done(house: House, operator: Caller, seed: int) -> None:
    house.call_limits = CallLimits(10_000, 10_000)
    house.restart()
    day = Day(house, operator, seed)
    day.begins()
    day.goes_on()
    day.ends()
    told = [
        one for one in day.everything("event-list", types=["queue.*", "agent.missed"]) if one["call_uuid"] in day.calls
    ]
    records = {one["xml_cdr_uuid"]: one for one in day.everything("cdr-search") if one["xml_cdr_uuid"] in day.calls}
    assert records.keys() == day.calls.keys(), "one record a call"
    assert len({one["id"] for one in told}) == len(told), "every event once"
    _check_each_stay(told)
    _check_figures(day, told)
    _check_records(told, records)
    _check_nobody_is_in_two_calls_at_once(records)


def _check_each_stay(told: list[dict[str, Any]]) -> None:
    """Who joins leaves once, and has talked if a member answered."""
    stays = Counter((one["data"]["visit"]["visit_uuid"], one["type"]) for one in told if one["type"] != "agent.missed")
    assert set(stays.values()) == {1}
    for visit in {visit for visit, _ in stays}:
        left = [kind for one, kind in stays if one == visit and kind not in ("queue.joined", "queue.completed")]
        assert len(left) == 1
        assert ((visit, "queue.completed") in stays) == (left == ["queue.connected"])


def _check_figures(day: Day, told: list[dict[str, Any]]) -> None:
    for place in range(QUEUES):
        mine = [one for one in told if one["data"]["queue"]["extension"] == f"72{place}"]
        counted = Counter(one["type"] for one in mine)
        figures = day.do("queue-statistics", queue=f"72{place}")["total"]
        assert figures["waiting"] == 0
        assert (figures["offered"], figures["answered"], figures["abandoned"], figures["overflowed"]) == (
            counted["queue.joined"], counted["queue.connected"], counted["queue.abandoned"],
            sum(one["type"] == "queue.left" and one["data"]["visit"]["left_because"] == "timeout" for one in mine),
        )  # fmt: skip
    answered = Counter(one["data"]["agent"]["number"] for one in told if one["type"] == "queue.connected")
    missed = Counter(
        one["data"]["agent"]["number"] for one in told if one["type"] == "agent.missed" and one["data"]["agent"]
    )
    items = {one["of"]: one for one in day.do("agent-statistics")["items"]}
    for agent in day.where:
        assert (items[agent]["answered"], items[agent]["missed"]) == (answered[agent], missed[agent])


def _check_records(told: list[dict[str, Any]], records: dict[str, Any]) -> None:
    taken = {one["call_uuid"]: one["data"]["extension"] for one in told if one["type"] == "queue.connected"}
    for call_uuid, record in records.items():
        assert record["answered_by"] == taken.get(call_uuid)
        assert record["missed_call"] == (call_uuid not in taken)


def _check_nobody_is_in_two_calls_at_once(records: dict[str, Any]) -> None:
    busy: dict[str, list[tuple[float, float]]] = {}
    for record in records.values():
        for leg in record["legs"]:
            if leg["extension"]:
                busy.setdefault(leg["extension"], []).append((seconds(leg["start_stamp"]), seconds(leg["end_stamp"])))
    for spans in busy.values():
        spans.sort()
        for (_, ends), (begins, _) in pairwise(spans):
            assert begins >= ends
