"""Where phones have logged in from, noted in the switch's own database, where its plan looks before it rings one.

A phone says itself where it is. ``rewrite_contact`` corrects the first address only of those that it registers, so a
second could lead calls to anybody, also to a provider that takes whatever comes from the switch. So ``ringpost-rings``
rings a phone at an address only if somebody has shown its password from there. Asterisk itself keeps no such thing.
"""

import ipaddress
import re
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from ringpost.model.errors import SwitchRefused
from ringpost.switch.asterisk import marks
from ringpost.switch.asterisk.ami import Manager, Message, Unlisted
from ringpost.switch.kinds import Place

_HOUR = 3600.0
NOTED_AGAIN, KEPT = 12 * _HOUR, 30 * 24 * _HOUR
"""Seconds after which a place is noted once more, and forgotten: each phone shows its password every two hours."""
_TOLD_WITHIN = 3.0
_MOST = 100_000
_ACCOUNT = re.compile(r"[0-9*#]{1,32}@[A-Za-z0-9.-]{1,253}")
_REMOTE = re.compile(r"IPV[46]/[A-Z]{2,4}/([0-9A-Fa-f.:]{2,45})/[0-9]{1,5}")
_KEY = re.compile(rf"/{marks.FROM}/([0-9*#@A-Za-z0-9.:/-]{{1,400}})")
_NOTED_AT = re.compile(r"[0-9]{1,12}")


class Whereabouts:
    """A ``Notebook`` of an Asterisk: a line that is told of each login."""

    def __init__(self, line: Manager, now: Callable[[], float] = time.time) -> None:
        self._line, self._now = line, now
        self._noted: dict[str, float] = {}

    @classmethod
    def at(cls, place: Place, now: Callable[[], float] = time.time, told_within: float = _TOLD_WITHIN) -> Self:
        """Connect, and be told of every login from now on. Raises ``SwitchUnreachable`` and ``SwitchRefused``."""

        def connected() -> Manager:
            return Manager(place.host, place.port, user=place.user or "", password=place.password)

        line = connected()
        try:
            found = cls(line, now)
            found._begin(connected, told_within)
        except BaseException:
            line.close()
            raise
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._line.close()

    def write(self, seconds: float) -> None:
        """Note who has logged in since; if nobody has, the next who does within ``seconds``."""
        event = self._line.event(seconds)
        while event is not None:
            self._take(event)
            event = self._line.event(0.0)

    def _begin(self, connected: Callable[[], Manager], told_within: float) -> None:
        """Have logins told, and nothing else: whoever tries passwords is no flood here. The first is one of our own."""
        self._do("Filter", Operation="Add", Filter="Event: SuccessfulAuth")
        self._line.hear("security")
        with connected():
            deadline = time.monotonic() + told_within
            while (left := deadline - time.monotonic()) > 0:
                event = self._line.event(left)
                if event is not None and event.get("Service") == "AMI":
                    break
                if event is not None:
                    self._take(event)
            else:
                raise SwitchRefused(
                    "the switch does not tell where its phones log in from, and rings none it does not know: add"
                    " security to read= of the link's user in manager.conf"
                )
        self._forget_old()

    def _forget_old(self) -> None:
        try:
            rows = self._line.listed("DBGetTree", Family=marks.FROM)
        except Unlisted:
            return
        for row in rows:
            key, at = _KEY.fullmatch(row.get("Key")), _NOTED_AT.fullmatch(row.get("Val"))
            if key is None or row.event != "DBGetTreeResponse":
                continue
            noted_at = float(at[0]) if at else 0.0
            if noted_at < self._now() - KEPT:
                self._do("DBDel", Family=marks.FROM, Key=key[1])
            else:
                self._noted[key[1]] = noted_at

    def _take(self, event: Message) -> None:
        place = _place(event)
        if place is None or self._noted.get(place, 0.0) > self._now() - NOTED_AGAIN:
            return
        if len(self._noted) >= _MOST:
            self._noted.clear()
        self._do("DBPut", Family=marks.FROM, Key=place, Val=str(int(self._now())))
        self._noted[place] = self._now()

    def _do(self, action: str, **members: str) -> None:
        answer = self._line.ask(action, **members)
        if not answer.is_good:
            raise SwitchRefused(f"the switch does not note where its phones are: {action}: {answer.says}")


def _place(event: Message) -> str | None:
    """Account and address of a phone that has logged in; None if it is none of ours, or may not be as Asterisk says."""
    said = [event.all(name) for name in ("AccountID", "RemoteAddress")]
    if event.event != "SuccessfulAuth" or event.get("Service") != "PJSIP" or any(len(one) != 1 for one in said):
        return None
    account, remote = _ACCOUNT.fullmatch(said[0][0]), _REMOTE.fullmatch(said[1][0])
    if account is None or remote is None:
        return None
    try:
        return f"{account[0]}/{ipaddress.ip_address(remote[1])}"
    except ValueError:
        return None
