"""The table and its page."""

import pytest

from benchmarks.table import BEGIN, END, Line, compared, machine, put_into, rendered


def test_says_how_many_times_the_peer_we_take_and_whether_that_is_within_the_budget() -> None:
    assert (
        str(compared("a", [30e-6], ("peer", [120e-6]), 1 / 3)) == "| a | 30 µs | peer: 120 µs | 0.25 | ≤ 0.3333 | met |"
    )
    assert str(compared("a", [0.3], ("peer", [0.2]), 1.25, "ms")).endswith("| 1.50 | ≤ 1.25 | **not met** |")
    assert str(compared("a", [0.3], ("peer", [0.2]), unit="ms")).endswith("| 1.50 |  |  |")


def test_the_ratio_is_of_each_round() -> None:
    line = compared("a", [1e-6, 1e-6, 2e-6], ("peer", [2e-6, 4e-6, 4e-6]))
    assert line.ratio == "0.50"


def test_a_new_run_replaces_the_one_before_and_nothing_else() -> None:
    first = put_into("", rendered([Line("a", "1")]))
    page = first.replace("# Benchmarks", "# Benchmarks\n\nProse.") + "\nMore prose.\n"
    second = put_into(page, f"{machine()}\n\n{rendered([Line('b', '2')])}")
    assert "Prose." in second
    assert second.endswith("More prose.\n")
    assert "| b | 2 |" in second
    assert "| a | 1 |" not in second
    assert second.count(BEGIN) == second.count(END) == 1


def test_does_not_guess_where_a_page_without_marks_wants_it() -> None:
    with pytest.raises(ValueError, match="must hold"):
        put_into("# Another page\n", "run")
