"""Tables to take away: users and calls as CSV, a page at a time."""

from typing import Any, NamedTuple

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.call import Call
from ringpost.model.requests import CallFilters, Listing
from ringpost.services import cdrs, csv_files, pages, user_files, users

_STRETCH = 1000
_FULL = 3_400_000
"""Bytes: with one more stretch of calls a page stays under 5 MB."""
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
)
"""XiVO's call logs (call-logd 17.17), then ours."""


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
    """Users as XiVO's columns; the heading on the first page only."""
    page = users.listed(context, home, None, request)
    rows = user_files.exported(context, home, page.items)
    text = csv_files.written(user_files.COLUMNS, rows, heading=request.cursor is None)
    return Table(text, "users.csv", page.next_cursor)


def of_calls(context: Context, home: str, request: CallFilters) -> Table:
    """Calls as XiVO's call logs have them, newest first; the heading on the first page only."""
    place = pages.opened(context, request)
    after = place[0] if place else None
    text = csv_files.written(_CALL_COLUMNS, (), heading=request.cursor is None)
    left = request.limit
    while left > 0 and len(text.encode()) < _FULL:
        stretch = cdrs.looked_through(context, home, request, after, min(left, _STRETCH))
        text += csv_files.written(_CALL_COLUMNS, map(_row, stretch.calls), heading=False)
        after, left = stretch.last, left - _STRETCH
        if after is None:
            return Table(text, "calls.csv", None)
    return Table(text, "calls.csv", pages.sealed(context, request, [after]))


def _row(call: Call) -> dict[str, Any]:
    answered = call.answer_stamp is not None
    end = seconds(call.end_stamp) if call.end_stamp else None
    talked = max(0, round(end - seconds(call.answer_stamp))) if call.answer_stamp and end is not None else None
    return {
        **call.model_dump(include={"xml_cdr_uuid", "tags", "hangup_cause", "extensions", "external_id"}),
        "start": call.start_stamp,
        "answer": call.answer_stamp,
        "end": call.end_stamp,
        "source_name": call.caller_id_name,
        "source_extension": call.caller_id_number or call.source_number,
        "destination_extension": call.destination_number,
        "duration": call.billsec if call.billsec is not None and answered else talked,
        "answered": answered,
        "call_direction": "internal" if call.direction == "local" else call.direction,
        "missed": call.missed_call,
    }
