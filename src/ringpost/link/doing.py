"""Doing: calls of the switch port that the endpoint asks for are made here, on the driver, beside the switch.

Nothing else can be asked: no command of a switch's own, and nothing of another switch.
"""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from ringpost.clock import Clock
from ringpost.link.journal import Journal
from ringpost.model.call import CallOrder
from ringpost.model.errors import CannotComply, Problem, SwitchRefused, SwitchUnreachable
from ringpost.model.switch import SwitchRecord
from ringpost.switch import Progress, Switch, calls
from ringpost.switch.calls import Answer, Command, Outcome
from ringpost.switch.kinds import Means, Place, kinds

OVER_HTTPS = 90_000
"""Bytes of an answer; a larger one is posted: a message of the channel has at most 128 KB."""
AT_ONCE = 64
"""Commands. One that waits for A takes half a minute, and so does one of a switch that hangs."""
MOST_WAITING = 1000
_IDLES = 30.0
"""Seconds until a thread without work ends, and until a line is let go of on which nobody waits for a call's answer."""
_NOBODY = "00000000-0000-4000-8000-000000000000"
_KEPT_AT = "env:RINGPOST_ESL_PASSWORD"
_UNNAMED = "beside"
_log = logging.getLogger("ringpost")


class Answers(Protocol):
    """What carries answers back."""

    def answer(self, answer: Answer) -> None:
        """Send it up the channel. Raises ``OSError`` if that is not there: the endpoint may ask again."""


class Post(Protocol):
    """What carries the large ones."""

    def post(self, answer: Answer) -> None:
        """Post it over HTTPS, and say up the channel that it was. Raises ``OSError`` if it was not taken."""


class _Waiting(NamedTuple):
    """A command that arrived, and until when it may be begun."""

    command: Command
    until: float


class Lines:
    """Lines to the switch: one for each command. That on which a call was placed is kept for whoever awaits its answer.

    Only the line on which a call was placed is told why it failed.
    """

    def __init__(self, connect: Callable[[], Switch], elapsed: Callable[[], float]) -> None:
        self._connect = connect
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Switch, float]] = {}

    def take(self, order: CallOrder | None) -> Switch:
        """A line that is nobody else's."""
        with self._lock:
            kept = self._kept.pop(order.call_uuid, None) if order else None
        return kept[0] if kept else self._connect()

    def give_back(self, line: Switch, order: CallOrder | None = None) -> None:
        """Close it, or keep it for a call that was just placed on it."""
        if order is None:
            line.close()
            return
        with self._lock:
            former = self._kept.pop(order.call_uuid, None)
            self._kept[order.call_uuid] = (line, self._elapsed() + _IDLES)
        if former:
            former[0].close()

    def tidy(self) -> None:
        """Let go of those that nobody came for."""
        now = self._elapsed()
        with self._lock:
            over = [uuid for uuid, (_, until) in self._kept.items() if until <= now]
            lines = [self._kept.pop(uuid)[0] for uuid in over]
        for line in lines:
            line.close()

    def close(self) -> None:
        """Let go of all."""
        with self._lock:
            lines = [line for line, _ in self._kept.values()]
            self._kept.clear()
        for line in lines:
            line.close()


class Doing:
    """Does the commands of one switch, side by side, each at most once, and none that comes to its turn too late.

    ``switch`` is what the link calls its switch, by name or uuid; ``connect`` makes a line to it; ``elapsed`` is this
    machine's own clock, which does not jump. ``say`` is told what an operator should know.
    """

    def __init__(
        self,
        switch: str,
        connect: Callable[[], Switch],
        journal: Journal,
        answers: Answers,
        post: Post,
        *,
        say: Callable[[str], None] = _log.warning,
        elapsed: Callable[[], float] = time.monotonic,
        at_once: int = AT_ONCE,
    ) -> None:
        self._switch = switch.lower()
        self._journal = journal
        self._answers = answers
        self._post = post
        self._say = say
        self._elapsed = elapsed
        self._at_once = at_once
        self._lines = Lines(connect, elapsed)
        self._ready = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._under_way: set[str] = set()
        self._workers = self._idle = 0
        self._is_closed = False

    def take(self, command: Command) -> None:
        """Have it done; returns at once. One that is under way already is answered when it is done, once."""
        until = self._elapsed() + command.seconds
        with self._ready:
            if self._is_closed or command.command_uuid in self._under_way:
                return
            full = len(self._waiting) >= MOST_WAITING
            if not full:
                self._under_way.add(command.command_uuid)
                self._waiting.append(_Waiting(command, until))
                self._staff()
        if full:
            self._tell(command, Outcome.failed(_not_begun("the link has more to do than it can: try again", 1)))

    def close(self) -> None:
        """Begin nothing any more. What is under way is answered as long as this process lives."""
        with self._ready:
            self._is_closed = True
            self._waiting.clear()
            self._ready.notify_all()
        self._lines.close()

    def _staff(self) -> None:
        """Wake a thread that has nothing to do, or start one if there are not enough of them."""
        if len(self._waiting) <= self._idle or self._workers >= self._at_once:
            self._ready.notify()
            return
        self._workers += 1
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while (waiting := self._next()) is not None:
            outcome = self._outcome(waiting)
            with self._ready:  # before it is told: one that is lost on the way may be asked for at once
                self._under_way.discard(waiting.command.command_uuid)
            self._tell(waiting.command, outcome)

    def _next(self) -> _Waiting | None:
        """The next command; None if none came for a while, or none will be begun any more."""
        with self._ready:
            self._idle += 1
            self._ready.wait_for(lambda: self._waiting or self._is_closed, _IDLES)
            self._idle -= 1
            if self._waiting:
                return self._waiting.popleft()
            self._workers -= 1
        self._lines.tidy()
        return None

    def _outcome(self, waiting: _Waiting) -> Outcome:
        """What a command comes to, or came to before. It is written down before it is begun, and when it is done."""
        uuid = waiting.command.command_uuid
        try:
            before = self._journal.begin(uuid)
        except (sqlite3.Error, ValueError) as error:
            self._say(f"a command is not begun, for it cannot be written down: {error}")
            return Outcome.failed(_not_begun(f"the link cannot write down what it does: {error}"))
        if before is not None:
            return before
        outcome = self._done(waiting)
        try:
            self._journal.end(uuid, outcome)
        except sqlite3.Error as error:  # it is begun for ever, and so is not done again
            self._say(f"what came of a command cannot be written down: {error}")
        return outcome

    def _done(self, waiting: _Waiting) -> Outcome:
        asked = waiting.command.asked
        try:
            self._check(waiting)
            return calls.answered(asked, self._call(asked.call, calls.arguments(asked)))
        except Problem as problem:
            return Outcome.failed(problem)
        except Exception:  # noqa: BLE001 - a bug must not leave whoever asks without an answer
            _log.exception("%s broke", asked.call)
            return Outcome.failed(SwitchUnreachable("something broke in the link as it did this: see its log"))

    def _check(self, waiting: _Waiting) -> None:
        command = waiting.command
        if self._switch not in (command.switch_name.lower(), command.switch_uuid):
            raise SwitchRefused(f"this is the link of {self._switch}, not of {command.switch_name}")
        if self._elapsed() >= waiting.until:
            raise _not_begun("the link came to it when its time was over, and has not begun it")

    def _call(self, call: str, arguments: dict[str, Any]) -> Any:
        order = next((value for value in arguments.values() if isinstance(value, CallOrder)), None)
        line, keeps = self._lines.take(order), None
        try:
            result = getattr(line, call)(**arguments)
            keeps = None if isinstance(result, Progress) else order
            return result
        finally:
            self._lines.give_back(line, keeps)

    def _tell(self, command: Command, outcome: Outcome) -> None:
        answer = Answer(command_uuid=command.command_uuid, switch_uuid=command.switch_uuid, outcome=outcome)
        try:
            is_large = len(answer.model_dump_json().encode()) > OVER_HTTPS
            (self._post.post if is_large else self._answers.answer)(answer)
        except Exception as error:  # noqa: BLE001 - whatever carries it must not stop the link
            self._say(f"what came of {command.asked.call} could not be told: {error!r}")


def beside(
    kind: str, place: Place, clock: Clock, secret: str = _KEPT_AT, switch_name: str = _UNNAMED
) -> Callable[[], Switch]:
    """Makes lines to the switch beside this link, which is where the link's own options say, whatever is asked.

    ``secret`` says where the password is, and ``switch_name`` what this switch is called, for whoever examines a line.
    """
    found = kinds()[kind]
    if not found.has_link:
        raise CannotComply(f"a {kind} switch has no link")
    host = f"[{place.host.strip('[]')}]" if ":" in place.host else place.host
    record = SwitchRecord.model_validate(
        {
            "switch_uuid": _NOBODY,
            "switch_name": switch_name.lower(),
            "kind": kind,
            "address": f"{host}:{place.port}",
            "user": place.user,
            "secret": secret,
        }
    )

    def connect() -> Switch:
        """A line that rests after nobody's failure but its own: one command that hangs is no word about the others."""
        return found.connect(record, Means(clock, lambda _: place.password, {}))

    return connect


def _not_begun(says: str, retry_after: int | None = None) -> SwitchUnreachable:
    problem = SwitchUnreachable(says, retry_after=retry_after)
    problem.unsent = True
    return problem
