"""What a link has heard and not handed in yet, in a file that survives a crash."""

import json
import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from ringpost.clock import stamp
from ringpost.model.notices import Notice, NumberedAway, NumberedNotice, RecordedFile
from ringpost.switch.hearing import Known, PostedRecord, Recorded

_SCHEMA = """
CREATE TABLE IF NOT EXISTS notices (position INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS legs (leg TEXT PRIMARY KEY, domain TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, body TEXT NOT NULL, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS link (uuid TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS away (since TEXT NOT NULL, until TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (position INTEGER PRIMARY KEY AUTOINCREMENT, action TEXT NOT NULL,
    query TEXT NOT NULL, content_type TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS heard (one INTEGER PRIMARY KEY CHECK (one = 1), core TEXT NOT NULL, at REAL NOT NULL);
"""
_KEEP_RECORD = "INSERT INTO records (action, query, content_type, body) VALUES (?, ?, ?, ?)"


class File(NamedTuple):
    """A recording that is to be handed in."""

    path: str
    about: RecordedFile


def _numbered(position: int, body: dict[str, Any]) -> NumberedNotice | NumberedAway:
    kind = NumberedAway if "away_from" in body else NumberedNotice
    return kind.model_validate({**body, "position": position})


class Buffer:
    """Notices in order, each with a position that is never used twice; legs that are up; recordings to hand in."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(0o600)  # what SQLite puts beside it has the same mode
        self._lock = Lock()
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.executescript(_SCHEMA)
        self._file.execute("INSERT INTO link SELECT ? WHERE NOT EXISTS (SELECT 1 FROM link)", (str(uuid.uuid4()),))
        self.link_uuid: str = self._file.execute("SELECT uuid FROM link").fetchone()[0]

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    def keep(
        self, notices: Sequence[Notice], recorded: Iterable[Recorded] = (), records: Iterable[PostedRecord] = ()
    ) -> None:
        """Keep what was heard; when this returns it is on the disk."""
        with self._lock, self._file:
            self._file.execute("BEGIN")
            for notice in notices:
                self._file.execute("INSERT INTO notices (body) VALUES (?)", (notice.model_dump_json(),))
                self._know_legs(notice)
            for one in recorded:
                row = (one.path, one.file.model_dump_json())
                last = "(SELECT ifnull(max(position), 0) FROM notices)"
                self._file.execute(f"INSERT OR REPLACE INTO files VALUES (?, ?, {last})", row)
            self._file.executemany(_KEEP_RECORD, records)

    def _know_legs(self, notice: Notice) -> None:
        """Which legs are up: its own, and the one it was rung for, of which perhaps nothing was told yet."""
        add = "INSERT OR IGNORE INTO legs VALUES (?, ?)"
        is_new = self._file.execute("SELECT 1 FROM legs WHERE leg = ?", (notice.leg_uuid,)).fetchone() is None
        if is_new and notice.source_uuid:
            self._file.execute(add, (notice.source_uuid, notice.domain_uuid))
        if notice.what in ("ended", "failed", "lost"):
            self._file.execute("DELETE FROM legs WHERE leg = ?", (notice.leg_uuid,))
        else:
            self._file.execute(add, (notice.leg_uuid, notice.domain_uuid))

    def legs(self) -> dict[str, str]:
        """The legs that were up when last heard of, and their domains."""
        with self._lock:
            return dict(self._file.execute("SELECT leg, domain FROM legs"))

    def heard_of(self, core: str, at: float) -> None:
        """Note that a run of the switch was there at a time."""
        with self._lock:
            self._file.execute("INSERT OR REPLACE INTO heard VALUES (1, ?, ?)", (core, at))

    def was_away(self, since: float, until: float) -> None:
        """Note that nothing was heard for a while."""
        with self._lock:
            self._file.execute("INSERT INTO away VALUES (?, ?)", (stamp(since), stamp(until)))

    def tell_away(self) -> None:
        """Let it be told that nothing was heard, now that the records of what was missed have come."""
        with self._lock, self._file:
            self._file.execute("BEGIN")
            said = "json_object('away_from', since, 'away_until', until)"
            self._file.execute(f"INSERT INTO notices (body) SELECT {said} FROM away ORDER BY rowid")
            self._file.execute("DELETE FROM away")

    def known(self, now: float) -> Known:
        """What was known of the switch when it was last heard of."""
        with self._lock:
            core, at = self._file.execute("SELECT core, at FROM heard").fetchone() or ("", now)
        return Known(core, at, self.legs())

    def first(self, most: int) -> list[NumberedNotice | NumberedAway]:
        """The notices that were not handed in yet, oldest first."""
        with self._lock:
            rows = self._file.execute(
                "SELECT position, body FROM notices ORDER BY position LIMIT ?", (most,)
            ).fetchall()
        return [_numbered(position, json.loads(body)) for position, body in rows]

    def forget(self, position: int) -> None:
        """What stands up to there was taken."""
        with self._lock:
            self._file.execute("DELETE FROM notices WHERE position <= ?", (position,))

    def files(self) -> list[File]:
        """The recordings that were not handed in yet, once all is that was told before: whose they are."""
        untold = "SELECT 1 FROM notices WHERE notices.position <= files.position"
        sql = f"SELECT path, body FROM files WHERE NOT EXISTS ({untold}) ORDER BY rowid LIMIT 100"
        with self._lock:
            rows = self._file.execute(sql).fetchall()
        return [File(path, RecordedFile.model_validate_json(body)) for path, body in rows]

    def forget_file(self, path: str) -> None:
        """That recording was handed in, or is none."""
        with self._lock:
            self._file.execute("DELETE FROM files WHERE path = ?", (path,))

    def keep_record(self, record: PostedRecord) -> None:
        """Keep what the switch has posted; when this returns it is on the disk."""
        with self._lock:
            self._file.execute(_KEEP_RECORD, record)

    def first_record(self) -> tuple[int, PostedRecord] | None:
        """The first record that was not handed in yet, and its place."""
        sql = "SELECT position, action, query, content_type, body FROM records ORDER BY position LIMIT 1"
        with self._lock:
            row = self._file.execute(sql).fetchone()
        return (row[0], PostedRecord(*row[1:])) if row else None

    def forget_record(self, position: int) -> None:
        """That record was taken, or put aside."""
        with self._lock:
            self._file.execute("DELETE FROM records WHERE position = ?", (position,))

    def put_last(self, position: int) -> None:
        """That record comes after all others."""
        with self._lock:
            last = "(SELECT max(position) + 1 FROM records)"
            self._file.execute(f"UPDATE records SET position = {last} WHERE position = ?", (position,))
