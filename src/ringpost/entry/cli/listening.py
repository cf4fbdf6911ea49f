"""``ringpost listen``: what happens, as it happens; and, while developing, to a receiver on this machine."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import click

from ringpost.client import Client
from ringpost.clock import stamp
from ringpost.entry.cli.options import client_of, endpoint, live_address
from ringpost.live import messages
from ringpost.live_client import LiveClient
from ringpost.webhooks.signature import is_secret, new_secret, signed

LOOKS_EVERY = 0.5
"""Seconds, where nothing is pushed."""
LOOKS_ANYHOW_EVERY = 60.0
_ANSWERS_WITHIN = 10.0
_REMEMBERED = 5000
_FORWARD_SECONDS = 15


class Pushed:
    """Events as they are pushed, over a live connection that is made anew when it was cut; none if there is none."""

    def __init__(self, connect: Callable[[], LiveClient], place: Mapping[str, Any]) -> None:
        """``place``: the domain and the types of ``event-list``."""
        self._connect = connect
        self._subscribe = messages.Subscribe.model_validate(
            {
                "message": "subscribe",
                "subscription": "listen",
                **{name: place[name] for name in ("domain_name",) if name in place},
                **({"events": place["types"]} if place.get("types") else {}),
            }
        )
        self._line: LiveClient | None = None
        self._asks_at = 0.0

    @property
    def is_there(self) -> bool:
        """Whether events come by themselves; after a while without, it is tried again."""
        if self._line is None and time.monotonic() >= self._asks_at:
            self._asks_at = time.monotonic() + LOOKS_ANYHOW_EVERY
            with suppress(OSError):
                self._line = self._connected()
        return self._line is not None

    def events(self, seconds: float, is_over: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        """What is pushed within so many seconds; fewer after a gap, or if the connection is cut."""
        line, until = self._line, time.monotonic() + seconds
        try:
            while line is not None and not is_over() and (left := until - time.monotonic()) > 0:
                heard = line.hear(min(left, LOOKS_EVERY))
                if isinstance(heard, messages.Told):
                    yield heard.event
                elif isinstance(heard, messages.Gap | messages.Refused):
                    return
            if line is not None:
                line.say(messages.Heartbeat(message="heartbeat"))
        except OSError:
            self._line, self._asks_at = None, 0.0

    def _connected(self) -> LiveClient | None:
        line = self._connect()
        line.say(self._subscribe)
        if isinstance(line.hear(_ANSWERS_WITHIN), messages.Subscribed):
            return line
        line.close()
        return None

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()


@dataclass(slots=True)
class Listening:
    """Follows what happens from now on: what is pushed, and what ``event-list`` has, so that nothing is left out."""

    client: Client
    place: dict[str, Any]
    say: Callable[[str], None]
    pushed: Pushed | None = None
    _said: str = ""
    _cursor: str | None = None
    _seen: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        """From now on."""
        self.place = {**self.place, "from": stamp(time.time()), "fresh": True, "limit": 500}

    def events(self, is_over: Callable[[], bool] = lambda: False) -> Iterator[dict[str, Any]]:
        """Each event once, until it is over. ``ClickException`` if the endpoint never answers well at all."""
        while not is_over():
            is_pushed = self.pushed is not None and self.pushed.is_there  # before it is read, so nothing is between
            page = self._page()
            yield from self._new(page["items"])
            if page["more"]:
                continue
            if self.pushed is not None and is_pushed:
                yield from self._new(self.pushed.events(LOOKS_ANYHOW_EVERY, is_over))
            else:
                time.sleep(LOOKS_EVERY)

    def _new(self, events: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Those that were not shown yet."""
        for event in events:
            if event["id"] not in self._seen:
                self._remember(event["id"])
                yield event

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


@click.command()
@click.option("--domain", "domain_name", help="Of this domain; a key of one domain may leave it out.")
@click.option("--type", "types", multiple=True, help="Only these types, such as 'call.*'. Repeatable; none: all.")
@click.option("--forward", "forward_to", metavar="URL", help="Post each there too, signed as a webhook's are.")
@click.option("--secret", "signing", envvar="RINGPOST_SIGNING_SECRET", help="What to sign with; left out: a new one.")
@click.option("--json", "as_json", is_flag=True, help="Print each event whole, one a line.")
@live_address
@endpoint
def listen(
    domain_name: str | None,
    types: tuple[str, ...],
    forward_to: str | None,
    signing: str | None,
    as_json: bool,
    live_url: str | None,
    url: str,
    secret: str | None,
) -> None:
    """Print what happens, as it happens.

    With --forward http://127.0.0.1:8000/hook a receiver on this machine gets what a webhook would get, from an
    endpoint that could not reach it. Without --secret what it is signed with is printed first.
    """
    place: dict[str, Any] = {
        **({"domain_name": domain_name} if domain_name else {}),
        **({"types": types} if types else {}),
    }
    client = client_of(url, secret)
    pushed = Pushed(lambda: LiveClient(live_url or url, client.token), place)
    listener = Listening(client, place, partial(click.echo, err=True), pushed)
    if forward_to and not forward_to.startswith(("http://", "https://")):
        raise click.UsageError(f"the address needs http:// or https:// in front: {forward_to}")
    if signing and not is_secret(signing):
        raise click.UsageError("--secret must be what webhook-create answers: whsec_ and base64")
    if forward_to and not signing:
        signing = new_secret()
        click.echo(f"Signed with {signing}", err=True)
    click.echo("Listening. Ctrl-C stops it.", err=True)
    with suppress(KeyboardInterrupt):
        for event in listener.events():
            told = f" {forward(event, forward_to, signing)}" if forward_to and signing else ""
            click.echo(json.dumps(event, ensure_ascii=False) if as_json else line(event) + told)
