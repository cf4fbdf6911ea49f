"""Streamable HTTP on loopback: who gets in, and what is answered over it."""

import http.client
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from ringpost.mcp.desk import NOT_DONE, Desk
from ringpost.mcp.http import HOST, PATH, HttpServer, application, bound, new_token
from ringpost.mcp.server import DeskServer
from tests.mcp.near import Told
from tests.mcp.test_server import CALL, ERAS, User, say_nothing, text

WAIT = 10
PAGE = "https://desk.example.net"
HELLO = (
    b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
    b'"clientInfo":{"name":"test","version":"0"}}}'
)
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


class Door:
    """A server, and its token."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token

    def knock(self, method: str = "POST", path: str = PATH, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """What a request is answered: of one that is good but for these headers."""
        sent = {**JSON, "Authorization": f"Bearer {self.token}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=WAIT)) as line:
            line.request(method, path, HELLO if method == "POST" else None, {n: v for n, v in sent.items() if v})
            answer = line.getresponse()
            is_open = answer.status == 200 and method == "GET"
            return answer.status, {n.lower(): v for n, v in answer.getheaders()}, b"" if is_open else answer.read()

    def with_client(self, era: str, do: Callable[[Client], Awaitable[Any]], asked: Any = None) -> Any:
        async def connected() -> Any:
            async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {self.token}"}, timeout=WAIT) as wire:
                transport = streamable_http_client(f"http://{HOST}:{self.port}{PATH}", http_client=wire)
                async with Client(transport, mode=era, elicitation_callback=asked) as client:
                    return await do(client)

        return anyio.run(connected)


@contextmanager
def opened(desk: Desk, *origins: str) -> Iterator[Door]:
    with bound(0) as line:
        door = Door(line.getsockname()[1], new_token())
        server = HttpServer(application(DeskServer(desk, say_nothing), door.port, door.token, origins))
        thread = threading.Thread(target=server.run, args=([line],))
        thread.start()
        try:
            yield door
        finally:
            server.should_exit = True
            thread.join(WAIT)
            assert not thread.is_alive()


@pytest.fixture
def door(desk: Desk) -> Iterator[Door]:
    with opened(desk) as made:
        yield made


@pytest.fixture(scope="module")
def shut() -> Iterator[Door]:
    """One behind which nobody is: for those who do not get in."""
    with opened(Desk(Told({}))) as made:
        yield made


@ERAS
def test_is_asked_and_answers_as_over_standard_input(door: Door, era: str) -> None:
    async def do(client: Client) -> tuple[str, str]:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert "originate" in tools
        refused = await client.call_tool("cdr-search", {"zodiac": "lion"})
        return text(await client.call_tool("originate", CALL)), text(refused)

    placed, refused = door.with_client(era, do, User("accept", {"confirm": True}))
    assert '"success":true' in placed
    assert "unknown parameter zodiac" in refused


@ERAS
def test_a_no_is_one_over_http_too(door: Door, era: str) -> None:
    async def do(client: Client) -> str:
        return text(await client.call_tool("originate", CALL))

    assert door.with_client(era, do, User("decline")) == NOT_DONE


def test_two_clients_at_once_are_answered(door: Door) -> None:
    async def do(client: Client) -> str:
        return text(await client.call_tool("contact-lookup", {"number": "12025550199"}))

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda era: door.with_client(era, do), ("legacy", "auto"))
    assert one == other
    assert "⟦Example Caller⟧" in one


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "Basic d3Jvbmc6d3Jvbmc=", "wrong"])
def test_without_its_token_nobody_gets_in(shut: Door, method: str, token: str) -> None:
    status, headers, said = shut.knock(method, Authorization=token)
    assert (status, headers["www-authenticate"]) == (401, "Bearer")
    assert b"as ringpost mcp has printed it" in said


@pytest.mark.parametrize("path", ["/", "/mcp/", "/.well-known/oauth-protected-resource"])
def test_nothing_else_is_there_either(shut: Door, path: str) -> None:
    assert shut.knock("GET", path, Authorization="")[0] == 401
    assert shut.knock("GET", path)[0] in (307, 404)


@pytest.mark.parametrize("host", ["evil.example.net", "127.0.0.1.example.net", "127.0.0.1:1", "localhost", "[::1]:1"])
def test_under_another_name_it_answers_nobody(shut: Door, host: str) -> None:
    assert shut.knock(Host=host)[0] == 421


def test_under_its_own_names_it_answers(shut: Door) -> None:
    for name in ("127.0.0.1", "localhost", "[::1]"):
        assert shut.knock(Host=f"{name}:{shut.port}")[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example.net", "null", "http://localhost:3000", "http://127.0.0.1:80"])
def test_a_web_page_is_refused_even_with_the_token(shut: Door, origin: str) -> None:
    status, headers, _ = shut.knock(Origin=origin)
    assert status == 403
    assert "access-control-allow-origin" not in headers


def test_a_page_that_was_allowed_may_ask_and_no_other(desk: Desk) -> None:
    with opened(desk, PAGE) as door:
        asks = {
            "Access_Control_Request_Method": "POST",
            "Access_Control_Request_Headers": "authorization,mcp-session-id",
        }
        status, headers, _ = door.knock("OPTIONS", Authorization="", Origin=PAGE, **asks)
        assert (status, headers["access-control-allow-origin"]) == (200, PAGE)
        assert door.knock(Origin=PAGE)[0] == 200
        assert door.knock(Origin=PAGE, Authorization="")[0] == 401
        assert door.knock("OPTIONS", Authorization="", Origin="https://evil.example.net", **asks)[0] == 400
        assert door.knock(Origin="https://evil.example.net")[0] == 403


def test_is_on_loopback_only() -> None:
    with bound(0) as line:
        assert line.getsockname()[0] == "127.0.0.1"


def test_a_body_that_is_too_large_is_refused(shut: Door) -> None:
    with closing(http.client.HTTPConnection(HOST, shut.port, timeout=WAIT)) as line:
        line.request("POST", PATH, b" " * (2 << 20), {**JSON, "Authorization": f"Bearer {shut.token}"})
        assert line.getresponse().status == 413
