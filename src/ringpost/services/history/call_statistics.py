"""How many calls there were, and how long (XiVO's statistics of call logs)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from ringpost.context import Context
from ringpost.model.call import Call
from ringpost.model.errors import CannotComply, InvalidRequest
from ringpost.model.record import Entity
from ringpost.model.requests import CallWanted
from ringpost.services.history import cdrs

MOST_CALLS = 20_000
_STRETCH = 1000


class Counted(Entity):
    """The calls of one day, extension or direction; null: of all, or of none."""

    of: str | None = Field(description="the day, the extension or the direction")
    calls: int = 0
    answered: int = 0
    missed: int = 0
    duration: int = Field(default=0, description="seconds from start to end, all together")
    billsec: int = Field(default=0, description="seconds from answer to end, all together")


def counted(context: Context, home: str, wanted: CallWanted, by: str, timezone: str) -> tuple[list[Counted], Counted]:
    """The calls that are wanted, by day, extension or direction, and all of them."""
    ways: dict[str, Callable[[Call], Iterable[str | None]]] = {
        "day": _day_in(timezone),
        "extension": lambda call: call.extensions or (None,),
        "direction": lambda call: (call.direction,),
    }
    groups: dict[str | None, list[Call]] = {}
    calls = _all(context, home, wanted)
    for call in calls:
        for group in ways[by](call):
            groups.setdefault(group, []).append(call)
    in_order = sorted(groups, key=lambda group: (group is None, group or ""))
    return [_count(group, groups[group]) for group in in_order], _count(None, calls)


def _all(context: Context, home: str, wanted: CallWanted) -> list[Call]:
    calls: list[Call] = []
    after, read = None, 0
    while True:
        stretch = cdrs.looked_through(context, home, wanted, after, _STRETCH)
        calls += stretch.calls
        after, read = stretch.last, read + _STRETCH
        if after is None:
            return calls
        if read >= MOST_CALLS:
            raise CannotComply(f"these are more than {MOST_CALLS} calls: ask for a shorter time, with from and until")


def _count(group: str | None, calls: list[Call]) -> Counted:
    members: dict[str, Any] = {
        "calls": len(calls),
        "answered": sum(call.answer_stamp is not None and not call.missed_call for call in calls),
        "missed": sum(call.missed_call for call in calls),
        "duration": sum(call.duration or 0 for call in calls),
        "billsec": sum(call.billsec or 0 for call in calls),
    }
    return Counted(of=group, **members)


def zone_of(timezone: str) -> ZoneInfo:
    """The time zone of that name; refused if there is none."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidRequest(
            "timezone is not known here: send one such as Europe/Paris", parameter="timezone"
        ) from None


def _day_in(timezone: str) -> Callable[[Call], Iterable[str]]:
    zone = zone_of(timezone)

    def day(call: Call) -> tuple[str]:
        try:
            return (datetime.fromisoformat(call.start_stamp).astimezone(zone).date().isoformat(),)
        except OverflowError:  # the first day of the calendar, or the last
            return (call.start_stamp[:10],)

    return day
