"""A live connection as a client has it: the command line, and a link."""

from __future__ import annotations

import time
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from pydantic import ValidationError
from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI, WebSocketException
from websockets.sync.client import connect

from ringpost import __version__
from ringpost.live import messages

if TYPE_CHECKING:
    from pydantic import BaseModel

_FRAME = 32 << 10
"""Bytes of a frame: API Gateway takes no larger one."""
_MOST_HEARD = 256 << 10
_SECONDS = 10.0
PASSES = frozenset({409, 429, 500, 502, 503, 504})
"""Statuses of what is refused for the moment only."""


class NoLive(OSError):
    """The endpoint has no live connections, or not for this key: asking again at once is of no use."""


class LiveClient:
    """One live connection. Its methods raise ``OSError`` once it is cut; one thread hears, any may say something."""

    def __init__(self, url: str, token: str) -> None:
        """``url`` is the endpoint's, or that of its live connections. ``NoLive`` if it has none for this key."""
        headers = {"Authorization": f"Bearer {token}"}
        self._open = ExitStack()
        try:
            line = connect(
                live_url(url),
                additional_headers=headers,
                user_agent_header=f"ringpost/{__version__}",
                open_timeout=_SECONDS,
                close_timeout=1,
                ping_interval=20,
                ping_timeout=20,
                max_size=_MOST_HEARD,
                compression=None,
            )
            self._line = self._open.enter_context(line)
        except InvalidStatus as error:
            kind = OSError if error.response.status_code in PASSES else NoLive
            raise kind(f"the endpoint refuses a live connection: {_why(error)}") from error
        except (InvalidHandshake, InvalidURI, OSError) as error:
            raise OSError(f"no live connection to the endpoint: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up. To do it again is no mistake."""
        self._open.close()

    def say(self, message: BaseModel) -> None:
        """Say something, in frames that API Gateway takes."""
        text = message.model_dump_json(exclude_unset=True)
        data = text.encode()
        try:
            if len(data) <= _FRAME:
                self._line.send(text)
                return
            # cut between characters: each frame of a text is text
            self._line.send([text[start : start + _FRAME // 4] for start in range(0, len(text), _FRAME // 4)])
        except WebSocketException as error:
            raise OSError(f"the live connection was cut: {error}") from error

    def hear(self, seconds: float) -> messages.Heard | None:
        """What is said next, within so many seconds. What only a newer endpoint says is passed over."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                return messages.HEARD.validate_json(self._line.recv(left))
            except TimeoutError:
                return None
            except ValidationError:
                continue
            except WebSocketException as error:
                raise OSError(f"the live connection was cut: {error}") from error
        return None


def live_url(url: str) -> str:
    """Where the live connections of an endpoint are; an address that is such a one already stays."""
    parts = urlsplit(url)
    if parts.scheme in ("ws", "wss"):
        return url
    scheme = "wss" if parts.scheme == "https" else "ws"
    return parts._replace(scheme=scheme, path=f"{parts.path.rstrip('/')}/live").geturl()


def _why(error: InvalidStatus) -> str:
    status = error.response.status_code
    return f"{status}, is the key one?" if status in (401, 403) else str(status)
