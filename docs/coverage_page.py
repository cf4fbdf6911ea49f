"""What XiVO's and iSymphony's operations are here: read docs/coverage.csv, and write docs/coverage.md of it."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("coverage.csv")

ORIGINS = {
    "confd": "XiVO's configuration; paths after `/1.1`. Legacy paths that 16.15 still answers are among them.",
    "ctid-ng": "XiVO's calls, presence and voicemail messages; paths after `/1.0`.",
    "auth": "XiVO's tokens; paths after `/0.1`.",
    "agentd": "XiVO's queue agents; paths after `/1.0`.",
    "webhookd": "Wazo's webhooks; paths after `/1.0`. No XiVO release had it.",
    "isymphony-configuration": (
        "Paths after `/communication_manager/rest/config/`, `contact/` after the older `api/resource/`. A name in\n"
        "the place of an id (`getByName/…`) is the same operation. Where the method is not documented the\n"
        "usual one is taken: POST adds, PUT changes, DELETE removes."
    ),
    "isymphony-event": "Its WebSocket, under `/communication_manager/`: it, its filter, and each type of event.",
    "isymphony-live": (
        "Paths after `/communication_manager/rest/live/`; `CS` is `coreServers/{core_server_id}`. A name in the place\n"
        "of an id (`getByName/…`) is the same operation. Of the actions only `status/set` has its path documented;\n"
        "how the paths of the others end is our guess."
    ),
}

REASONS = {
    "later": (
        "devices, function keys, schedules, menus, trunks, routes, call permissions, voicemail messages and push to"
        " phones are wanted, but not begun"
    ),
    "switch": "it is set up in the switch's own configuration",
    "server": "it administers their server itself: wizard, licence, reload, version",
    "one record": "an extension is line, SIP account and number in one record: nothing can be taken apart",
    "one by one": "there is no action for many at once, but one for each",
    "no login": "people do not log in here, keys and tokens do",
    "chat": "there is no chat",
    "technology": "SCCP, IAX and custom channels: every line and trunk is SIP here",
}

_OPERATION = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE) [^\s|]+")
_ACTION = re.compile(r"[a-z]+(?:-[a-z]+)*")
_ACTION_IN_A_NOTE = re.compile(r"`([a-z]+(?:-[a-z]+)+)`")


class Row(NamedTuple):
    """One operation of theirs. The answer is actions of ours, or ``no:`` and a reason."""

    origin: str
    operation: str
    answer: str
    note: str

    @property
    def reason(self) -> str | None:
        """Why no action does it; None if one does."""
        return self.answer.removeprefix("no: ") if self.answer.startswith("no:") else None

    @property
    def actions(self) -> list[str]:
        """The actions that do it."""
        return self.answer.split() if self.reason is None else []

    @property
    def noted(self) -> list[str]:
        """The actions its note names."""
        return _ACTION_IN_A_NOTE.findall(self.note)


def rows(table: str) -> list[Row]:
    """The rows of the table, in its order. ValueError if one is wrong."""
    _, *lines = csv.reader(table.splitlines())
    found = [_row(line) for line in lines]
    seen: set[tuple[str, str]] = set()
    for row in found:
        if row.origin not in ORIGINS:
            raise ValueError(f"{row.operation}: {row.origin} is no origin")
        if not _OPERATION.fullmatch(row.operation):
            raise ValueError(f"{row.operation} is no method and path")
        if (row.origin, row.operation) in seen:
            raise ValueError(f"{row.operation} is there twice")
        if row.reason is not None and row.reason not in REASONS:
            raise ValueError(f"{row.operation}: {row.reason} is no reason")
        if row.reason is None and not (row.actions and all(map(_ACTION.fullmatch, row.actions))):
            raise ValueError(f"{row.operation}: {row.answer} is neither actions nor a no")
        if "|" in row.note:
            raise ValueError(f"{row.operation}: a | in a note ends its cell")
        seen.add((row.origin, row.operation))
    return found


def _row(cells: list[str]) -> Row:
    if len(cells) != len(Row._fields):
        raise ValueError(f"{cells}: a row has {len(Row._fields)} cells")
    return Row(*cells)


def page() -> str:
    """docs/coverage.md."""
    table = rows(TABLE.read_text())
    given = {row.reason for row in table}
    lines = [
        "# XiVO's and iSymphony's operations, and ours",
        "",
        "Generated from [coverage.csv](coverage.csv) by `make docs`. A row for each operation that the references of",
        "XiVO 16.15 and iSymphony 3 state, with the action that does it here; several if it takes several, or if it",
        "depends on what is changed. If none does, there is a reason, and the note says what to do instead where there",
        "is something.",
        "",
        "| no | because |",
        "|---|---|",
        *(f"| {reason} | {because} |" for reason, because in REASONS.items() if reason in given),
    ]
    for origin, about in ORIGINS.items():
        lines += ["", *_section(origin, about, [row for row in table if row.origin == origin])]
    return "\n".join(lines) + "\n"


def _section(origin: str, about: str, table: list[Row]) -> Iterable[str]:
    done = sum(row.reason is None for row in table)
    yield from [f"## {origin}", "", about, "", f"{len(table)} operations, {done} of them done here.", ""]
    yield from ["| operation | here | note |", "|---|---|---|"]
    for row in table:
        here = f"no: {row.reason}" if row.reason else ", ".join(map(_link, row.actions))
        note = _ACTION_IN_A_NOTE.sub(lambda match: _link(match[1]), row.note)
        yield f"| `{row.operation}` | {here} | {note} |"


def _link(action: str) -> str:
    return f"[`{action}`](actions.md#{action})"
