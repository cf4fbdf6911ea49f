"""CSV, both ways: a table whose cells no spreadsheet takes for formulas, and tables as people and programs save them.

A reader that parts cells at another mark than ours finds cells inside of ours. So wherever one may begin (in front,
and behind each comma, semicolon, tab, bar and line break) what could be taken for a formula is written with ``'`` in
front (OWASP, CSV injection), and read back without it. So is a cell with blanks around it: a reader takes those off.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from ringpost.model.errors import CannotComply, InvalidRequest, Problem

M = TypeVar("M", bound=BaseModel)
CONTENT_TYPE = "text/csv; charset=utf-8"
_MOST_COLUMNS = 200
_MOST_TOLD = 100
_LONGEST_COLUMN = 64
_DELIMITERS = ",;\t|"
_SAID = re.compile(rf'"?sep=([{_DELIMITERS}])\1*"?(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
"""Excel's own first line, which no spreadsheet shows."""
_QUOTED = re.compile(r'"[^"]*"?')
_MARK = r",;\t|\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
_PASSED_OVER = (
    r' "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\xa0\xad\u1680\u180e\u2000-\u200f\u202a-\u202f\u205f-\u206f\u3000\ufeff'
)
"""What a reader may take off before it looks at a cell: blanks, quotes, what nobody sees."""
_FORMULA = rf"(?![+-]?[0-9.]+(?:;|\Z))[{_PASSED_OVER}]*[=+\-@\uff1d\uff0b\uff0d\uff20]"
"""Where one may begin. A number is none, at the end of a cell or of an item of a list."""
_RISKY = re.compile(_FORMULA)
_BEHIND_MARK = re.compile(rf"(?<=[{_MARK}])(?='*{_FORMULA})")
_GUARD_BEHIND_MARK = re.compile(rf"(?<=[{_MARK}])'(?='*{_FORMULA})")


class Mistake(NamedTuple):
    """What is wrong with a file. Rows are counted as a spreadsheet does: the heading is row 1."""

    row: int
    column: str
    message: str


class Line(NamedTuple):
    """A row below the heading: where a spreadsheet shows it, and its cells by column, as they are in the file."""

    number: int
    cells: dict[str, str]


class Sheet(NamedTuple):
    """A table: its heading, the rows that fit below it, and what is wrong with it."""

    heading: list[str]
    heading_row: int
    lines: list[Line]
    mistakes: list[Mistake]


def written(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, heading: bool = True) -> str:
    """A table as text: null is an empty cell, true and false are 1 and 0, as XiVO writes them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if heading:
        writer.writerow(columns)
    writer.writerows([guarded(_cell(row.get(column))) for column in columns] for row in rows)
    return out.getvalue()


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 as Excel's "Unicode text" is; ``UnicodeDecodeError`` if it is neither."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    if b"\0" in data[:2]:
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le")
    return data.decode("utf-8-sig")


def read(text: str, parameter: str, most: int | None = None) -> Sheet:
    """A table, so many rows at most; ``InvalidRequest`` if it is none.

    Its delimiter is the heading's: comma, semicolon, tab or bar, or what a first line ``sep=;`` says. Rows without a
    word in them are passed over, and counted.
    """
    text, delimiter = _delimited(text.removeprefix("\ufeff"))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        filled = ((number, row) for number, row in enumerate(reader, 1) if any(map(str.strip, row)))
        rows = list(islice(filled, None if most is None else most + 2))
    except csv.Error as error:
        raise InvalidRequest(f"{parameter} cannot be read as CSV: {error}", parameter=parameter) from None
    if not rows:
        raise InvalidRequest(f"{parameter} is empty: its first line names the columns", parameter=parameter)
    if most is not None and len(rows) > most + 1:
        raise InvalidRequest(
            f"at most {most} rows a call: send the rest in another file, or use the command line's ringpost import",
            parameter=parameter,
        )
    (place, first), *below = rows
    if len(first) > _MOST_COLUMNS:
        raise InvalidRequest(f"{parameter} has more than {_MOST_COLUMNS} columns", parameter=parameter)
    return _fitted(place, [name.strip().lower() for name in first], below)


def restrictions(
    line: Line, how: Mapping[str, str], limits_nobody: Mapping[str, Collection[str]], drop: Collection[str]
) -> Iterator[Mistake]:
    """What a row limits somebody in that would be lost, but in columns that are dropped knowingly."""
    for name in sorted(how.keys() - set(drop)):
        cell = line.cells.get(name, "").strip().lower()
        if cell and cell not in limits_nobody.get(name, ()):
            yield Mistake(line.number, name, f"{how[name]}, and would be lost here: empty it, or name it in drop")


def without_refused(kind: type[M], cells: Mapping[str, str], refused: set[str]) -> M:
    """A row as that model, without what its model refuses: an original's file is taken, and ``refused`` names it.

    Raises ``ValidationError`` for all other mistakes.
    """
    left = dict(cells)
    while True:
        try:
            return kind.model_validate(left)
        except CannotComply as problem:
            [(name, _)] = problem.errors
            refused.add(name)
            del left[name]


def check(mistakes: Collection[Mistake]) -> None:
    """Refuse a file in which something is wrong."""
    if not mistakes:
        return
    first = next(iter(mistakes))
    more = f", and {len(mistakes) - 1} more" if len(mistakes) > 1 else ""
    detail = f"nothing was imported: row {first.row}, {first.column}: {first.message}{more}"
    raise told(InvalidRequest(detail), mistakes)


def told(problem: Problem, mistakes: Collection[Mistake]) -> Problem:
    """A problem that says in which rows it is."""
    problem.members["errors"] = [mistake._asdict() for mistake in list(mistakes)[:_MOST_TOLD]]
    return problem


def guarded(cell: str) -> str:
    """A cell as it is written: with ``'`` wherever a formula could begin, and in front of one with blanks around it."""
    inside = _BEHIND_MARK.sub("'", cell)
    return f"'{inside}" if _is_marked(cell) else inside


def unguarded(cell: str) -> str:
    """A cell as it was before it was written; one that somebody else wrote, without the blanks around it."""
    if not cell.startswith("'"):
        cell = cell.strip()
    inside = _GUARD_BEHIND_MARK.sub("", cell)
    return inside.removeprefix("'") if _is_marked(cell) else inside


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet might take a cell for a formula."""
    return _RISKY.match(cell) is not None


def _is_marked(cell: str) -> bool:
    """Whether a cell is written with ``'`` in front, however many it has there already."""
    own = cell.lstrip("'")
    return own != own.strip() or is_formula(own)


def _delimited(text: str) -> tuple[str, str]:
    """The text from its heading on, and what parts its cells."""
    if said := _SAID.match(text):
        return text[said.end() :], said[1]
    lines = (_QUOTED.sub(_unquoted, line) for line in io.StringIO(text, newline=""))
    heading = next((line for line in lines if line.strip(_DELIMITERS + " \xa0\r\n")), text)
    return text, max(_DELIMITERS, key=heading.count)


def _unquoted(name: re.Match[str]) -> str:
    return "x" if name[0].strip('" ') else ""


def _fitted(place: int, heading: list[str], rows: Iterable[tuple[int, list[str]]]) -> Sheet:
    times = Counter(filter(None, heading))
    mistakes = [Mistake(place, name[:_LONGEST_COLUMN], "is there twice") for name in sorted(times) if times[name] > 1]
    lines: list[Line] = []
    for number, row in rows:
        wrong = list(_unfitting(heading, row, number))
        mistakes += wrong
        if not wrong:
            # A row that ends in an empty cell goes on empty, as Excel leaves it.
            whole = row + [""] * (len(heading) - len(row))
            lines.append(Line(number, {name: cell for name, cell in zip(heading, whole, strict=True) if name}))
    return Sheet([name for name in heading if name], place, lines, mistakes)


def _unfitting(heading: list[str], row: list[str], number: int) -> Iterator[Mistake]:
    if len(row) > len(heading) or (len(row) < len(heading) and row[-1].strip()):
        last = next(filter(None, reversed(heading)))
        yield Mistake(number, last[:_LONGEST_COLUMN], f"has {len(row)} cells where the heading has {len(heading)}")
        return
    for place, (name, cell) in enumerate(zip(heading, row, strict=False), 1):
        if not name and cell.strip():
            yield Mistake(number, f"column {place}", "has a cell, and no name in the heading")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return ";".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
