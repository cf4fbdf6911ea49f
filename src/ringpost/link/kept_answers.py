"""Answers that are kept for when the endpoint is away, in a file: each by exactly what decided it."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from ringpost.switch.asking import Fields
from ringpost.switch.deciding import ANY, decisive, outcome

_VERSION = 1
_IS_OURS = 0x52504B41
"""SQLite's application_id of these files."""
MOST = 20_000
"""Answers to questions nobody asked ahead: anybody who calls can ask a new one."""
_SCHEMA = f"""
PRAGMA application_id = {_IS_OURS};
PRAGMA user_version = {_VERSION};
CREATE TABLE IF NOT EXISTS owner (switch TEXT NOT NULL, key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tests (id INTEGER PRIMARY KEY, action TEXT NOT NULL, named TEXT NOT NULL,
    UNIQUE (action, named));
CREATE TABLE IF NOT EXISTS answers (id INTEGER PRIMARY KEY AUTOINCREMENT, tests INTEGER NOT NULL, outcome TEXT NOT NULL,
    question TEXT NOT NULL, body BLOB, at REAL NOT NULL, is_ahead INTEGER NOT NULL, UNIQUE (tests, outcome));
CREATE INDEX IF NOT EXISTS lapsed ON answers (id) WHERE body IS NULL;
CREATE INDEX IF NOT EXISTS chance ON answers (id) WHERE NOT is_ahead;
CREATE TABLE IF NOT EXISTS marks (mark TEXT NOT NULL, answer INTEGER NOT NULL, PRIMARY KEY (mark, answer))
    WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS marks_of ON marks (answer);
CREATE TRIGGER IF NOT EXISTS forgotten AFTER DELETE ON answers BEGIN DELETE FROM marks WHERE answer = old.id; END;
CREATE TABLE IF NOT EXISTS places (name TEXT PRIMARY KEY, place TEXT NOT NULL);
"""
_ASKED_AHEAD = "SELECT count(*) FROM answers WHERE is_ahead AND body IS NOT NULL"


class Kept(NamedTuple):
    """An answer, and when it was given, in seconds since 1970."""

    body: bytes
    at: float


class Lapsed(NamedTuple):
    """A question whose answer may not be used any more until it was asked again."""

    row: int
    action: str
    fields: Fields


class Answered(NamedTuple):
    """A question, and its answer with what decided it and what it was read from; without one it has none any more."""

    action: str
    fields: Fields
    answer: Kept | None = None
    named: Sequence[str] = ()
    marks: Iterable[str] = ()


class Unusable(Exception):
    """The file is left alone."""


def opened(path: Path, switch: str, key: str, say: Callable[[str], object]) -> "KeptAnswers":
    """The answers kept in a file for a switch's link with that key; in memory if the file is not to be written to."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(0o600)
        path.chmod(0o600)
        if why := _why_anew(path, switch, key):
            say(f"{path} {why}: begun anew")
            path.unlink()
            path.touch(0o600)
        return KeptAnswers(str(path), switch, key)
    except Unusable as why:
        say(f"{path} {why}: answers are kept in memory only")
    except (OSError, sqlite3.Error) as error:
        say(f"{path} cannot be used ({error}): answers are kept in memory only")
    return KeptAnswers(":memory:", switch, key)


def _why_anew(path: Path, switch: str, key: str) -> str:
    """Why what is in a file is of no use; empty if it is."""
    file = sqlite3.connect(path)
    try:
        if not path.stat().st_size:
            return ""
        if file.execute("PRAGMA application_id").fetchone()[0] != _IS_OURS:
            raise Unusable("is something else")
        if file.execute("PRAGMA user_version").fetchone()[0] > _VERSION:
            raise Unusable("was written by a newer version")
        if file.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            return "is damaged"
        owner = file.execute("SELECT switch, key FROM owner").fetchone()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return "is damaged"
    finally:
        file.close()
    return "" if owner == (switch, key) else "is another link's"


class KeptAnswers:
    """Answers by what decided them. What a change touches loses its answer, and is a question still to be asked."""

    def __init__(self, path: str, switch: str, key: str, most: int = MOST) -> None:
        """``most`` answers are kept beside those that were asked ahead."""
        self._most = most
        self._lock = Lock()
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA secure_delete = ON")
        self._file.executescript(_SCHEMA)
        owner = "INSERT INTO owner SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM owner)"
        self._file.execute(owner, (switch, key))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    def find(self, action: str, fields: Fields) -> Kept | None:
        """The last answer to that question; None if there is none that may be used."""
        with self._lock:
            rows = self._matching(action, fields)
            found = (
                self._file.execute(f"SELECT body, at FROM answers WHERE id = {max(rows)}").fetchone() if rows else None
            )
        return Kept(*found) if found and found[0] is not None else None

    def comes_to(self, action: str, fields: Fields) -> tuple[tuple[int, str], ...]:
        """What a question comes to by all tests that are known: where two differ in that, so may their answers."""
        with self._lock:
            return tuple(self._outcomes(action, fields))

    def tests_known(self, action: str) -> int:
        """How many ways are known in which an answer was decided; it grows only."""
        with self._lock:
            count: int = self._file.execute("SELECT count(*) FROM tests WHERE action = ?", (action,)).fetchone()[0]
        return count

    def keep(self, answered: Iterable[Answered], *, is_ahead: bool) -> None:
        """Keep answers, all at once, each in place of whatever was the answer to that question before."""
        with self._lock, self._file:
            self._file.execute("BEGIN IMMEDIATE")
            for one in answered:
                was_ahead = self._forget(self._matching(one.action, one.fields))
                if one.answer is not None:
                    self._put(one, one.answer, is_ahead=was_ahead or is_ahead)
            self._make_room()

    def _put(self, one: Answered, answer: Kept, *, is_ahead: bool) -> None:
        texts = (one.action, " ".join(one.named))
        self._file.execute("INSERT OR IGNORE INTO tests (action, named) VALUES (?, ?)", texts)
        tests = self._file.execute("SELECT id FROM tests WHERE action = ? AND named = ?", texts).fetchone()[0]
        question = json.dumps(decisive(one.named, one.fields))
        row = (tests, json.dumps(outcome(one.named, one.fields)), question, answer.body, answer.at, is_ahead)
        into = "answers (tests, outcome, question, body, at, is_ahead)"
        made = self._file.execute(f"INSERT INTO {into} VALUES (?, ?, ?, ?, ?, ?)", row).lastrowid
        self._file.executemany("INSERT INTO marks VALUES (?, ?)", [(mark, made) for mark in set(one.marks)])

    def touched(self, marks: Iterable[str], domain: str) -> list[Fields]:
        """Drop the answers that have one of these marks, or were made from more than is marked in that domain.

        The questions to all of them, also to those that were dropped before.
        """
        having = "SELECT answer FROM marks WHERE mark = ?"
        which = [(having, (mark,)) for mark in marks] + [(f"{having} INTERSECT {having}", (ANY, domain))]
        with self._lock, self._file:
            self._file.execute("BEGIN IMMEDIATE")
            found = [asked for rows, values in which for asked in self._asked(rows, values)]
            for rows, values in which:
                self._file.execute(f"UPDATE answers SET body = NULL WHERE body IS NOT NULL AND id IN ({rows})", values)
        return found

    def forget(self, domain: str) -> list[Fields]:
        """Forget all that has the mark of a domain, and what was to be asked of it: the questions."""
        rows, values = "SELECT answer FROM marks WHERE mark = ?", (domain,)
        with self._lock, self._file:
            self._file.execute("BEGIN IMMEDIATE")
            found = self._asked(rows, values)
            self._file.execute(f"DELETE FROM answers WHERE id IN ({rows})", values)
        return found

    def _asked(self, rows: str, values: tuple[str, ...]) -> list[Fields]:
        found = self._file.execute(f"SELECT question FROM answers WHERE id IN ({rows})", values)
        return [json.loads(question) for (question,) in found]

    def lapse(self) -> None:
        """No answer may be used before it was asked anew."""
        with self._lock:
            self._file.execute("UPDATE answers SET body = NULL WHERE body IS NOT NULL")

    def lapsed(self, after: int, most: int) -> list[Lapsed]:
        """The next questions that are to be asked anew; ``after`` is the row of the last of those before."""
        sql = (
            "SELECT answers.id, action, question FROM answers JOIN tests ON tests.id = tests"
            " WHERE body IS NULL AND answers.id > ? ORDER BY answers.id LIMIT ?"
        )
        with self._lock:
            rows = self._file.execute(sql, (after, most)).fetchall()
        return [Lapsed(row, action, json.loads(question)) for row, action, question in rows]

    def asked_ahead(self) -> int:
        """How many answers are kept to questions that were asked ahead."""
        with self._lock:
            count: int = self._file.execute(_ASKED_AHEAD).fetchone()[0]
        return count

    def place(self, name: str) -> str | None:
        """Something noted under a name."""
        with self._lock:
            found = self._file.execute("SELECT place FROM places WHERE name = ?", (name,)).fetchone()
        return found[0] if found else None

    def note(self, name: str, place: str | None) -> None:
        """Note something under a name; None forgets it."""
        with self._lock:
            if place is None:
                self._file.execute("DELETE FROM places WHERE name = ?", (name,))
            else:
                self._file.execute("INSERT OR REPLACE INTO places VALUES (?, ?)", (name, place))

    def _matching(self, action: str, fields: Fields) -> list[int]:
        """The rows of all answers whose tests come to the same for this question."""
        outcomes = self._outcomes(action, fields)
        if not outcomes:
            return []
        places = ", ".join(["(?, ?)"] * len(outcomes))
        sql = (
            f"WITH asked (tests, outcome) AS (VALUES {places}) SELECT id FROM asked JOIN answers USING (tests, outcome)"
        )
        return [row for (row,) in self._file.execute(sql, [part for one in outcomes for part in one])]

    def _outcomes(self, action: str, fields: Fields) -> list[tuple[int, str]]:
        """What a question comes to, by the row of each test."""
        all_tests = self._file.execute("SELECT id, named FROM tests WHERE action = ?", (action,))
        return [(tests, json.dumps(outcome(named.split(), fields))) for tests, named in all_tests]

    def _forget(self, rows: list[int]) -> bool:
        """Forget some rows; whether one of them was asked ahead."""
        wanted = ", ".join(map(str, rows))
        is_ahead = self._file.execute(f"SELECT max(is_ahead) FROM answers WHERE id IN ({wanted})").fetchone()[0]
        self._file.execute(f"DELETE FROM answers WHERE id IN ({wanted})")
        return bool(is_ahead)

    def _make_room(self) -> None:
        """Forget the oldest of what was not asked ahead."""
        oldest = f"SELECT id FROM answers WHERE NOT is_ahead ORDER BY id DESC LIMIT -1 OFFSET {self._most}"
        self._file.execute(f"DELETE FROM answers WHERE id IN ({oldest})")
