"""Clients that public generators make of docs/openapi.json: type-checked, and calling a server of make run."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.clients

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
DESCRIPTION = ROOT / "docs/openapi.json"
MADE = "ringpost_client"
NAMED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
"""What schemathesis checks of an answer: that it is one the description names."""


class Running(NamedTuple):
    """A server, and its first key."""

    url: str
    token: str


def done(*command: str | Path, within: Path = ROOT, **environment: str) -> str:
    """What a command that must succeed printed."""
    ran = subprocess.run(
        [str(part) for part in command],
        cwd=within,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def tools(variable: str) -> Path:
    """A folder that make test-clients has made."""
    assert variable in os.environ, "make test-clients runs this"
    return ROOT / os.environ[variable]


@pytest.fixture(scope="module")
def python() -> Path:
    return tools("RINGPOST_CLIENTS") / "bin"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """What make run prints, and answers."""
    environment = {**os.environ, "RINGPOST_DATA": str(tmp_path_factory.mktemp("data")), "PORT": "0"}
    with (
        (tmp_path_factory.mktemp("log") / "requests").open("w") as log,
        subprocess.Popen(
            ["make", "--silent", "run"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as run,
    ):
        try:
            yield _printed(run)
        finally:
            run.send_signal(signal.SIGTERM)


def _printed(run: subprocess.Popen[str]) -> Running:
    url = token = None
    assert run.stdout is not None
    for line in run.stdout:
        url = url or re.search(r"answers at (http://\S+?),", line)
        token = token or re.search(r"RINGPOST_TOKEN=(\S+)", line)
        if url and token:
            return Running(url[1], token[1])
    raise AssertionError("make run printed no address and no key")


def test_a_python_client_is_made_whole_and_walks(python: Path, server: Running, tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("post_hooks: []\n")
    made = tmp_path / MADE
    said = done(
        *(python / "openapi-python-client", "generate", "--path", DESCRIPTION, "--output-path", made),
        *("--meta", "none", "--fail-on-warning", "--config", config),
    )
    assert "arning" not in said, said
    shutil.copy(HERE / "walk.py", tmp_path)
    types = ("--python-executable", python / "python", "--cache-dir", tmp_path / "types")
    done(ROOT / ".venv/bin/mypy", "--strict", *types, MADE, "walk.py", within=tmp_path)
    assert "walked" in done(python / "python", "walk.py", *server, within=tmp_path)


def test_a_typescript_client_is_made_and_walks(server: Running, tmp_path: Path) -> None:
    installed = tools("RINGPOST_TYPESCRIPT") / "node_modules"
    (tmp_path / "node_modules").symlink_to(installed)
    for name in ("package.json", "tsconfig.json", "walk.ts"):
        shutil.copy(HERE / "typescript" / name, tmp_path)
    done(installed / ".bin/openapi-typescript", DESCRIPTION, "-o", tmp_path / "ringpost.d.ts", within=tmp_path)
    done(installed / ".bin/tsc", within=tmp_path)
    assert "walked" in done("node", "out/walk.js", *server, within=tmp_path)


def test_schemathesis_finds_no_answer_that_the_description_does_not_name(
    python: Path, server: Running, tmp_path: Path
) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text("[generation]\nwith-security-parameters = false\n")  # two keys that differ are none
    done(
        *(python / "schemathesis", "--config-file", config, "run", DESCRIPTION, "--url", server.url),
        *("--header", f"X-API-Key: {server.token}", "--checks", ",".join(NAMED), "--phases", "examples,coverage"),
        *("--continue-on-failure", "--warnings", "off", "--seed", "1"),
        within=tmp_path,
    )
