"""The page of the store says of every pattern what it is."""

import re
from typing import Any

import pytest

from docs import keys_page
from ringpost.store.keys.layout import DECLARED
from tests.store.test_old_keys import CALLS

ROWS = {made: words for rows in keys_page.patterns().values() for made, words in rows.items()}
PAGE = keys_page.page("## The patterns\n\n## What is below\n")


KEYS_MADE = [
    line for line in CALLS if isinstance(line["made"], list) and all(isinstance(part, str) for part in line["made"])
]


def fits(pattern: str, text: str) -> bool:
    held = "".join(".*" if hole else re.escape(words) for words, hole in re.findall(r"([^{}]+)|(\{[^{}]+\})", pattern))
    return re.fullmatch(held, text, re.DOTALL) is not None


def test_every_pattern_that_is_declared_is_on_the_page() -> None:
    assert {made.pattern for made in ROWS} == set(DECLARED)
    for pattern in DECLARED:
        assert f"| `{pattern.replace('{', '<').replace('}', '>')}` |" in PAGE


def test_every_row_says_what_it_is() -> None:
    assert not [made for made, words in ROWS.items() if not "".join(words).strip()]


def test_the_page_shows_rows_that_a_hand_forgot() -> None:
    shown = [(made.pattern.rpartition("}#")[2], made.sort) for made in ROWS]
    for row in [("links", ""), ("link-seen", "seen"), ("listeners", "{connection}"), ("health", "health")]:
        assert row in shown
    assert ("domain#{domain}#call#{leg}", "moved") in [tuple(made) for made in ROWS]


@pytest.mark.parametrize("line", KEYS_MADE, ids=lambda line: line["name"])
def test_a_key_that_is_made_is_a_row_of_the_page(line: dict[str, Any]) -> None:
    partition, sort = line["made"]
    assert [row for row in ROWS if fits(row.pattern, partition) and (not row.sort or fits(row.sort, sort))]


def test_what_stands_below_the_patterns_stays() -> None:
    assert PAGE.endswith("\n## What is below\n")
