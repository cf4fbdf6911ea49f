"""MCP over streamable HTTP, for clients on this machine: on loopback, with a token of its own.

Any page in a browser on this machine reaches the port. It has no token; and by the SDK's transport security it is
refused if it says so (``Origin``), or comes under a name of its own (``Host``, DNS rebinding).
"""

import hmac
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.middleware.cors import CORSMiddleware

from ringpost.mcp.server import DeskServer

HOST = "127.0.0.1"
PATH = "/mcp"
_MOST_BODY = 1 << 20
_MOST_SESSIONS = 100
_STOPS_WITHIN = 3
"""Seconds: a stream to a client stays open until somebody closes it."""
_REFUSAL = (
    b"this server is for whoever has its token: send Authorization: Bearer <token>, as ringpost mcp has printed it\n"
)
_HEADERS = ("authorization", "content-type", "last-event-id", "mcp-protocol-version", "mcp-session-id")

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_Asgi = Callable[[_Message, _Receive, _Send], Awaitable[None]]


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


class Guarded:
    """An application that answers only who has the token."""

    def __init__(self, app: _Asgi, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """As ASGI has it."""
        if scope["type"] == "http" and not self._is_known(scope["headers"]):
            headers = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Bearer")]
            await send({"type": "http.response.start", "status": 401, "headers": headers})
            await send({"type": "http.response.body", "body": _REFUSAL})
            return
        await self._app(scope, receive, send)

    def _is_known(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        said = [value for name, value in headers if name == b"authorization"]
        return len(said) == 1 and hmac.compare_digest(said[0], self._expected)


def application(desk: DeskServer, port: int, token: str, origins: tuple[str, ...] = ()) -> _Asgi:
    """The server as an ASGI application. ``origins``: pages that may call it, if they have the token."""
    names = [HOST, "localhost", "[::1]"]
    security = TransportSecuritySettings(
        allowed_hosts=[f"{name}:{port}" for name in names], allowed_origins=list(origins)
    )
    app = desk.sdk.streamable_http_app(
        streamable_http_path=PATH,
        transport_security=security,
        max_request_body_size=_MOST_BODY,
        max_sessions=_MOST_SESSIONS,
    )
    guarded = Guarded(app, token)
    if not origins:
        return guarded
    return CORSMiddleware(
        guarded,
        allow_origins=origins,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=_HEADERS,
        expose_headers=["mcp-session-id"],
    )


def bound(port: int) -> socket.socket:
    """The port, on loopback. ``OSError`` if it is taken."""
    return socket.create_server((HOST, port))


class HttpServer(uvicorn.Server):
    """uvicorn's, which tells nobody who it is and stops soon. ``ready`` is called once it may be interrupted."""

    def __init__(self, app: _Asgi, ready: Callable[[], None] | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                ws="none",
                lifespan="on",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_STOPS_WITHIN,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that it is there."""
        if self._ready is not None:
            self._ready()
        await super().startup(sockets)
