"""Whatever is killed, wherever it was: a receiver is told of each call to its end, once.

``RINGPOST_CRASH_ROUNDS`` says how often, ``RINGPOST_CRASH_SEED`` begins as a round that failed did.
"""

import logging
import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.entry.crashing import LONGEST, Trouble, Works, in_words
from tests.link.playing import Played
from tests.services.happenings.test_call_events import STORIES
from tests.webhooks.receivers import until

ROUNDS = int(os.environ.get("RINGPOST_CRASH_ROUNDS", "1"))
UNHEARD_OF = ("inbound_not_registered", "inbound_voicemail_for_absent", "park_by_code_taken_by_code")
"""Over with the first event that says whose it is, or one call by an event: a link that is away then has missed it."""
CALLS, BLOWS = 8, 5
"""At once; and how often one thing or several at once are killed meanwhile."""
LONGEST_PAUSE = 0.05
"""Seconds between two events of the switch."""


@contextmanager
def seeded() -> Iterator[random.Random]:
    """Chance that a failure says how to repeat."""
    seed = int(os.environ.get("RINGPOST_CRASH_SEED") or random.SystemRandom().randrange(10**9))
    try:
        yield random.Random(seed)
    except BaseException as error:
        error.add_note(f"RINGPOST_CRASH_SEED={seed}")
        raise


class Round:
    """Some calls at once, while something or other dies and comes back."""

    def __init__(
        self, works: Works, chance: random.Random, *mortal: str, calls: int = CALLS, blows: int = BLOWS
    ) -> None:
        self.works = works
        self.chance = chance
        self.mortal = mortal
        self.blows = blows
        self.plays = played(works, chance, calls)
        self.killed = 0
        self._known: set[str] = set()

    @property
    def calls(self) -> set[str]:
        return {call for play in self.plays for call in play.legs}

    def play(self) -> None:
        """Let it all happen, one thing at a time of this call or that."""
        steps = sum(len(play.left) for play in self.plays)
        blows = sorted(self.chance.randrange(steps + 5) for _ in range(self.blows))
        pause, step = threading.Event(), 0
        while blows or any(play.left for play in self.plays):
            able = [play for play in self.plays if play.left and self._may_go_on(play)]
            if able:
                self.works.switch.happens(self.chance.choice(able).left.popleft())
            if blows and blows[0] <= step:
                del blows[0]
                self.strike()
            dead = [part for part in self.works.parts if not part.is_running]
            if dead and (self.chance.random() < 0.3 or not able):
                self.chance.choice(dead).start()
            step += 1
            pause.wait(self.chance.uniform(0, LONGEST_PAUSE))
        self.works.start()

    def strike(self) -> None:
        """Kill one of them, or several at once."""
        for name in self.chance.sample(self.mortal, self.chance.randint(1, len(self.mortal))):
            if name == "connection":
                self.killed += self.works.switch.listeners
                self.works.switch.cut()
            else:
                self.killed += getattr(self.works, name).is_running
                getattr(self.works, name).kill()

    def _may_go_on(self, play: Played) -> bool:
        """What is over before anybody has heard of it, nobody can tell."""
        call = play.ends_next
        if call is None or call in self._known or not {"link", "connection"} & set(self.mortal):
            return True
        if self.works.knows(play.legs[call]):
            self._known.add(call)
        return call in self._known


def played(works: Works, chance: random.Random, calls: int) -> list[Played]:
    scenarios = [one for one in STORIES if one not in UNHEARD_OF]
    return [Played(scenario, works.home) for scenario in chance.sample(scenarios, calls)]


def were_told(works: Works, plays: list[Played], *, exactly: bool) -> None:
    """Whether each call was told to its end, and that once; ``exactly``: as it was."""
    try:
        works.settle(call for play in plays for call in play.legs)
        by_call = works.by_call()
        for play in plays:
            for call in play.legs:
                events = by_call[call]
                assert [event["sequence"] for event in events] == list(range(1, len(events) + 1)), play.scenario
                assert [event["type"] for event in events].index("call.ended") == len(events) - 1, play.scenario
            if exactly:
                lines = [in_words(event) for call in play.legs for event in by_call[call]]
                assert sorted(lines) == sorted(play.story), play.scenario
    except AssertionError as error:
        error.add_note("\n".join(f"{play.scenario}: {play.legs}" for play in plays))
        error.add_note(works.link.said())
        raise


def happen(works: Works, plays: list[Played]) -> None:
    """Let all of it happen, as fast as it can."""
    for play in plays:
        while play.left:
            works.switch.happens(play.left.popleft())


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    with Works(tmp_path_factory.mktemp("works")) as running:
        yield running


@pytest.mark.parametrize(
    ("mortal", "exactly"),
    [(("endpoint", "worker", "link", "connection"), False), (("endpoint", "worker"), True)],
    ids=["everything", "all but the link"],
)
def test_whatever_is_killed_each_call_is_told_to_its_end_once(
    works: Works, mortal: tuple[str, ...], exactly: bool
) -> None:
    before, posts = len(works.told()), works.verified
    of_old, calls = set(works.by_call()), set()
    killed = 0
    with seeded() as chance:
        for _ in range(ROUNDS):
            one = Round(works, chance, *mortal)
            one.play()
            were_told(works, one.plays, exactly=exactly)
            calls |= one.calls
            killed += one.killed
        assert set(works.by_call()) - of_old == calls, "of nothing else"
    counts = killed, len(calls), len(works.told()) - before, works.verified - posts
    logging.getLogger(__name__).info("%d killed during %d calls: %d events, %d posts", *counts)


@pytest.mark.parametrize("trouble", ["500", "401", "page", "hangs", "reply is lost", "reply is cut"])
def test_an_endpoint_that_has_trouble_for_a_while_loses_nothing(works: Works, trouble: Trouble) -> None:
    plays = played(works, random.Random(trouble), 3)
    works.gate.makes(trouble)
    happen(works, plays)
    until(lambda: works.gate.troubled >= (1 if trouble == "hangs" else 2), LONGEST)
    works.gate.makes("")
    were_told(works, plays, exactly=True)


def test_what_a_server_does_not_deliver_waits_for_who_does(works: Works) -> None:
    works.worker.kill()
    before, plays = len(works.told()), played(works, random.Random(3), 3)
    happen(works, plays)
    until(lambda: set(works.left_over()) == {"due"}, LONGEST)
    assert len(works.told()) == before
    works.worker.start()
    were_told(works, plays, exactly=True)


def test_two_links_of_one_switch_tell_each_call_once(works: Works) -> None:
    other = works.new_link("other")
    other.start()
    try:
        until(lambda: works.switch.listeners == 2, LONGEST)
        plays = played(works, random.Random(2), CALLS)
        happen(works, plays)
        were_told(works, plays, exactly=True)
        until(lambda: not works.left_over("other"), LONGEST)
        were_told(works, plays, exactly=True)
    finally:
        other.kill()
