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
_MORE: dict[str, dict[str, Any]] = {"user": {"cascade": True}}


class Asked(Protocol):
    """Ringpost, asked about a domain."""

    def do(self, action: str, **members: Any) -> Any:
        """Ask what must go well."""
        ...


@contextmanager
def taken_away(*domains: Asked) -> Iterator[None]:
    """What is made meanwhile in these domains is there no more afterwards."""
    before = [_there(api) for api in domains]
    yield
    for api, kept in zip(domains, before, strict=True):
        for kind, uuid in _there(api):
            if (kind, uuid) not in kept:
                api.do(f"{kind}-delete", **{_UUIDS.get(kind, kind): uuid}, **_MORE.get(kind, {}))


def _there(api: Asked) -> list[tuple[str, str]]:
    """The kind and the uuid of all there is; of two queues the later first, for it may lead to the earlier."""
    found: list[tuple[str, str]] = []
    for kind in _KINDS:
        items = api.do(f"{kind}-list", limit=1000)["items"]
        found += [(kind, one[_UUIDS.get(kind, f"{kind}_uuid")]) for one in reversed(items)]
    return found
