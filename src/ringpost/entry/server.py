"""The local server: the same endpoint behind uvicorn, with threads."""

import asyncio
import logging
import resource
import socket
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import uvicorn

from ringpost.dispatch.envelope import MAX_BODY, refusal
from ringpost.dispatch.http import HttpRequest, below
from ringpost.dispatch.pipeline import Endpoint, Outcome
from ringpost.entry.connections import Door, Patience, at
from ringpost.entry.cors import Origins
from ringpost.entry.exchange import Asgi, Exchange, GoneError, Message, Receive, Send, headers_of
from ringpost.entry.hosts import Hosts
from ringpost.entry.live import Live, refuse
from ringpost.entry.live_line import LiveLine
from ringpost.entry.operators_page import OperatorsPage
from ringpost.live.messages import MOST_BYTES
from ringpost.model.errors import Forbidden, NotFound, Problem

_THREADS = 256
_STOPS_WITHIN = 35
"""Seconds: a request may wait 27 for a switch."""
_FILES_BESIDE = 2048
"""Files that are open beside connections: the store's, in every thread."""
_RECORDINGS = "/recordings/"

Answering = Callable[[Exchange], Awaitable[None]]


def application(
    endpoint: Endpoint,
    hosts: Hosts,
    recordings: Answering | None = None,
    origins: Origins | None = None,
    base_path: str = "",
    live: Live | None = None,
    page: OperatorsPage | None = None,
) -> Asgi:
    """The endpoint as an ASGI application, and what answers under ``/recordings/`` and ``/console/``, if anything does.

    What a proxy hands on as it came is under ``base_path``; what comes without is answered too.
    """
    origins = origins or Origins()

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await _live(live, hosts, scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        exchange.path = below(exchange.path, base_path)
        try:
            hosts.check(exchange.headers.get("host", ""))
            exchange.also_said = origins.told(exchange.headers)
            exchange.check_framing()
            if (allowed := origins.preflight(exchange.method, exchange.headers)) is not None:
                await exchange.begin(204, allowed)
                await exchange.end()
            elif recordings is not None and exchange.path.startswith(_RECORDINGS):
                await recordings(exchange)
            elif page is not None and page.has(exchange.path):
                await page.answer(exchange)
            else:
                await _answered(endpoint, exchange)
        except Problem as problem:
            report(Outcome(exchange.request_id, status=problem.status, code=problem.code))
            await exchange.answer(refusal(problem, exchange.request_id))
        except GoneError:
            return

    return answer


async def _live(live: Live | None, hosts: Hosts, scope: Message, receive: Receive, send: Send) -> None:
    """A live connection. A password that a browser has kept, and sends for any page, is no key."""
    headers = headers_of(scope["headers"])
    try:
        hosts.check(headers.get("host", ""))
        if "origin" in headers and headers.get("authorization", "").lower().startswith("basic"):
            raise Forbidden("a page says who it is in its first message: docs/live.md")
        if live is None:
            raise NotFound("this server has no live connections")
    except Problem as problem:
        await refuse(send, refusal(problem, str(uuid.uuid4())))
    await live.answer(scope, receive, send, headers)


async def _answered(endpoint: Endpoint, exchange: Exchange) -> None:
    request = HttpRequest(
        method=exchange.method,
        path=exchange.path,
        headers=exchange.headers,
        body=await exchange.body(MAX_BODY),
        source_ip=exchange.source_ip,
        request_id=exchange.request_id,
        query=exchange.query,
    )
    await exchange.answer(await exchange.run(endpoint.answer, request))


def report(outcome: Outcome) -> None:
    """One line a request."""
    milliseconds = outcome.seconds * 1000
    print(
        f"{outcome.status} {outcome.action} {outcome.code} {milliseconds:.1f} ms"
        f" key={outcome.key_uuid} request={outcome.request_id}",
        file=sys.stderr,
        flush=True,
    )


class Server(uvicorn.Server):
    """uvicorn's, with deadlines and as many threads as we want. ``ready`` is called once it may be interrupted."""

    def __init__(self, answering: Asgi, patience: Patience, ready: Callable[[], None] | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                answering,
                http=at(Door(patience)),
                ws=LiveLine,
                ws_max_size=2 * MOST_BYTES,
                ws_per_message_deflate=False,
                loop="asyncio",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                headers=[("Server", "ringpost")],
                timeout_keep_alive=patience.idle,
                timeout_graceful_shutdown=_STOPS_WITHIN,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Have the threads of this server's own, which end with it."""
        if self._ready is not None:
            self._ready()
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, "answering"))
        await super().startup(sockets)


def bound(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen there, one for each address the host has. ``OSError`` if one cannot."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            line = socket.create_server(address[:2], family=family, backlog=1024)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio sees to it for sockets of its own only
            sockets.append(line)
    except OSError:
        for one in sockets:
            one.close()
        raise
    return sockets


def serve(
    endpoint: Endpoint,
    host: str,
    port: int,
    ready: Callable[[str], None],
    recordings: Answering | None = None,
    hosts: Callable[[Iterable[str]], Hosts] = Hosts,
    patience: Patience | None = None,
    origins: Origins | None = None,
    base_path: str = "",
    live: Live | None = None,
    page: OperatorsPage | None = None,
) -> None:
    """Answer until interrupted. ``ready`` is told the address once it is listening.

    ``hosts`` is told the addresses it is bound to, and says which names it answers for.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    patience = patience or Patience()
    sockets = bound(host, port)
    try:
        names = [one.getsockname() for one in sockets]
        _open_files(patience.connections + _FILES_BESIDE)
        answering = application(
            endpoint, hosts([name[0] for name in names]), recordings, origins, base_path, live, page
        )

        def listening() -> None:
            for address, number in (name[:2] for name in names):
                ready(f"http://[{address}]:{number}" if ":" in address else f"http://{address}:{number}")

        Server(answering, patience, listening).run(sockets)
    finally:
        for one in sockets:
            one.close()


def _open_files(wanted: int) -> None:
    """Be allowed so many, or as many as this process may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
