"""The lists of calls over all domains: by day, in several parts, each with a mark that it is there.

The mark is written with the first call of a list and goes with the last, so whoever reads backwards asks for no list
that has nothing in it, but for what was deleted early.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from ringpost.context import Context, Moved
from ringpost.model.record import Entity
from ringpost.store import Put, Row, keys

MOST_LISTS = 256
"""Lists that are read for one page: 32 days, if there were many calls on each."""
_DAY = 86_400
_FIRST, _LAST = "0", "\uffff"


class Mark(Entity):
    """That there is a list of calls, until when in seconds since 1970 (null: for good)."""

    expires: int | None = None
    version: int = 1


class Day(NamedTuple):
    """A day on which there were calls, and the lists they are in."""

    day: str
    partitions: tuple[str, ...]


class Days(NamedTuple):
    """The next days with calls, newest first, and the last of them if there are more."""

    days: list[Day]
    last: str | None


def note(context: Context, partition: str, expires: int | None) -> None:
    """Stage the mark of a list a call is put into, unless it is there and stays as long as the call: one read."""
    key = keys.call_list(partition)
    known = context.store.get(key, Mark)
    # whole days, so that calls of one day that are kept equally long agree on it
    until = None if expires is None else (expires // _DAY + 2) * _DAY
    if known is not None and (known.expires is None or (until is not None and known.expires >= until)):
        return
    mark = Mark(expires=until, version=known.version + 1 if known else 1)
    row = Row(key, mark.model_dump_json(), mark.version, until)
    put = Put(row, if_version=known.version) if known else Put(row, if_absent=True)
    context.store.stage(put, Moved())


def newest(context: Context, between: tuple[str | None, str | None], after: str | None) -> Days:
    """The days with calls between two times, from a place in their list on: as many as one page may read.

    ``after`` is the sort key of a call, or a day that was read whole.
    """
    since, until = between
    places = [place for place in (until, after) if place]
    upper = min(f"{place[:10]}{_LAST}" if "T" in place else place for place in places) if places else _LAST
    lower = since[:10] if since else _FIRST
    if upper < lower:
        return Days([], None)
    marks = context.store.listed(
        keys.CALL_LISTS, Mark, between=(lower, upper), descending=True, limit=MOST_LISTS + keys.CALL_SHARDS
    )
    days = list(_by_day(sort for sort, _ in marks))
    if len(marks) < MOST_LISTS + keys.CALL_SHARDS:
        return Days(days, None)
    return Days(days[:-1], days[-2].day)  # the last day may have more lists than were read


def _by_day(sorts: Iterator[str]) -> Iterator[Day]:
    for day, lists in groupby(sorts, lambda sort: sort[:10]):
        yield Day(day, tuple(keys.calls_of_day(day, int(sort.rpartition("#")[2])) for sort in lists))
