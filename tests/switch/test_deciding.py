from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.switch.deciding import ANY, MOST_MARKS, Looked, decisive, mark, named_in, outcome, read_from, told_of

HOME = "d0d0d0d0-0000-4000-8000-000000000001"
EXTENSION = "e0e0e0e0-0000-4000-8000-000000000100"
NAMES = st.sampled_from(["user", "domain", "action", "key-value", "variable_a"])
FIELDS = st.dictionaries(NAMES, st.text(max_size=6), max_size=5)
PUT = st.one_of(
    st.tuples(st.just("get"), st.lists(NAMES, min_size=1, max_size=2, unique=True).map(tuple)),
    st.tuples(st.just("has"), NAMES.map(lambda name: (name,))),
    st.tuples(st.just("says"), st.tuples(NAMES, st.text(max_size=6))),
)


@given(st.lists(PUT, min_size=1, max_size=6), FIELDS, FIELDS)
def test_what_is_the_same_in_all_tests_looks_the_same(
    puts: list[Any], one: dict[str, str], other: dict[str, str]
) -> None:
    def look(fields: dict[str, str]) -> tuple[list[Any], str]:
        looked = Looked(fields)
        return [getattr(looked, how)(*what) for how, what in puts], looked.decided_by

    seen, decided_by = look(one)
    named = named_in(decided_by)
    assert named is not None
    assert (outcome(named, one) == outcome(named, other)) == (seen == look(other)[0])
    assert look(decisive(named, one))[0] == seen


@pytest.mark.parametrize("header", ["", "  ", "a b=c\x00? d!", "<html>", "a?b", "?"])
def test_what_names_no_tests_is_none(header: str) -> None:
    assert named_in(header) is None


def test_an_event_touches_what_it_names_and_its_domain_only_if_that_changed() -> None:
    event = {
        "type": "extension.updated",
        "domain_uuid": HOME,
        "data": {"extension_uuid": EXTENSION, "extension": "100", "domain_uuid": HOME},
    }
    assert told_of(event) == {mark(EXTENSION), mark("100")}
    assert told_of({"type": "domain.updated", "data": {"domain_uuid": HOME.upper()}}) == {mark(HOME)}
    nested = {"data": {"destinations": [{"number": "102"}], "spellings": ("0103",)}, "type": "ringgroup.updated"}
    assert told_of(nested) == {mark("102"), mark("0103")}


@pytest.mark.parametrize("odd", [{}, {"type": 7, "data": None}, {"type": "extension.deleted", "data": "x1"}])
def test_an_odd_event_is_read_too(odd: dict[str, Any]) -> None:
    assert told_of(odd) <= {mark("x1")}


def test_what_was_read_from_a_crowd_is_touched_by_whatever_changes_in_its_domain() -> None:
    crowd = [str(number) for number in range(MOST_MARKS + 1)]
    assert read_from(crowd, [HOME]).split() == [ANY, mark(HOME)]
    assert len(read_from(crowd[:MOST_MARKS], [HOME])) < 4000
