"""The public inspector of the Model Context Protocol, on both transports. ``make test-inspector`` runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ringpost.mcp.desk import Desk
from tests.harness import Caller
from tests.mcp.test_http import opened

pytestmark = pytest.mark.inspector

ROOT = Path(__file__).parents[2]
WAIT = 60
Inspect = Callable[..., Any]


@pytest.fixture
def inspect(address: str, tenant: Caller) -> Inspect:
    assert "RINGPOST_INSPECTOR" in os.environ, "make test-inspector runs this"
    program = ROOT / os.environ["RINGPOST_INSPECTOR"] / "node_modules/@modelcontextprotocol/inspector-cli/build/cli.js"
    key = {"RINGPOST_URL": address, "RINGPOST_TOKEN": f"rp_{tenant.key_uuid}_{tenant.secret}"}

    def run(*words: str) -> Any:
        ran = subprocess.run(
            ["node", program, "--cli", *words],
            env={**os.environ, **key},
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads(ran.stdout)

    return run


def test_over_standard_input(inspect: Inspect) -> None:
    ringpost = (str(Path(sys.executable).with_name("ringpost")), "mcp")
    call = ("--tool-arg", "destination_a=100", "destination_b=101", "caller_id_number=5550100")
    asked = inspect(*ringpost, "--method", "tools/call", "--tool-name", "originate", *call)
    assert asked["content"][0]["text"].startswith("Not done yet. Show the user this, and ask: originate")


def test_over_http(inspect: Inspect, desk: Desk) -> None:
    with opened(desk) as door:
        at = (f"http://127.0.0.1:{door.port}/mcp", "--transport", "http")
        told = inspect(*at, "--header", f"Authorization: Bearer {door.token}", "--method", "tools/list")
    tools = {tool["name"]: tool for tool in told["tools"]}
    assert tools["cdr-search"]["annotations"]["readOnlyHint"] is True
    assert tools["originate"]["annotations"]["destructiveHint"] is True
