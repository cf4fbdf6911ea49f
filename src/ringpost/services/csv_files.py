"""CSV, both ways: a table whose cells no spreadsheet takes for formulas.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break, and is no plain number, is written with
``'`` in front (OWASP, CSV injection), and read back without it.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from ringpost.model.errors import InvalidRequest

_MOST_COLUMNS = 200
CONTENT_TYPE = "text/csv; charset=utf-8"
_MARKS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_RISKY = re.compile(f"[{_MARKS}]")
_GUARDED = re.compile(f"'+[{_MARKS}]")
_PLAIN = re.compile(r"[+-]?[0-9.]+")


def written(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, heading: bool = True) -> str:
    """A table as text: null is an empty cell, true and false are 1 and 0, as XiVO writes them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if heading:
        writer.writerow(columns)
    writer.writerows([guarded(_cell(row.get(column))) for column in columns] for row in rows)
    return out.getvalue()


def read(text: str, parameter: str, most: int | None = None) -> tuple[list[str], list[list[str]]]:
    """The heading of a table and its rows, one more than so many at most; ``InvalidRequest`` if it is none."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        lines = list(islice(filter(None, reader), None if most is None else most + 2))
    except csv.Error as error:
        raise InvalidRequest(f"{parameter} cannot be read as CSV: {error}", parameter=parameter) from None
    if not lines:
        raise InvalidRequest(f"{parameter} is empty: its first line names the columns", parameter=parameter)
    if len(lines[0]) > _MOST_COLUMNS:
        raise InvalidRequest(f"{parameter} has more than {_MOST_COLUMNS} columns", parameter=parameter)
    return [name.strip() for name in lines[0]], lines[1:]


def guarded(cell: str) -> str:
    """A cell as it is written: with ``'`` in front, if it could be taken for a formula."""
    return f"'{cell}" if is_formula(cell) or _GUARDED.match(cell) else cell


def unguarded(cell: str) -> str:
    """A cell as it was before it was written."""
    return cell[1:] if _GUARDED.match(cell) else cell


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet might take a cell for a formula."""
    return _RISKY.match(cell) is not None and _PLAIN.fullmatch(cell) is None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return ";".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
