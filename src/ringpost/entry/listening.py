"""``ringpost listen``: what happens, as it happens; and, while developing, to a receiver on this machine."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import click

from ringpost.clock import stamp
from ringpost.entry.client import Client
from ringpost.webhooks.signature import signed

LOOKS_EVERY = 0.5
"""Seconds."""
_REMEMBERED = 5000
_FORWARD_SECONDS = 15


@dataclass(slots=True)
class Listening:
    """Follows ``event-list`` from now on. It also asks for what is fresh, so it knows what it has shown already."""

    client: Client
    place: dict[str, Any]
    say: Callable[[str], None]
    _said: str = ""
    _cursor: str | None = None
    _seen: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        """From now on."""
        self.place = {**self.place, "from": stamp(time.time()), "fresh": True, "limit": 500}

    def events(self, is_over: Callable[[], bool] = lambda: False) -> Iterator[dict[str, Any]]:
        """Each event once, until it is over. ``ClickException`` if the endpoint never answers well at all."""
        while not is_over():
            page = self._page()
            for event in page["items"]:
                if event["id"] not in self._seen:
                    self._remember(event["id"])
                    yield event
            if not page["more"]:
                time.sleep(LOOKS_EVERY)

    def _page(self) -> Any:
        """What there is to read. Once it has gone well, trouble is said, and passes."""
        place = {**self.place, **({"cursor": self._cursor} if self._cursor else {})}
        try:
            page = self.client.done("event-list", place)
        except click.ClickException as error:
            if self._cursor is None:
                raise
            self._say_once(error.message)
            return {"items": [], "more": False}
        self._cursor = page["next_cursor"]
        self._say_once("")
        return page

    def _say_once(self, words: str) -> None:
        if words and words != self._said:
            self.say(words)
        self._said = words

    def _remember(self, event_uuid: str) -> None:
        self._seen[event_uuid] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)


def line(event: dict[str, Any]) -> str:
    """An event in a line."""
    data = event["data"]
    call = data.get("call") or {}
    about = [event["timestamp"][11:19], event["type"]]
    about += [str(data[name]) for name in ("extension", "reason") if data.get(name)]
    if call:
        about.append(f"{call.get('caller_id_number')} → {call.get('destination_number')} {call.get('state')}")
    return " ".join([*about, f"({event['id']})"])


def forward(event: dict[str, Any], url: str, secret: str) -> str:
    """Post an event as a webhook would be, signed; what the receiver answered."""
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", **signed(event["id"], time.time(), body, [secret])}
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - the user's own address
    try:
        with urllib.request.urlopen(request, timeout=_FORWARD_SECONDS) as answer:  # noqa: S310
            return str(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return str(error.code)
    except (OSError, http.client.HTTPException) as error:
        return f"not taken: {error}"
