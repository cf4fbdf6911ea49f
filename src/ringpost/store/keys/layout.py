"""How keys are declared: each partition once, the rows that are in it, and which of them a record is written to.

A pattern has a hole for whatever its rows are of: ``domain#{domain}#user#{uuid}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from ringpost.store import Key

__all__ = ["Layout"]

R_contra = TypeVar("R_contra", contravariant=True)

DECLARED: list[str] = []
"""Every pattern. One that is here twice has two definitions: ``tests/store/test_key_definitions.py`` finds it."""

_HOLE = re.compile(r"\{\w+\}")

_key: Callable[[tuple[str, str]], Key] = partial(tuple.__new__, Key)
"""A key at half the cost: ``Key`` itself goes through a function, and a call's record has dozens."""


class Partition:
    """The rows of one thing, such as the users of a domain, in the order of their sort keys."""

    __slots__ = ("_after", "_before")

    def __init__(self, pattern: str) -> None:
        DECLARED.append(pattern)
        self._before, self._after = _HOLE.split(pattern)

    def __call__(self, whose: str) -> str:
        """The partition."""
        return f"{self._before}{whose}{self._after}"

    def at(self, whose: str, sort: str) -> Key:
        """A row in it."""
        return _key((f"{self._before}{whose}{self._after}", sort))

    def row(self, word: str) -> Callable[[str], Key]:
        """The row in it that is called so, by what it is of."""
        before, after = self._before, self._after

        def key(whose: str) -> Key:
            return _key((f"{before}{whose}{after}", word))

        return key


class PartitionWithin:
    """The rows of one thing within another, such as the recordings of a call in a domain."""

    __slots__ = ("_after", "_before", "_between")

    def __init__(self, pattern: str) -> None:
        DECLARED.append(pattern)
        self._before, self._between, self._after = _HOLE.split(pattern)

    def __call__(self, home: str, whose: str) -> str:
        """The partition."""
        return f"{self._before}{home}{self._between}{whose}{self._after}"

    def at(self, home: str, whose: str, sort: str) -> Key:
        """A row in it."""
        return _key((f"{self._before}{home}{self._between}{whose}{self._after}", sort))

    def row(self, word: str) -> Callable[[str, str], Key]:
        """The row in it that is called so, by what it is of."""
        before, between, after = self._before, self._between, self._after

        def key(home: str, whose: str) -> Key:
            return _key((f"{before}{home}{between}{whose}{after}", word))

        return key


def over_all(what: str) -> str:
    """The one partition of a kind, over all domains."""
    DECLARED.append(what)
    return what


of_domain = Partition("domain#{domain}")
"""What a tenant is itself, and what all else of it begins with: no look-up made for another tenant can find it."""


def of_home(domain: str | None) -> str:
    """What the rows of a domain begin with, or, of None, those of the operator, who hears of every domain."""
    return of_domain(domain) if domain else "operator"


def in_domain(what: str) -> Partition:
    """A partition of a tenant."""
    return Partition(f"domain#{{domain}}#{what}")


def within_domain(what: str) -> PartitionWithin:
    """A partition of one thing of a tenant, with a hole for its uuid or number."""
    return PartitionWithin(f"domain#{{domain}}#{what}")


def by_uuid(kind: str) -> Callable[[str, str], Key]:
    """A tenant's record by domain and uuid, which is its truth."""
    return within_domain(f"{kind}#{{uuid}}").row(kind)


class Layout(NamedTuple):
    """The rows of one record."""

    truth: Key
    claims: tuple[Key, ...] = ()
    copies: tuple[Key, ...] = ()

    @property
    def all(self) -> tuple[Key, ...]:
        """Every row, the truth first."""
        return (self.truth, *self.claims, *self.copies)


_layout: Callable[[tuple[Key, tuple[Key, ...], tuple[Key, ...]]], Layout] = partial(tuple.__new__, Layout)


def _none(_record: object) -> tuple[Key, ...]:
    return ()


class LayoutOf(Generic[R_contra]):
    """Where a kind of record is written: its truth, what it claims, its places in lists."""

    __slots__ = ("_claims", "_copies", "_truth")

    def __init__(
        self,
        *,
        truth: Callable[[R_contra], Key],
        claims: Callable[[R_contra], tuple[Key, ...]] = _none,
        copies: Callable[[R_contra], tuple[Key, ...]] = _none,
    ) -> None:
        self._truth, self._claims, self._copies = truth, claims, copies

    def __call__(self, record: R_contra) -> Layout:
        """The rows of one of them."""
        return _layout((self._truth(record), self._claims(record), self._copies(record)))
