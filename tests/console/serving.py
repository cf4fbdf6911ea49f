"""``ringpost serve`` on a demo tenant, as a process that can be killed and started again on the same port."""

import json
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
DOMAIN = "fusionpbx.example.net"
LIMITS = {"RINGPOST_CALLS_PER_MINUTE": "10000", "RINGPOST_CALLS_AT_ONCE": "1000"}


class RefusedError(Exception):
    """What an action was refused with."""


class Endpoint:
    """The server, its first key, and its actions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.page = f"{self.url}/console/"
        self.key = ""
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve, and wait until it does."""
        environment = {**os.environ, **LIMITS, "RINGPOST_DATA": str(self._folder / "data"), "PORT": str(self.port)}
        log = (self._folder / "requests").open("a")
        command = [ROOT / ".venv/bin/ringpost", "serve"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
        log.close()
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"RINGPOST_TOKEN=(\S+)", line):
                self.key = found[1]
            if "No key at hand" in line or (self.key and "curl" in line):
                return
        self.stop()
        raise AssertionError("ringpost serve ended: " + (self._folder / "requests").read_text()[-1000:])

    def kill(self) -> None:
        """As a machine that fails."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As somebody who is done."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(40)
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def ask(self, action: str, *, token: str | None = None, domain: str | None = DOMAIN, **parameters: Any) -> Any:
        """What an action answers; ``RefusedError`` if it is refused."""
        place = {"domain_name": domain} if domain else {}
        body = json.dumps({"action": action, **place, **parameters}).encode()
        request = urllib.request.Request(self.url, body, {"Authorization": f"Bearer {token or self.key}"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise RefusedError(error.read().decode()) from None

    def calls(self, number: str = "100", name: str = "Dora Example", caller: str = "12025550153") -> str:
        """Somebody calls, and waits to be answered by hand; the call's uuid."""
        placed = self.ask(
            "originate",
            caller_id_number=caller,
            caller_id_name=name,
            destination_a="5550150",
            destination_b=number,
            wait=0,
        )
        return str(placed["call_uuid"])

    def legs(self, call_uuid: str) -> list[tuple[str, str]]:
        """Who is in a call, and how."""
        call = self.ask("call-details", call_uuid=call_uuid)
        return [(leg["number"], leg["state"]) for leg in call["legs"]]
