"""Tables to take away: users and calls as CSV, a page at a time."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.call import Call
from ringpost.model.requests import CallFilters, Listing, Page
from ringpost.services import all_calls, csv_files, user_files, users

_STRETCH = 250
_FULL = 5_500_000
"""Bytes of a table as Lambda hands it on, in JSON: every quotation mark is two of them, and each is escaped."""
_WORKS_FOR = 15.0
"""Seconds after which a page ends early: over all domains its rows may lie far apart."""
Stretch = Callable[[str | None, int], tuple[list[dict[str, Any]], str | None]]
"""The rows of the next so many from a cursor on, and where to go on."""
_CALL_COLUMNS = (
    "xml_cdr_uuid",
    "start",
    "answer",
    "end",
    "source_name",
    "source_extension",
    "destination_name",
    "destination_extension",
    "duration",
    "answered",
    "call_direction",
    "tags",
    "hangup_cause",
    "missed",
    "extensions",
    "external_id",
    "billsec",
    "caller_id_number",
    "domain_uuid",
    "domain_name",
)
"""XiVO's call logs (call-logd 17.17), then ours, the later ones at the end."""


class Table(NamedTuple):
    """A page of a table, as it is answered."""

    text: str
    file_name: str
    next_cursor: str | None

    @property
    def body(self) -> bytes:
        """The text as it is sent."""
        return self.text.encode()

    @property
    def content_type(self) -> str:
        """What it is."""
        return csv_files.CONTENT_TYPE

    @property
    def headers(self) -> dict[str, str]:
        """How a browser keeps it, and where the next page begins."""
        kept = {"Content-Disposition": f'attachment; filename="{self.file_name}"'}
        return kept | ({"X-Next-Cursor": self.next_cursor} if self.next_cursor else {})


def of_users(context: Context, home: str, request: Listing) -> Table:
    """Users as XiVO's columns, as user-list has them."""
    row = user_files.exporter(context, home)

    def stretch(cursor: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        page = users.listed(context, home, None, request.model_copy(update={"cursor": cursor, "limit": limit}))
        return list(map(row, page.items)), page.next_cursor

    return _table(context, "users.csv", user_files.COLUMNS, stretch, request)


def of_calls(context: Context, request: CallFilters) -> Table:
    """Calls as XiVO's call logs have them, newest first."""

    def stretch(cursor: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        page = all_calls.search(context, request.model_copy(update={"cursor": cursor, "limit": limit}))
        return list(map(_row, page.items)), page.next_cursor

    return _table(context, "calls.csv", _CALL_COLUMNS, stretch, request)


def _table(context: Context, file_name: str, columns: Sequence[str], stretch: Stretch, request: Page) -> Table:
    """As many rows as are asked for and fit; the heading on the first page only."""
    text, cursor, left = csv_files.written(columns, (), heading=request.cursor is None), request.cursor, request.limit
    many, deadline = _STRETCH, context.clock.now() + _WORKS_FOR
    while left > 0 and context.clock.now() <= deadline:
        rows, after = stretch(cursor, min(left, many))
        more = text + csv_files.written(columns, rows, heading=False)
        if len(to_json(more)) > _FULL and many > 1:
            many = max(1, many // 4)
            continue
        if len(to_json(more)) > _FULL and cursor != request.cursor:
            break
        text, cursor, left = more, after, left - many
        if cursor is None:
            break
    return Table(text, file_name, cursor)


def _row(call: Call) -> dict[str, Any]:
    talked = _talked(call)
    kept = {"xml_cdr_uuid", "tags", "hangup_cause", "extensions", "external_id", "domain_uuid", "domain_name"}
    return {
        **call.model_dump(include=kept),
        "start": call.start_stamp,
        "answer": call.answer_stamp,
        "end": call.end_stamp,
        "source_name": call.caller_id_name,
        "source_extension": _caller(call),
        "destination_extension": call.destination_number,
        "duration": talked,
        "answered": call.answer_stamp is not None,
        "call_direction": "internal" if call.direction == "local" else call.direction,
        "missed": call.missed_call,
        "billsec": 0 if talked is None and call.end_stamp is not None else talked,
        "caller_id_number": call.caller_id_number,
    }


def _talked(call: Call) -> int | None:
    """Seconds of talk, if it was answered and they are known."""
    if call.answer_stamp is None:
        return None
    if call.billsec is not None:
        return call.billsec
    return max(0, round(seconds(call.end_stamp) - seconds(call.answer_stamp))) if call.end_stamp else None


def _caller(call: Call) -> str | None:
    """Who called: an extension by its number, whatever it showed; from outside the number that was shown."""
    shown = call.caller_id_number or call.source_number
    first = call.legs[0]
    if call.direction == "inbound" or first.leg != "a":
        return shown
    return first.extension or call.source_number or shown
