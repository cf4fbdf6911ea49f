"""The endpoint as the command line calls it, over HTTP."""

import http.client
import json
import ssl
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

    @property
    def why(self) -> str:
        """What it says is wrong, or its status: whoever answers may be something else in between."""
        try:
            return str(self.json["detail"])
        except (ValueError, KeyError, TypeError):
            return str(self.status)

    @property
    def code(self) -> str:
        """The code of a refusal in Ringpost's one shape; what is something else's in between has none."""
        try:
            return str(self.json["code"])
        except (ValueError, KeyError, TypeError):
            return ""


@dataclass(frozen=True, slots=True)
class Client:
    """An endpoint, and a key's token."""

    url: str
    token: str = field(repr=False)

    def call(self, action: str, members: Mapping[str, Any], seconds: float = _TIMEOUT) -> Answer:
        """Call an action. ``ClickException`` if nobody answers in so many seconds, or sends us elsewhere."""
        return self._post(self.url, _json({"action": action, **members}), "application/json", seconds)

    def post(self, action: str, body: bytes, content_type: str, query: str = "", seconds: float = _TIMEOUT) -> Answer:
        """Post to an action's own path a body that is no JSON of ours; as ``call``."""
        url = f"{self.url.rstrip('/')}/{action}{'?' if query else ''}{query}"
        return self._post(url, body, content_type, seconds)

    @property
    def key_id(self) -> str:
        """Which key it is: what stands before its secret."""
        return self.token.rpartition("_")[0]

    def _post(self, url: str, body: bytes, content_type: str, seconds: float) -> Answer:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": content_type,
            "User-Agent": f"ringpost/{__version__}",
        }
        request = urllib.request.Request(url, body, headers)  # noqa: S310 - the user's own address
        try:
            answer = _asked(request, seconds)
        except (OSError, ValueError, http.client.HTTPException) as error:  # the last if it breaks off in the middle
            raise click.ClickException(f"{self.url} does not answer ({error}): {_hint(error)}") from None
        if 300 <= answer.status < 400:
            raise click.ClickException(f"{self.url} sends us elsewhere ({answer.status}): is RINGPOST_URL right?")
        return answer

    def done(self, action: str, members: Mapping[str, Any]) -> Any:
        """What an action that must succeed answers; ``ClickException`` says what it refused."""
        answer = self.call(action, members)
        if not answer.is_good:
            raise click.ClickException(answer.why)
        try:
            return answer.json
        except ValueError:
            raise click.ClickException(f"what answers at {self.url} is not Ringpost: is RINGPOST_URL right?") from None


class _StaysHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would take the key along."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_StaysHere)


def _json(members: Mapping[str, Any]) -> bytes:
    """In no more bytes than it takes: escaped, other letters than ours are up to three times as many."""
    try:
        return json.dumps(members, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a surrogate, which can only be escaped
        return json.dumps(members).encode()


def _hint(error: Exception) -> str:
    """What to look at: above all, whether one side speaks https and the other http."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLError) and not isinstance(reason, ssl.SSLCertVerificationError):
        return "it speaks http, it seems, and was asked in https: is RINGPOST_URL to begin with http://?"
    if isinstance(error, http.client.BadStatusLine) and str(error).startswith("\x15\x03"):
        return "it speaks https, and was asked in http: RINGPOST_URL is to begin with https://"
    return "is it running, and is RINGPOST_URL right?"


def _asked(request: urllib.request.Request, seconds: float) -> Answer:
    try:
        with _OPENER.open(request, timeout=seconds) as answer:
            return Answer(answer.status, answer.read(), dict(answer.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read())
