"""Tables to take away as CSV, a page at a time."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from ringpost.context import Context
from ringpost.model.requests import Page
from ringpost.services import csv_files

_STRETCH = 250
_FULL = 5_500_000
"""Bytes of a table as Lambda hands it on, in JSON: every quotation mark is two of them, and each is escaped."""
_WORKS_FOR = 15.0
"""Seconds after which a page ends early: over all domains its rows may lie far apart."""
Stretch = Callable[[str | None, int], tuple[list[dict[str, Any]], str | None]]
"""The rows of the next so many from a cursor on, and where to go on."""


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


def written(context: Context, file_name: str, columns: Sequence[str], stretch: Stretch, request: Page) -> Table:
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
