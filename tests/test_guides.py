"""Every request that a guide prints is executed as printed, from the top of the page to its end, in one house.

A line of a block is a command: ``curl``, ``.venv/bin/ringpost``, ``export``. It succeeds, unless it ends in ``# 403``
or another status. What waits for others (``listen``, ``link``) is read only. JSON with ``destination_a`` or ``action``
in it that is no part of a command is posted. Whoever reads the page has the key it speaks of: an operator's, or one of
the domain. Placeholders are filled so:

====================  ==================================================================================
``<uuid>``, ``<id>``  after ``name=``: what the last answer on the page has under that name, or the demo tenant
``<next_cursor>``     the last answer's
``<key id>:…``        the reader's key
``<… token …>``       that of the last key made on the page, or the reader's; also ``rp_…``
``<url>``             the server; also ``https://<your endpoint>``, ``https://api.example.net``, port 3000 here
``<… address>``       one of a CRM's
anything else         a word
``"$file"``           a file in which a FreeSWITCH has left a call record
====================  ==================================================================================
"""

import http.client
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
from click.testing import CliRunner

from ringpost.auth.tokens import token
from ringpost.entry import demo
from ringpost.entry.cli.main import main
from tests.entry.answering import WAIT, listening
from tests.harness import CATALOGUE, Caller, House

ROOT = Path(__file__).parent.parent
GENERATED = {"actions.md", "coverage.md"}
PAGES = [
    page.relative_to(ROOT).as_posix()
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/crm/*.md"))
    if page.name not in GENERATED | {"CHANGELOG.md"}
]
BEFORE = {"docs/events.md": "docs/freeswitch.md"}
"""What a page takes for done."""
REQUESTS = 75
"""So many there are at least: a page that is no longer read as one of them is found out."""
FILES = {
    "users.csv": "firstname,lastname,email\nDora,Example,dora@example.net\n",
    "extensions.csv": "extension,password,enabled\n332,Secretpw332,true\n",
    "$file": CATALOGUE.load("freeswitch-cdr").EXAMPLE["body"],
}
LONG = {"listen", "link", "mcp", "serve", "deliver", "doctor --table"}
CLI = ".venv/bin/ringpost"
DEMO = {
    "call_uuid": demo.HELD_CALL_UUID,
    "webhook_uuid": demo.WEBHOOK_UUID,
    "recording_uuid": demo.RECORDING_UUID,
}
"""What a page may mean before it was answered anything."""


class Reader:
    """Somebody who does what a page says, and notes what was answered."""

    def __init__(self, caller: Caller, url: str, store: str) -> None:
        self.caller = caller
        self.url = url
        self.store = store
        self.token = token(caller.key_uuid, caller.secret)
        self.environment = {"RINGPOST_URL": url, "RINGPOST_TOKEN": self.token, "RINGPOST_STORE": store}
        self.answers: list[Any] = []
        self.done: list[str] = []

    def do(self, line: str) -> None:
        """One line of a block, if it is a request."""
        expected = re.search(r"#\s*([45]\d\d)\b", line)
        words = shlex.split(self._filled(line), comments=True)
        set_here: dict[str, str] = {}
        while words and (words[0] == "export" or re.fullmatch(r"[A-Z_]+=.*", words[0])):
            word = words.pop(0)
            name, _, value = word.partition("=")
            if word != "export":
                set_here[name] = self.store if name == "RINGPOST_STORE" else value
        if not words:
            self.environment |= set_here
        elif words[0] == CLI:
            self.done.append(line)
            self._ringpost(words[1:], self.environment | set_here, int(expected[1]) if expected else 200)
        elif words[0] == "curl" and not any("xivo.example.net" in word for word in words):
            self.done.append(line)
            self._curl(words[1:])

    def post(self, action: str, body: str) -> None:
        """JSON that is printed by itself."""
        filled = self._filled(body).replace("…", "12025550142")
        self.done.append(body)
        self._asked(f"{self.url}/{action}", filled.encode(), {"X-API-Key": self.token})

    def _ringpost(self, words: list[str], environment: Mapping[str, str], expected: int) -> None:
        if words[0] in LONG or " ".join(words[:2]) in LONG:
            assert isinstance(main, click.Group)
            main.commands[words[0]].make_context(words[0], words[1:])
            return
        result = CliRunner().invoke(main, words, env=environment)
        told = result.stdout
        status = json.loads(told)["status"] if told[:1] == "{" and result.exit_code else 200
        assert (status, result.exit_code) == (expected, int(expected >= 400)), (words, result.output)
        if told[:1] in ("{", "["):
            self.answers.append(json.loads(told))
        if found := re.search(r"rp_[0-9a-f-]{36}_[0-9a-f]{64}", told):
            self.token = found[0]

    def _curl(self, words: list[str]) -> None:
        """As curl reads them."""
        headers, body, url = {"Content-Type": "application/x-www-form-urlencoded"}, "", ""
        rest = iter(words)
        for word in rest:
            if word in ("--user", "-d", "-H", "--data-binary"):
                value = next(rest)
                if word == "--user":
                    assert value == f"{self.caller.key_uuid}:{self.caller.secret}"
                    headers["Authorization"] = self.caller.basic["authorization"]
                elif word == "-H":
                    name, _, said = value.partition(": ")
                    headers[name] = said
                else:
                    body = FILES[value[1:]] if value[:1] == "@" else value
            elif word == "&&":
                break
            elif not word.startswith("-"):
                url = word
        self._asked(url, body.encode(), headers)

    def _asked(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        place = urlsplit(url)
        with closing(http.client.HTTPConnection(place.hostname or "", place.port, timeout=WAIT)) as line:
            line.request("POST", place.path or "/", body, dict(headers))
            answer = line.getresponse()
            told = answer.read()
        assert answer.status in (200, 202), (url, body, told)
        self.answers.append(json.loads(told))

    def _filled(self, line: str) -> str:
        for printed in ("https://<your endpoint>", "https://api.example.net", "http://127.0.0.1:3000", "<url>"):
            line = line.replace(printed, self.url)
        line = line.replace("<key id>:<secret>", f"{self.caller.key_uuid}:{self.caller.secret}")
        line = line.replace("rp_…", self.token)
        line = re.sub(
            r"\b(\w+)=('?)<(uuid|id|next_cursor)>", lambda one: f"{one[1]}={one[2]}{self._known(one[1], one[3])}", line
        )
        line = re.sub(r"<[^<>]*address>", "https://crm.example.net/hook", line)
        line = re.sub(r"<[^<>]*token[^<>]*>", self.token, line)
        return re.sub(r"<[^<>\s][^<>]*>", "example", line)

    def _known(self, member: str, printed: str) -> str:
        names = [printed] if printed == "next_cursor" else [member]
        for answer in reversed(self.answers):
            for value in _under(answer, names[0]):
                return value
        return DEMO[member]


def _under(told: Any, name: str) -> Iterator[str]:
    """Every text in an answer that has this name."""
    if isinstance(told, dict):
        if isinstance(told.get(name), str):
            yield told[name]
        for value in told.values():
            yield from _under(value, name)
    if isinstance(told, list):
        for value in told:
            yield from _under(value, name)


def commands(text: str) -> list[str]:
    """The lines of the blocks of a page, each whole."""
    whole = re.sub(r"\\\n\s*", "", text)
    lines = [line.strip() for line in whole.splitlines() if re.match(r" {4,}\S", line)]
    return [line for line in lines if re.match(rf"(export |[A-Z_]+=\S+ |{re.escape(CLI)} |curl )", line)]


def requests(text: str) -> list[tuple[str, str]]:
    """The JSON that is printed by itself, each with its action."""
    prose = "\n".join(line for line in text.splitlines() if not re.match(rf" {{4}}.*({re.escape(CLI)}|curl) ", line))
    calls = re.findall(r'\{[^{}]*"destination_a"[^{}]*\}', prose)
    others = re.findall(r'\{"action": "([a-z-]+)"[^{}…]*\}', prose)
    found = [("originate", re.sub(r": phone\b", ': "12025550142"', one)) for one in calls]
    return found + [(name, json.dumps({"action": name})) for name in others]


def read(page: str, reader: Reader) -> None:
    text = (ROOT / page).read_text()
    for line in commands(text):
        reader.do(line)
    for action, body in requests(text):
        reader.post(action, body)


@pytest.fixture
def house_of_guides(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[House, str, str]]:
    """The house, where it answers and its store; in the folder of whoever reads are the files a page speaks of."""
    monkeypatch.chdir(tmp_path)
    for name in ("RINGPOST_URL", "RINGPOST_TOKEN", "RINGPOST_STORE", "RINGPOST_DATA"):
        monkeypatch.delenv(name, raising=False)
    for name in ("users.csv", "extensions.csv"):
        Path(name).write_text(FILES[name])
    with listening(house.endpoint) as url:
        yield house, url, f"sqlite:{house.store._path}"  # type: ignore[attr-defined]


def reader_of(page: str, house: House, url: str, store: str) -> Reader:
    is_tenants = re.search(r"key of (that|one|the) domain", (ROOT / page).read_text())
    caller = (
        house.tenant_key(demo.DOMAIN_NAME) if is_tenants else Caller(house, demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    )
    return Reader(caller, url, store)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_guide_prints_works_as_printed(page: str, house_of_guides: tuple[House, str, str]) -> None:
    if page in BEFORE:
        read(BEFORE[page], reader_of(BEFORE[page], *house_of_guides))
    read(page, reader_of(page, *house_of_guides))


def test_no_request_is_left_out() -> None:
    texts = [(ROOT / page).read_text() for page in PAGES]
    found = sum(len(commands(text)) + len(requests(text)) for text in texts)
    assert found >= REQUESTS, found
    for page, text in zip(PAGES, texts, strict=True):
        printed = [
            line
            for line in text.splitlines()
            if re.match(r" {4}.*\bringpost (call|key|import|listen|link|doctor)\b", line)
        ]
        assert all(CLI in line for line in printed), (
            f"{page}: commands are spelled {CLI}, which is there after make run"
        )
