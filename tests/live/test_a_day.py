"""A day in a call centre on a real switch: what is told, counted and recorded is what its phones and callers did.

Agents come, rest, move, go, and lose their phones; callers wait, give up, go on. ``RINGPOST_DAY_CALLS`` says how many
call (20 unless it does), ``RINGPOST_DAY_SEED`` makes a day again; ``RINGPOST_RUSH`` is how many call at once (10).
"""

import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from ringpost.clock import stamp
from tests.live.conftest import HERE, House
from tests.live.patience import eventually
from tests.live.phones import ACCEPTING, Answering, Caller, Crowd, registers, talking
from tests.live.played import PlayedCaller
from tests.live.under_test import IS_SANDBOX, NEEDS_QUEUES

pytestmark = NEEDS_QUEUES
CALLS = int(os.environ.get("RINGPOST_DAY_CALLS", "20"))
SEED = int(os.environ.get("RINGPOST_DAY_SEED", random.randrange(10_000)))
AGENTS, QUEUES = (20, 6) if CALLS >= 200 else (6, 3)
RUSH = int(os.environ.get("RINGPOST_RUSH", "10"))
_TOGETHER = 25
"""Callers at most at a time."""
_TALKS, _PATIENCE = 2, 300
"""Seconds, in a rush: of each call, and how long a caller would wait."""
_A_SECOND = 25
"""Callers, in a rush."""
_TOO_LATE = re.compile(r"^Reason:.*(?:ORIGINATOR_CANCEL|LOSE_RACE|completed elsewhere)", re.MULTILINE)
"""Why a phone's call ends that has answered in the moment in which its caller was gone, or another's."""
_STRATEGIES = ("leastrecent", "rrmemory", "linear", "fewestcalls", "random")


class Day:
    """The generator, and what it did: each caller's name and queue, each phone and what it answered."""

    def __init__(
        self, house: House, stack: ExitStack, seed: int, *, agents: int = AGENTS, queues: int = QUEUES
    ) -> None:
        self.house, self.stack, self.chance = house, stack, random.Random(seed)
        self.since = stamp(time.time())
        self.queues = [f"77{place}" for place in range(queues)]
        self.phones: dict[str, Answering] = {}
        """Those that know what they have answered: none in the sandbox."""
        self.passwords: dict[str, str] = {}
        self.callers: dict[str, tuple[Caller | PlayedCaller, str]] = {}
        self.at: dict[str, str] = {f"77{place:02}": f"{850 + place}" for place in range(agents)}
        """Each agent's extension."""

    def begins(self) -> None:
        self.agents_come(ACCEPTING)
        for place in range(QUEUES):
            members = [{"agent": agent, "penalty": self.chance.randrange(2)} for agent in self._some(AGENTS // 2)]
            way = {"longest_wait": 8, "timeout_destination": self.queues[0]} if place else {}
            self.opens(place, members, strategy=_STRATEGIES[place % len(_STRATEGIES)], **way)

    def agents_come(self, scenario: str) -> None:
        """All are logged in, at phones that do so with each call."""
        for agent, extension in self.at.items():
            self._phone(extension, scenario)
            self.house.api.do("agent-create", number=agent, firstname=f"Agent {agent}")
            self.house.api.do("agent-login", agent=agent, extension=extension)

    def opens(self, place: int, members: list[dict[str, Any]], **about: Any) -> None:
        """A queue that may be called from outside."""
        number = self.queues[place]
        about |= {"ring_seconds": 4, "retry_seconds": 1, "wrap_up_seconds": 1}
        self.house.api.do("queue-create", name=f"day {number}", extension=number, members=members, **about)
        self.house.api.do("destination-create", number=f"120255501{place:02}", extension=number)

    def goes_on(self) -> None:
        while len(self.callers) < CALLS:
            if self.chance.random() < 0.25:
                self._an_agent_acts()
            elif self._are_calling() < _TOGETHER:
                self.somebody_calls(self.chance.randrange(QUEUES), self.chance.choice([2, 5, 9, 14]))
            time.sleep(self.chance.uniform(0.1, 0.8))

    def ends(self, patience: float = 60) -> None:
        eventually(lambda: not self._are_calling(), "all callers have hung up", patience)
        self.house.api.silence()

    def undo(self) -> None:
        api = self.house.api
        api.ask("agent-logout", everybody=True)
        for place, _ in enumerate(self.queues):
            api.ask("destination-delete", number=f"120255501{place:02}")
        for number in reversed(self.queues):
            api.ask("queue-delete", queue=number)
        for agent in self.at:
            api.ask("agent-delete", agent=agent)
        for extension in self.passwords:
            api.ask("extension-delete", extension=extension)

    def answered(self, extension: str) -> range:
        """How many calls a phone has answered; of those whose caller was gone in that moment any may be counted."""
        heard = self.phones[extension].heard()
        ends = [message for message in heard.split("UDP message ") if "\nBYE sip:" in message]
        answered = heard.count("\nACK sip:")
        return range(answered - sum(bool(_TOO_LATE.search(message)) for message in ends), answered + 1)

    def told(self) -> list[dict[str, Any]]:
        """What was told of those who called, in the end."""
        found: list[dict[str, Any]] = []
        asked = {"types": ["queue.*", "agent.missed"], "from": self.since, "fresh": True, "limit": 1000}
        more = True
        while more:
            page = self.house.api.do("event-list", **asked)
            found, more = found + page["items"], page["more"]
            asked["cursor"] = page["next_cursor"]
        return [one for one in found if one["call_uuid"]]

    def _phone(self, extension: str, scenario: str) -> None:
        made = self.house.api.do("extension-create", extension=extension)
        self.passwords[extension] = made["password"]
        if IS_SANDBOX:
            return
        self.phones[extension] = self.stack.enter_context(Answering(scenario))
        assert self._registers(extension)

    def _registers(self, extension: str, seconds: int = 3600) -> bool:
        phone, password = self.phones[extension], self.passwords[extension]
        return registers(extension, HERE, password, self.house.sip, phone.port, seconds=seconds)

    def _some(self, many: int) -> list[str]:
        return self.chance.sample([*self.at], many)

    def _are_calling(self) -> int:
        return sum(caller.is_calling() for caller, _ in self.callers.values())

    def somebody_calls(self, place: int, talks: int) -> None:
        """From outside, and hangs up after so many seconds."""
        name = f"Caller {len(self.callers)}"
        # other tests look for records of what theirs show
        shows = self.house.shown(f"130355501{self.chance.randrange(60, 99)}")
        number = f"120255501{place:02}"
        caller = self.house.caller(number, shows=shows, name=name, talks=talks)
        self.callers[name] = self.stack.enter_context(caller), self.queues[place]

    def all_call(self, place: int, many: int) -> None:
        """From outside, all at once; nobody hangs up."""
        number = f"120255501{place:02}"
        crowd = Crowd(number, self.house.trunk, many, _A_SECOND, shows="13035550199", name="Caller")
        self.stack.enter_context(crowd)
        self.callers |= dict.fromkeys(crowd.names, (crowd, self.queues[place]))

    def _an_agent_acts(self) -> None:
        agent = self.chance.choice([*self.at])
        act = self.chance.choice(["agent-login", "agent-login", "agent-pause", "agent-unpause", "agent-logout", "dies"])
        if act == "dies":
            if not IS_SANDBOX:
                assert self._registers(self.at[agent], 0)
                assert self._registers(self.at[agent]) or True
            return
        about: dict[str, str] = {}
        if act == "agent-login":
            other = self.chance.choice([*self.at])
            if self.chance.random() < 0.3 and other != agent:
                self.at[agent], self.at[other] = self.at[other], self.at[agent]
                self.house.api.ask("agent-logout", agent=other)
            about = {"extension": self.at[agent]}
        told = self.house.api.ask(act, agent=agent, **about)
        assert told.status in (200, 409, 422), told


@pytest.fixture(params=[SEED])
def day(house: House, request: pytest.FixtureRequest) -> Iterator[Day]:
    with ExitStack() as stack:
        day = Day(house, stack, request.param)
        yield day
        day.undo()


@pytest.fixture
def rush(house: House) -> Iterator[Day]:
    with ExitStack() as stack:
        day = Day(house, stack, SEED, agents=max(3, RUSH // 10), queues=1)
        yield day
        day.undo()


@pytest.mark.skipif(IS_SANDBOX, reason="in the sandbox no phone of an agent hangs up by itself")
@pytest.mark.usefixtures("linked")
def test_all_who_call_at_once_are_answered_one_after_the_other(rush: Day) -> None:
    rush.agents_come(talking(_TALKS))
    rush.opens(0, [{"agent": agent} for agent in rush.at], strategy="leastrecent", longest_wait=_PATIENCE)
    rush.all_call(0, RUSH)
    rush.ends(_PATIENCE)
    stays = eventually(lambda: _stays(rush), "every stay is told to its end", 60)
    told = Counter(one["type"] for stay in stays.values() for one in stay)
    assert (told["queue.joined"], told["queue.completed"], told["queue.abandoned"]) == (RUSH, RUSH, 0)
    _check_each_stay(stays)
    _check_figures(rush, stays)
    _check_phones(rush, stays)
    _check_records(rush, stays)


@pytest.mark.usefixtures("linked")
def test_a_day_ends_with_the_figures_of_what_was_done(day: Day) -> None:
    day.begins()
    day.goes_on()
    day.ends()
    stays = eventually(lambda: _stays(day), "every stay is told to its end", 60)
    _check_each_stay(stays)
    _check_figures(day, stays)
    _check_phones(day, stays)
    _check_records(day, stays)


def _stays(day: Day) -> dict[str, list[dict[str, Any]]] | None:
    """What was told of each stay, once each is over; fresh events settle in ten seconds."""
    stays: dict[str, list[dict[str, Any]]] = {}
    for one in day.told():
        stays.setdefault(one["data"]["visit"]["visit_uuid"], []).append(one)
    callers = {told[0]["data"]["call"]["caller_id_name"] for told in stays.values()}
    return stays if callers >= day.callers.keys() and all(map(_is_over, stays.values())) else None


def _is_over(told: list[dict[str, Any]]) -> bool:
    types = {one["type"] for one in told}
    return bool(types & {"queue.abandoned", "queue.left", "queue.completed"})


def _check_each_stay(stays: dict[str, list[dict[str, Any]]]) -> None:
    for told in stays.values():
        counted = Counter(one["type"] for one in told if one["type"] != "agent.missed")
        assert set(counted.values()) == {1}, counted
        left = counted.keys() - {"queue.joined", "queue.completed"}
        assert len(left) == 1, counted
        assert ("queue.completed" in counted) == (left == {"queue.connected"}), counted
    ids = [one["id"] for told in stays.values() for one in told]
    assert len(ids) == len(set(ids))


def _check_figures(day: Day, stays: dict[str, list[dict[str, Any]]]) -> None:
    for number in day.queues:
        told = [one for stay in stays.values() for one in stay if one["data"]["queue"]["extension"] == number]
        counted = Counter(one["type"] for one in told)
        figures = day.house.api.do("queue-statistics", queue=number, **{"from": day.since})["total"]
        assert (figures["offered"], figures["answered"], figures["abandoned"], figures["waiting"]) == (
            counted["queue.joined"], counted["queue.connected"], counted["queue.abandoned"], 0,
        )  # fmt: skip
        talks = [one["data"]["visit"]["talked"] for one in told if one["type"] == "queue.completed"]
        assert abs(figures["talk"] - sum(talks)) <= len(talks), "seconds are whole ones in each event"


def _check_phones(day: Day, stays: dict[str, list[dict[str, Any]]]) -> None:
    """Each phone has answered just the calls that it is told to have taken."""
    connected = [one for told in stays.values() for one in told if one["type"] == "queue.connected"]
    taken = Counter(one["data"]["extension"] for one in connected)
    odd = {one: (day.answered(one), taken[one]) for one in day.phones if taken[one] not in day.answered(one)}
    assert not odd, "what each has answered, and is told to have taken"
    items = {one["of"]: one for one in day.house.api.do("agent-statistics", **{"from": day.since})["items"]}
    agents = Counter(one["data"]["agent"]["number"] for one in connected)
    assert {agent: items[agent]["answered"] for agent in day.at} == {agent: agents[agent] for agent in day.at}


def _check_records(day: Day, stays: dict[str, list[dict[str, Any]]]) -> None:
    """One record a call, which says who took it."""
    records = {call: day.house.api.record(call) for call in {told[0]["call_uuid"] for told in stays.values()}}
    names = Counter(record["caller_id_name"] for record in records.values())
    assert names == Counter(day.callers.keys()), "one call a caller"
    connected = [one for told in stays.values() for one in told if one["type"] == "queue.connected"]
    taken = {one["call_uuid"]: one["data"]["extension"] for one in connected}
    said = {call: (record["answered_by"], record["missed_call"]) for call, record in records.items()}
    odd = [call for call, says in said.items() if says != (taken.get(call), call not in taken)]
    assert not odd, [(said[call], records[call]["legs"], _of_call(stays, call)) for call in odd]


def _of_call(stays: dict[str, list[dict[str, Any]]], call_uuid: str) -> list[dict[str, Any]]:
    return [one for told in stays.values() for one in told if one["call_uuid"] == call_uuid]
