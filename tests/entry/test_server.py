"""The server as a new user meets it: a process, real HTTP, Ctrl-C, kill -9."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

WAIT = 30
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background hands on that it is ignored


class Running:
    """A server process, and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._lines: Queue[str] = Queue()
        Thread(target=self._listen, daemon=True).start()
        self.url = self.until(r"answers at (\S+),").group(1)

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)

    def until(self, pattern: str) -> re.Match[str]:
        """Wait for a line."""
        while True:
            line = self._lines.get(timeout=WAIT)
            self.said.append(line)
            found = re.search(pattern, line)
            if found:
                return found

    def post(self, token: str, **body: object) -> tuple[int, dict[str, object]]:
        headers = {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(self.url, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=WAIT) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


@contextmanager
def served(data: Path, *arguments: str) -> Iterator[Running]:
    process = subprocess.Popen(
        [sys.executable, "-m", "ringpost.entry.cli.main", "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "RINGPOST_DATA": str(data), "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield Running(process)
    finally:
        process.kill()
        process.wait(WAIT)
        assert process.stdout
        process.stdout.close()


def pasted(curl: list[str]) -> bytes:
    """What a curl line answers: by curl itself, or where there is none by its like."""
    if shutil.which("curl"):
        return subprocess.run(curl, capture_output=True, check=True, timeout=WAIT).stdout
    assert curl[:3] == ["curl", "-s", "--user"]
    user, _, body, url = curl[3:]
    basic = {"Authorization": f"Basic {b64encode(user.encode()).decode()}"}
    with urllib.request.urlopen(urllib.request.Request(url, body.encode(), basic), timeout=WAIT) as answer:
        found: bytes = answer.read()
        return found


def test_the_printed_curl_works_as_pasted(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        for _ in range(2):
            curl = shlex.split(server.until(r"(curl .*)").group(1))
            assert curl[:2] == ["curl", "-s"]
            answer = json.loads(pasted(curl))
            assert answer.get("domain_name", answer.get("success")) in ("fusionpbx.example.net", True)
        line = server.until(r"200 originate ok [\d.]+ ms key=[0-9a-f-]{36} request=[0-9a-f-]{36}")
        assert line


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        token = server.until(r"RINGPOST_TOKEN=(\S+)").group(1)
        made = [
            server.post(token, action="extension-create", domain_name="fusionpbx.example.net", extension=str(number))
            for number in range(200, 220)
        ]
        assert all(status == 200 for status, _ in made)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(WAIT)
    with served(tmp_path) as server:
        for _, extension in made:
            number = extension["extension"]
            status, found = server.post(
                token, action="extension-details", domain_name="fusionpbx.example.net", extension=number
            )
            assert (status, found["extension_uuid"]) == (200, extension["extension_uuid"])
        assert "RINGPOST_TOKEN" not in "".join(server.said), "the key is shown once"


def test_ctrl_c_stops_it(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        server.process.send_signal(signal.SIGINT)
        server.until("Stopped")
        assert server.process.wait(WAIT) == 0


def test_a_service_manager_stops_it_as_ctrl_c_does(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        server.process.send_signal(signal.SIGTERM)
        server.until("Stopped")
        assert server.process.wait(WAIT) == 0


def test_it_answers_for_the_names_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGPOST_HOSTS", "pbx.example.net")
    monkeypatch.setenv("RINGPOST_PUBLIC_URL", "https://calls.example.net:8443/")
    with served(tmp_path) as server:
        found = {}
        for name in ("pbx.example.net", "calls.example.net", "localhost", "rebound.example.net"):
            request = urllib.request.Request(server.url, b"{}", {"Host": name})
            with pytest.raises(urllib.error.HTTPError) as refusal:
                urllib.request.urlopen(request, timeout=WAIT)
            with refusal.value:
                found[name] = refusal.value.code
        assert found == {
            "pbx.example.net": 401,
            "calls.example.net": 401,
            "localhost": 401,
            "rebound.example.net": 421,
        }
        server.until(r"421 - misdirected")


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    with served(tmp_path / "new") as server:
        server.until("Try it")
        modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "new").rglob("*") if file.is_file()}
        assert (tmp_path / "new/recordings").stat().st_mode & 0o777 == 0o700
    assert modes
    assert set(modes.values()) == {0o600}


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        port = server.url.rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "ringpost.entry.cli.main", "serve", "--port", port],
            capture_output=True,
            text=True,
            timeout=WAIT,
            check=False,
            env={**os.environ, "RINGPOST_DATA": str(tmp_path)},
        )
    assert second.returncode == 1
    assert "cannot listen" in second.stderr


def test_errors_have_the_one_shape_over_http_too(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        token = server.until(r"RINGPOST_TOKEN=(\S+)").group(1)
        assert server.post("nonsense", action="domain-list")[0] == 401
        assert server.post(token, action="nope")[1]["code"] == "unknown-action"
        assert server.post(token, action="domain-list", search="x" * (1 << 20))[1]["code"] == "too-large"
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(server.url, timeout=WAIT)
        with refusal.value:
            assert (refusal.value.code, refusal.value.headers["Allow"]) == (405, "POST")


def walk(server: Running, user: str) -> dict[str, object]:
    """What the README promises: a tenant, its phones, a call, its record, with curl only."""

    def curl(**body: object) -> dict[str, object]:
        asked = ["curl", "-s", "--user", user, "-d", json.dumps(body), server.url]
        answer: dict[str, object] = json.loads(pasted(asked))
        assert "error" not in answer, answer
        return answer

    home = curl(action="domain-create", domain_name="walk.example.net")["domain_uuid"]
    for number in ("100", "101"):
        curl(action="extension-create", domain_uuid=home, extension=number, caller_id_name="A", caller_id_number=number)
    curl(
        action="ringgroup-create",
        domain_uuid=home,
        name="All",
        extension="600",
        strategy="simultaneous",
        destinations='[{"number": "100"}, {"number": "101"}]',
    )
    curl(action="destination-create", domain_uuid=home, number="12025550142", extension="600")
    calls = [
        curl(action="originate", domain_uuid=home, caller_id_number="100", destination_a="5550140", destination_b="101")
        for _ in range(3)
    ]
    assert [call["success"] for call in calls] == [False] * 3
    assert len(curl(action="cdr-list", domain_uuid=home)) == 3
    first = curl(action="cdr-search", domain_uuid=home, limit=2)
    return curl(action="cdr-search", domain_uuid=home, limit=2, cursor=first["next_cursor"])


def test_the_walk_with_curl_only(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        user = re.search(r"--user '([^']+)'", server.until(r"(curl .*)").group(1))
        assert user
        page = walk(server, user.group(1))
        assert (len(page["items"]), page["next_cursor"]) == (1, None)  # type: ignore[arg-type]
