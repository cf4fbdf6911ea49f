"""What a module of the suite has made is taken away at its end: its numbers are free for the next one.

A link that stands in also asks ahead for each number, for each phone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

_UUIDS = {"destination": "destination_uuid", "ringgroup": "ring_group_uuid", "extension": "extension_uuid"}
"""By which member those are deleted that are not named by their kind."""
_KINDS = ("destination", "ringgroup", "queue", "agent", "conference", "parkinglot", "user", "extension")
"""What leads to another goes before it."""
_LISTS = {"extension": "extension-search"}
_MORE: dict[str, dict[str, Any]] = {"user": {"cascade": True}}


class Asked(Protocol):
    """Ringpost, asked about a domain."""

    def do(self, action: str, **members: Any) -> Any:
        """Ask what must go well."""
        ...


@contextmanager
def taken_away(*domains: Asked) -> Iterator[None]:
    """What is made meanwhile in these domains is there no more afterwards."""
    of_all = [(api, kind) for api in domains for kind in _KINDS]
    before = [_there(api, kind) for api, kind in of_all]
    yield
    for (api, kind), kept in zip(of_all, before, strict=True):
        for uuid in _there(api, kind):
            if uuid not in kept:
                api.do(f"{kind}-delete", **{_UUIDS.get(kind, kind): uuid}, **_MORE.get(kind, {}))


def _there(api: Asked, kind: str) -> list[str]:
    """All there is of a kind."""
    items = api.do(_LISTS.get(kind, f"{kind}-list"), limit=1000)["items"]
    return [one[_UUIDS.get(kind, f"{kind}_uuid")] for one in items]
