"""The log of the switch under test: what it complains of is a failed test, unless somebody has said why it may."""

import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.live.patience import eventually

_COMPLAINT = re.compile(
    r"\[(?:ERR|CRIT|ALERT)\]|\[WARNING\] mod_sndfile\.c:\d+ Error Opening File"
    r"|\] ERROR\[|\] WARNING\[[^]]*\](?:\[[^]]*\])? (?:file|pbx|app_exec|func_\w+|res_config_curl|config|manager)\.c:"
)
"""A sound that is not there is a warning only, and so is what an Asterisk cannot read or run."""
_MARK = "ringpost live suite"


class Expected(NamedTuple):
    """A complaint that is no fault."""

    pattern: str
    reason: str


def complaints(lines: Iterable[str], expected: Sequence[Expected] = ()) -> list[str]:
    """The lines at level ERR and above, and about sounds that are not there, that nobody expects."""
    allowed = [re.compile(one.pattern) for one in expected]
    return [line for line in lines if _COMPLAINT.search(line) and not any(one.search(line) for one in allowed)]


class SwitchLog:
    """Reads on from where an earlier run has stopped, or from the start; also when the switch begins a new file."""

    def __init__(self, file: Path, say: Callable[[str], object], *, seconds: float = 15.0) -> None:
        """``say`` has the switch write a line into its log, at a level that the log takes, within so many seconds."""
        self._file = file
        self._say = say
        self._seconds = seconds
        self._open = file.open("rb")
        self._kept = b""
        judged = self._open.read()
        self._open.seek(judged.find(b"\n", judged.rfind(_MARK.encode()) + 1) + 1 if _MARK.encode() in judged else 0)

    def close(self) -> None:
        self._open.close()

    def lines(self) -> list[str]:
        """What it has written since it was asked last: all of it, for it ends with a line that we have it write."""
        mark, read = f"{_MARK} {uuid.uuid4()}", list[str]()
        self._say(mark)

        def is_there() -> bool:
            read.extend(self._more())
            return any(mark in line for line in read)

        asked = f"the switch writes into {self._file}: is that its log, and does it take warnings?"
        eventually(is_there, asked, self._seconds)
        return [line for line in read if _MARK not in line]

    def _more(self) -> list[str]:
        fresh = self._kept + self._open.read()
        if self._file.exists() and not self._file.samefile(f"/proc/self/fd/{self._open.fileno()}"):
            fresh += self._open.read()
            self._open.close()
            self._open = self._file.open("rb")
            fresh += self._open.read()
        whole, _, self._kept = fresh.rpartition(b"\n")
        return whole.decode(errors="replace").splitlines()
