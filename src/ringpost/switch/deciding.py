"""What decided an answer to a switch's question: the endpoint says it, a link keeps the answer as just that.

A test is written ``a`` (what the member holds), ``a|b`` (the first of these that holds something), ``a?`` (whether it
holds anything) or ``a=x`` (whether it holds that). Whoever answers can look at a question in no other way, so that no
test is forgotten. What a change touches is compared as marks: of every number and uuid that was read for an answer, and
of every one that an event names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2s
from typing import Any
from urllib.parse import quote, unquote

DECIDED_BY = "X-Decided-By"
"""The header that names the tests, with blanks between."""
READ_FROM = "X-Read-From"
"""The header that has the marks, with blanks between."""
ANY = "*"
"""The mark of what was made from more than is named: any change in its domain touches it."""
MOST_MARKS = 400
"""A gateway takes 10 KB of headers."""
_TEST = re.compile(r"[A-Za-z0-9_|-]+(\?|=[^ ]*)?")
_HAS_A_DIGIT = re.compile("[0-9]")

Fields = Mapping[str, str]


class Looked:
    """A question's members, and the tests they were put to."""

    __slots__ = ("_fields", "_tests")

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._tests: dict[str, None] = {}

    def get(self, *names: str) -> str:
        """What the first of these members holds that holds something; empty if none does."""
        self._tests["|".join(names)] = None
        return _first(self._fields, names)

    def has(self, name: str) -> bool:
        """Whether a member holds anything."""
        self._tests[f"{name}?"] = None
        return bool(self._fields.get(name))

    def says(self, name: str, words: str) -> bool:
        """Whether a member holds just that."""
        self._tests[f"{name}={quote(words, safe='')}"] = None
        return self._fields.get(name, "") == words

    @property
    def decided_by(self) -> str:
        """The tests so far."""
        return " ".join(self._tests)


def named_in(header: str) -> tuple[str, ...] | None:
    """The tests a header names, sorted; None if it names none, or what is no test."""
    found = tuple(sorted(set(header.split())))
    return found if found and all(map(_TEST.fullmatch, found)) else None


def outcome(named: Sequence[str], fields: Fields) -> tuple[str, ...]:
    """What each test comes to for a question."""
    return tuple(_put_to(test, fields) for test in named)


def decisive(named: Sequence[str], fields: Fields) -> dict[str, str]:
    """The members of a question that its tests look at: asked with these alone it has the same answer."""
    names = {name for test in named for name in _names(test)}
    return {name: value for name, value in fields.items() if name in names}


def mark(word: str) -> str:
    """The mark of a number, a name or a uuid."""
    return blake2s(word.lower().encode(errors="replace"), digest_size=4).hexdigest()


def marks(words: Iterable[str]) -> frozenset[str]:
    """The marks of all words that may tell one record from another: those with a digit in them."""
    return frozenset(mark(word) for word in words if _HAS_A_DIGIT.search(word))


def read_from(words: Iterable[str], domains: Iterable[str]) -> str:
    """The header of an answer for which these words were read, in these domains."""
    found = sorted(marks(words))
    return " ".join(found if len(found) <= MOST_MARKS else [ANY, *sorted(map(mark, domains))])


def told_of(event: Mapping[str, Any]) -> frozenset[str]:
    """The marks of what an event is about: its domain only if that is what was changed."""
    data = event.get("data")
    words = set(_words(data))
    if not str(event.get("type", "")).startswith("domain."):
        words -= {event.get("domain_uuid"), *(data.get(name) for name in _OF_ITS_DOMAIN if isinstance(data, dict))}
    return marks(words)


_OF_ITS_DOMAIN = ("domain_uuid", "domain_name")


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _words(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _words(one)


def _put_to(test: str, fields: Fields) -> str:
    if test.endswith("?"):
        return "1" if fields.get(test[:-1]) else "0"
    name, is_compared, words = test.partition("=")
    if is_compared:
        return "1" if fields.get(name, "") == unquote(words) else "0"
    return _first(fields, name.split("|"))


def _names(test: str) -> list[str]:
    return test.partition("=")[0].removesuffix("?").split("|")


def _first(fields: Fields, names: Iterable[str]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")
