"""Tables read as people save them, and written so that no reader finds a formula."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringpost.model.errors import InvalidRequest
from ringpost.services import csv_files
from ringpost.services.csv_files import Line

MARKS = ",;\t|\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"
any_text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
hostile_text = st.text(st.sampled_from([*"=+-@'\"; \t,|\n\r\x00\u00a0\u200b\uff1d\ufeffa1."]), max_size=12)
cells_of_a_row = st.lists(any_text | hostile_text, min_size=1, max_size=5)


def written(cells: list[str]) -> str:
    columns = [f"c{place}" for place in range(len(cells))]
    return csv_files.written(columns, [dict(zip(columns, cells, strict=True))])


def lines(text: str) -> list[tuple[int, list[str]]]:
    return [(line.number, [cell.strip() for cell in line.cells.values()]) for line in csv_files.read(text, "csv").lines]


@given(cells_of_a_row.filter(any))
def test_what_is_written_is_read_back(cells: list[str]) -> None:
    sheet = csv_files.read(written(cells), "csv")
    assert sheet.mistakes == []
    [line] = sheet.lines
    assert [csv_files.unguarded(cell) for cell in line.cells.values()] == cells


@given(cells_of_a_row)
@example(["x;=cmd|' /C calc'!A0"])
@example(["+1|cmd"])
@example(["a", 'b;"=1'])
def test_no_reader_finds_a_formula_wherever_it_parts_cells(cells: list[str]) -> None:
    text = written(cells).partition("\r\n")[2]
    whole = next(csv.reader(io.StringIO(text, newline=""), strict=True))
    for part in [*whole, *(part for cell in whole for part in re.split(f"[{MARKS}]", cell))]:
        first = re.sub(r'^[\s"\x00-\x1f\x7f-\x9f\u200b\ufeff]+', "", part)[:1]
        assert first not in [*"=@\uff1d"], part
        assert first not in [*"+-"] or re.match(r"[+-]?[0-9.]+($|;)", part), part


@pytest.mark.parametrize("delimiter", [*";\t|"])
@given(cells=st.lists(hostile_text, min_size=1, max_size=4))
def test_no_reader_that_parts_lines_at_another_mark_finds_a_formula(delimiter: str, cells: list[str]) -> None:
    text = written(cells).partition("\r\n")[2]
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        for cell in line:
            assert cell.strip(' "\x00\xa0\u200b\ufeff')[:1] not in [*"=@\uff1d"], text


@pytest.mark.parametrize("cell", ["12025550103;+12025550104", "-2", "+1.5", "a=b", "a-b;c+d", "O'Brien", "'", "Ann"])
def test_what_is_no_formula_is_written_as_it_is(cell: str) -> None:
    assert csv_files.guarded(cell) == csv_files.unguarded(cell) == cell


@given(
    st.sampled_from([*",;\t|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    st.booleans(),
    st.lists(
        st.just(["", " ", ""])
        | st.lists(st.sampled_from(["Zoë", "a,b", "c;d", "e\tf", 'g"h', "1\n2", ""]), min_size=3, max_size=3)
    ),
)
def test_reads_a_table_however_it_was_saved(
    delimiter: str, ending: str, encoding: str, is_said: bool, rows: list[list[str]]
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows(
        [["one", "two", "three"], *rows]
    )
    text = (f"sep={delimiter}{ending}" if is_said else "") + out.getvalue()
    filled = [(number, row) for number, row in enumerate(rows, 2) if any(map(str.strip, row))]
    data = text.encode(encoding)
    assert lines(csv_files.decoded(data)) == filled


@given(st.text(st.sampled_from([*'ab,;\t|"\n\r =']), max_size=40))
def test_any_text_is_a_table_or_refused(text: str) -> None:
    try:
        sheet = csv_files.read(text, "csv")
    except InvalidRequest:
        return
    for line in sheet.lines:
        assert list(line.cells) == sheet.heading or sheet.mistakes
    assert all(one.row >= sheet.heading_row for one in sheet.mistakes)


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_no_unicode(data: bytes) -> None:
    try:
        text = csv_files.decoded(data)
    except UnicodeDecodeError:
        return
    assert isinstance(text, str)


def test_counts_rows_as_a_spreadsheet_does() -> None:
    text = 'a,b\n\n"1\n1",2\n,,,\n  \n3,4\n'
    assert lines(text) == [(3, ["1\n1", "2"]), (6, ["3", "4"])]


def test_a_heading_below_blank_lines_is_where_a_spreadsheet_shows_it() -> None:
    sheet = csv_files.read('\n;;\n"";""\na;a\n', "csv")
    assert (sheet.heading_row, [one.row for one in sheet.mistakes]) == (4, [4])


def test_a_name_in_the_heading_may_hold_the_other_delimiters() -> None:
    assert csv_files.read('"a,b,c,d";e\n1;2\n', "csv").lines == [Line(2, {"a,b,c,d": "1", "e": "2"})]


def test_columns_without_a_name_are_there_to_be_empty() -> None:
    sheet = csv_files.read("a,,b,\n1,,2,\n3,x,4,\n5,,6,y\n", "csv")
    assert sheet.lines == [Line(2, {"a": "1", "b": "2"})]
    assert [(one.row, one.column) for one in sheet.mistakes] == [(3, "column 2"), (4, "column 4")]


@pytest.mark.parametrize("row", ["1,2,3,4", "1,2,3,", "1,2", "1", ",1"])
def test_a_row_that_does_not_fit_is_no_row(row: str) -> None:
    sheet = csv_files.read(f"a,b,c\n{row}\n1,2,3\n", "csv")
    assert [line.number for line in sheet.lines] == [3]
    assert [(one.row, one.column) for one in sheet.mistakes] == [(2, "c")]


def test_a_row_may_end_where_it_is_empty_anyway() -> None:
    assert lines("a,b,c,d\n1,\n") == [(2, ["1", "", "", ""])]


@pytest.mark.parametrize("text", ["", "\n\n", " ", ";;\n;;", ",,,", "\t\t\n", "sep=;\n", '"";""\n'])
def test_a_file_without_a_word_is_empty(text: str) -> None:
    with pytest.raises(InvalidRequest, match="csv is empty"):
        csv_files.read(text, "csv")
