"""Which commands a link has begun, and what came of them: on disk, so that none is done twice after a crash either."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from threading import Lock

from ringpost.model.errors import SwitchUnreachable
from ringpost.switch.calls import Outcome

REMEMBERS = 100_000
"""Commands; what is older is known no more. One is waited for two minutes at most, hundreds are done a second."""
KEEPS = 1000
"""Outcomes; of older ones only that they are done."""
KEEPS_BYTES = 100_000
"""Of one outcome; what is larger is a list, and whoever missed it asks anew."""
_TIDIES_EVERY = 100
_SCHEMA = """
CREATE TABLE IF NOT EXISTS commands (
    position INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE, is_done INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS outcomes (
    position INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE, body TEXT NOT NULL
);
"""


class Journal:
    """The commands of one link. Raises ``sqlite3.Error`` if they cannot be written down: then none may be begun.

    What is written survives the end of this process however it comes. Only if the machine itself loses power may the
    last lines be lost, and with them the calls they were about.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(0o600)  # what SQLite puts beside it has the same mode
        self._lock = Lock()
        self._begun = 0
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    def begin(self, command_uuid: str) -> Outcome | None:
        """Write down that a command is begun: None. One that was begun before is not: what it came to, if known."""
        with self._lock:
            sql = "INSERT OR IGNORE INTO commands (uuid) VALUES (?)"
            if self._file.execute(sql, (command_uuid,)).rowcount:
                self._begun += 1
                if self._begun % _TIDIES_EVERY == 0:
                    self._tidy()
                return None
            sql = "SELECT is_done, body FROM commands LEFT JOIN outcomes USING (uuid) WHERE uuid = ?"
            is_done, body = self._file.execute(sql, (command_uuid,)).fetchone()
        if body is not None:
            with suppress(ValueError):  # another release wrote it
                return Outcome.model_validate_json(body)
        says = "this was done before, and what came of it is known no more"
        if not is_done:
            says = "the link ended while it did this: it may have been done"
        return Outcome.failed(SwitchUnreachable(says))

    def end(self, command_uuid: str, outcome: Outcome) -> None:
        """Write down what a command came to."""
        body = outcome.model_dump_json()
        with self._lock, self._file:
            self._file.execute("BEGIN")
            self._file.execute("UPDATE commands SET is_done = 1 WHERE uuid = ?", (command_uuid,))
            if len(body.encode()) <= KEEPS_BYTES:
                self._file.execute("INSERT OR REPLACE INTO outcomes (uuid, body) VALUES (?, ?)", (command_uuid, body))

    def _tidy(self) -> None:
        for table, most in (("commands", REMEMBERS), ("outcomes", KEEPS)):
            newest = f"SELECT max(position) FROM {table}"
            self._file.execute(f"DELETE FROM {table} WHERE position <= ({newest}) - ?", (most,))
