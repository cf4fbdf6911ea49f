"""``ringpost mcp`` as it is started."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from click.testing import CliRunner, Result
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from ringpost.entry import demo
from ringpost.entry.cli.main import main
from tests.harness import Caller, House

RINGPOST = str(Path(sys.executable).with_name("ringpost"))
WAIT = 20


def environment(address: str, caller: Caller) -> dict[str, str]:
    return {"RINGPOST_URL": address, "RINGPOST_TOKEN": f"rp_{caller.key_uuid}_{caller.secret}"}


@pytest.fixture
def started(address: str, tenant: Caller) -> Callable[..., Result]:
    """What a start that comes to nothing says."""

    def run(*words: str, **instead: str) -> Result:
        return CliRunner().invoke(main, ["mcp", *words], env={**environment(address, tenant), **instead})

    return run


def test_speaks_over_standard_input_and_ends_with_it(address: str, tenant: Caller) -> None:
    server = StdioServerParameters(command=RINGPOST, args=["mcp"], env=environment(address, tenant))

    async def do() -> tuple[set[str], Any]:
        async with Client(server) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            answer = await client.call_tool("contact-lookup", {"number": "12025550199"})
            return tools, answer.content[0]

    tools, told = anyio.run(do)
    assert {"cdr-search", "originate", "find_action"} <= tools
    assert isinstance(told, types.TextContent)
    assert "⟦Example Caller⟧" in told.text


def test_serves_http_with_a_token_that_it_prints_once_and_stops(address: str, tenant: Caller) -> None:
    command = [RINGPOST, "mcp", "--http", "--port", "0"]
    told = {**os.environ, **environment(address, tenant)}
    with subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("MCP at http://127.0.0.1:")
        assert len(server.stdout.readline().partition("Bearer ")[2].strip()) == 43
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=WAIT)
    assert (out, err, server.returncode) == ("Stopped.\n", "", 0)


def test_without_the_sdk_it_says_what_to_install(
    started: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("mcp", "mcp_types"):  # version 1 has no mcp_types
        with monkeypatch.context() as gone:
            gone.setitem(sys.modules, name, None)
            result = started()
        assert result.exit_code == 1
        assert "make mcp" in result.output
        assert "pip install 'ringpost[mcp]'" in result.output


def test_the_other_commands_do_not_import_it() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, ringpost.entry.cli.main; print([n for n in sys.modules if 'mcp' in n])"],
        capture_output=True,
        text=True,
        check=True,
        timeout=WAIT,
    )
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "instead", "code", "said"),
    [
        ((), {"RINGPOST_TOKEN": ""}, 2, "no key"),
        ((), {"RINGPOST_URL": "example.net"}, 2, "http:// or https://"),
        ((), {"RINGPOST_TOKEN": f"rp_{demo.PUBLIC_KEY_UUID}_{'0' * 64}"}, 1, "The key has ended, or is none"),
        (("--families", "calls,queue"), {}, 1, 'no family "queue" for this key, did you mean queues?'),
        (("--http",), {"RINGPOST_MCP_TOKEN": "short"}, 1, "RINGPOST_MCP_TOKEN is to be 16"),
        (("--http",), {"RINGPOST_MCP_TOKEN": "with a space in it"}, 1, "RINGPOST_MCP_TOKEN is to be 16"),
        (("--size", "10"), {}, 2, "--size"),
        (("--http", "--origin", "*"), {}, 2, "name those that may call"),
        (("--http", "--origin", "https://desk.example.net/"), {}, 1, "an origin is scheme, host and port alone"),
    ],
)
def test_what_cannot_work_is_said_at_the_start(
    started: Callable[..., Result], words: tuple[str, ...], instead: dict[str, str], code: int, said: str
) -> None:
    result = started(*words, **instead)
    assert (result.exit_code, said in result.output) == (code, True), result.output


def test_a_key_that_may_not_list_actions_is_told_its_scope(house: House, started: Callable[..., Result]) -> None:
    narrow = house.key("cdr.search")
    result = started(RINGPOST_TOKEN=f"rp_{narrow.key_uuid}_{narrow.secret}")
    assert result.exit_code == 1
    assert "it needs the scope action.list" in result.output


def test_a_port_that_is_taken_is_said(started: Callable[..., Result]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = started("--http", "--port", port)
    assert result.exit_code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in result.output
    assert "--port takes another" in result.output


def test_an_endpoint_that_is_away_is_said_and_waited_for_until_somebody_stops_it(tenant: Caller) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    told, pipe = {**os.environ, **environment(away, tenant)}, subprocess.PIPE
    hello = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    with subprocess.Popen([RINGPOST, "mcp"], env=told, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        assert server.stderr.readline().startswith(f"For now: {away} does not answer")
        server.stdin.write(json.dumps(hello) + "\n")
        server.stdin.flush()
        assert json.loads(server.stdout.readline())["id"] == 1
        server.send_signal(signal.SIGINT)
        assert server.wait(WAIT) == -signal.SIGINT
