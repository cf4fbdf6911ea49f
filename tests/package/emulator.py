"""The real Lambda runtime around the built package: the interface emulator that sam carries, and awslambdaric."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

API, DELIVERY = "ringpost.entry.api.handler", "ringpost.entry.delivery.handler"
LIVE = "ringpost.entry.live_function.handler"
_PATIENCE = 20.0
_LONGEST = 29


def needed(name: str) -> Path:
    """What a variable points to; without it there is nothing to test, and that is a failure."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run `make check`, which builds the package and says where it is")
    return Path(value).resolve()


class Emulator:
    """One execution environment. As on Lambda it takes one invocation at a time: two would crash it."""

    def __init__(self, log: Path, handler: str = API, **variables: str) -> None:
        self._log = log
        self._handler = handler
        self._address, self._runtime_address = _free_addresses()
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                self._command(),
                env={**_environment(), "_HANDLER": handler, **variables},
                cwd=_package(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        try:
            self._wait_until_up()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """The function's answer to an event; what kept it from starting, if it did not."""
        url = f"http://{self._address}/2015-03-31/functions/function/invocations"
        request = urllib.request.Request(url, json.dumps(event).encode())
        try:
            with urllib.request.urlopen(request, timeout=_LONGEST + 1) as answer:
                return _object(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return _object(error.read())

    def written(self) -> list[str]:
        """What the function has written, as lines, once the invocation is reported."""
        _until(lambda: "REPORT RequestId" in self._log.read_text())
        platforms = ("START ", "END ", "REPORT ")
        return [line for line in self._log.read_text().splitlines() if not line.startswith(platforms)]

    def _wait_until_up(self) -> None:
        host, _, port = self._address.partition(":")

        def listens() -> bool:
            assert self._process.poll() is None, f"the emulator ended: {self._log.read_text()}"
            with socket.socket() as probe:
                return probe.connect_ex((host, int(port))) == 0

        _until(listens)

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_PATIENCE)

    def _command(self) -> list[str]:
        emulator = [str(needed("RINGPOST_RIE")), "--log-level", "error"]
        addresses = [
            *("--runtime-interface-emulator-address", self._address),
            *("--runtime-api-address", self._runtime_address),
        ]
        # -S: without it the packages of this interpreter would stand in for what is missing in ours.
        return [*emulator, *addresses, sys.executable, "-S", "-m", "awslambdaric", self._handler]


def _object(text: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(text)
    return read


def _package() -> Path:
    return needed("RINGPOST_PACKAGE")


def _environment() -> dict[str, str]:
    """What Lambda sets, and nothing of the machine the test runs on."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": f"{_package()}{os.pathsep}{needed('RINGPOST_RIC')}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(_package()),
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(_LONGEST),
    }


def _free_addresses() -> tuple[str, str]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        first, second = (f"127.0.0.1:{bound.getsockname()[1]}" for bound in (one, other))
    return first, second


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"nothing within {_PATIENCE} s"
        time.sleep(0.01)
