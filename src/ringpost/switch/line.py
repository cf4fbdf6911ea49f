"""A line to a switch, whatever is spoken on it: how long it is waited for, and what is said when it breaks."""

import math
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from ringpost.model.errors import SwitchUnreachable

_PATIENCE = 18.0
"""Seconds for all steps of a request together; the function is stopped after 29, and somebody may be waited for."""
_RESTS = 3.0
"""Seconds a switch that failed is left alone."""


class Connection(Protocol):
    """A connection to a switch."""

    answer_seconds: float

    def close(self) -> None:
        """Close it. To close it again is no mistake."""


C = TypeVar("C", bound=Connection)


class Line(Generic[C]):
    """The connection of a request, made when it is first needed. A switch that failed just now is left alone.

    ``connect`` is given the switch's password, and ``answer_seconds``, which are for each answer. ``resting`` is shared
    by all lines of a process: until when each switch is.
    """

    def __init__(
        self,
        switch_uuid: str,
        password: Callable[[], str],
        connect: Callable[[str, float], C],
        resting: dict[str, float] | None,
        answer_seconds: float,
        patience: float = _PATIENCE,
    ) -> None:
        self._switch_uuid = switch_uuid
        self._password = password
        self._connect = connect
        self._resting = {} if resting is None else resting
        self._answer_seconds = answer_seconds
        self._patience = patience
        self._until = math.inf
        self._made: C | None = None

    def close(self) -> None:
        """Let go of the connection."""
        if self._made is not None:
            self._made.close()
        self._made = None
        self._until = math.inf

    def take(self) -> C:
        """The connection, with the time that is left for the next step of this request."""
        made = self.hold()
        left = self._until - time.monotonic()
        if left <= 0:
            raise SwitchUnreachable("the switch takes too long for all this: see whether it is overloaded")
        made.answer_seconds = min(self._answer_seconds, left)
        return made

    def hold(self) -> C:
        """The connection, for what the caller waits for in its own time."""
        if self._made is None:
            self._made = self._connected()
        return self._made

    def wait_on(self) -> None:
        """Count no time any more: the caller's own is being waited."""
        self._until = math.inf

    @contextmanager
    def spoken(self) -> Iterator[None]:
        """What is asked meanwhile; a switch that does not answer is left alone for a while, lest everybody waits."""
        try:
            yield
        except SwitchUnreachable:
            self._rest()
            raise

    def _connected(self) -> C:
        now, password = time.monotonic(), self._password()
        if now < self._resting.get(self._switch_uuid, 0.0):
            resting = SwitchUnreachable("the switch did not answer a moment ago: try again", retry_after=int(_RESTS))
            resting.unsent = True
            raise resting
        try:
            made = self._connect(password, self._answer_seconds)
        except SwitchUnreachable as problem:
            self._rest()
            problem.unsent = True
            raise
        self._until = now + self._patience
        return made

    def _rest(self) -> None:
        self._resting[self._switch_uuid] = time.monotonic() + _RESTS


def reached(host: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to a switch; ``seconds`` is for each address of the host. ``SwitchUnreachable``."""
    try:
        return socket.create_connection((host, port), seconds)
    except (OSError, ValueError) as error:  # a name with an empty label is a ValueError
        raise SwitchUnreachable("the switch cannot be reached: check its address and port, and that it runs") from error


@contextmanager
def in_words(
    close: Callable[[], None], odd: type[Exception], whose: str, *, but: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Say what goes wrong on a connection in a sentence, and close it, whatever it was ``but`` what the switch says.

    ``odd`` is raised for what no such switch would send; ``whose`` says who speaks so.
    """
    try:
        yield
    except but:
        raise
    except TimeoutError as error:
        close()
        raise SwitchUnreachable(
            "the switch did not answer in time: see whether it is overloaded; it may still carry out the command"
        ) from error
    except OSError as error:
        close()
        raise SwitchUnreachable(
            "the switch closed the connection before it had answered: see whether it is restarting"
        ) from error
    except odd as error:
        close()
        raise SwitchUnreachable(
            f"what answers does not speak as {whose} does: check the switch's address and port"
        ) from error
    except BaseException:
        close()
        raise
