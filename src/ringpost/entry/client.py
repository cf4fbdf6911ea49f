"""The endpoint as the command line calls it, over HTTP."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import click

from ringpost import __version__

_TIMEOUT = 35


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether it is no error."""
        return self.status < 400

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Client:
    """An endpoint, and a key's token."""

    url: str
    token: str = field(repr=False)

    def call(self, action: str, members: Mapping[str, Any]) -> Answer:
        """Call an action. ``ClickException`` if nobody answers."""
        body = json.dumps({"action": action, **members}).encode()
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "User-Agent": f"ringpost/{__version__}",
        }
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 - the user's own address
        try:
            return _asked(request)
        except (OSError, ValueError, http.client.HTTPException) as error:  # the last if it breaks off in the middle
            raise click.ClickException(
                f"{self.url} does not answer ({error}): is it running, and is RINGPOST_URL right?"
            ) from None

    def done(self, action: str, members: Mapping[str, Any]) -> Any:
        """What an action that must succeed answers; ``ClickException`` says what it refused."""
        answer = self.call(action, members)
        if not answer.is_good:
            raise click.ClickException(answer.json.get("detail", f"{action}: {answer.status}"))
        return answer.json


def _asked(request: urllib.request.Request) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - the user's own address
            return Answer(answer.status, answer.read(), dict(answer.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read())
