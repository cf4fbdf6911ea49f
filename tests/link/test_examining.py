"""``ringpost link --doctor``: each step in both directions, at a server, a played FreeSWITCH and a link."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from ringpost.client import Client
from ringpost.entry.cli.main import main
from ringpost.link import doing
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer
from ringpost.link.examining import Examining, door
from ringpost.link.standing_in import StandingIn
from ringpost.link.work import run
from ringpost.switch import Finding
from ringpost.switch.freeswitch.standing import ASKS
from ringpost.switch.kinds import Place, kinds
from tests.live_connections.test_on_the_local_server import Running, at_work
from tests.switch.freeswitch.scripted import PASSWORD, ScriptedFreeSwitch
from tests.switch.freeswitch.test_doctor import MUSIC, well

SCOPES = ("switch.event", "freeswitch.#", "switch.link", "switch.link.#", "domain.list", "event.list")


class Lab:
    """A switch, the server, and what a link has."""

    def __init__(self, server: ScriptedFreeSwitch, running: Running, recordings: Path) -> None:
        self.server, self.running = server, running
        place = Place(server.host, server.port, None, PASSWORD)
        key = running.client(*SCOPES, switch="pbx1")
        connect = doing.beside("freeswitch", place, running.clock)
        self.examining = Examining(
            "pbx1", kinds()["freeswitch"], key, running.url, place, connect, recordings, etc=recordings
        )

    def found(self) -> dict[str, Finding]:
        return {finding.step: finding for finding in self.examining.findings()}

    def wrong(self) -> dict[str, str]:
        return {finding.step: finding.words for finding in self.examining.findings() if not finding.well}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with at_work(tmp_path) as server:
        yield server


@pytest.fixture
def lab(running: Running, tmp_path: Path) -> Iterator[Lab]:
    running.client().done("switch-create", {"name": "pbx1", "kind": "freeswitch", "via": "link"})
    running.client().done("switch-create", {"name": "pbx2", "kind": "freeswitch", "via": "link"})
    with ScriptedFreeSwitch() as server:
        well(server)
        server.answers |= {
            "show calls as json": "{}",
            "show channels as json": "{}",
            "global_getvar recordings_dir": str(tmp_path),
            "global_getvar hold_music": MUSIC,
        }
        yield Lab(server, running, tmp_path)


@pytest.fixture
def standing(lab: Lab, tmp_path: Path) -> Iterator[Lab]:
    """The same with a link that answers on loopback, at which the switch is pointed."""
    examining = lab.examining
    buffer = Buffer(tmp_path / "link.sqlite3")
    beside = Beside("pbx1", examining.client, buffer, lab.running.clock, lambda _: None)
    stands = StandingIn.beside(beside, ASKS, tmp_path, ("127.0.0.1", 0), lambda _: None)
    assert stands.loopback.server
    at = ("127.0.0.1", stands.loopback.server.server_address[1])
    thread = threading.Thread(target=run, args=(beside, stands.loopback))
    thread.start()
    lab.examining = replace(examining, door=at)
    lab.server.answers["global_getvar ringpost_url"] = door(*at)
    yield lab
    beside.stopping.set()
    thread.join(10)
    stands.close()
    buffer.close()


def test_finds_nothing_where_all_is_well(standing: Lab) -> None:
    found = standing.found()
    assert [finding for finding in found.values() if not finding.well] == []
    assert list(found)[:3] == ["endpoint", "switch.event", "switch.link"]
    assert found.keys() >= {
        "freeswitch.xml", "freeswitch.cdr", "event.list", "live connection", "listening", "recordings", "event socket",
        "commands", "door", "switch asks",
    }  # fmt: skip


def test_claims_to_be_no_link(lab: Lab) -> None:
    lab.found()
    status = lab.running.client().done("switch-status", {"switch": "pbx1"})
    assert status["link"] == {**status["link"], "connected": False, "last_heard": None}


@pytest.mark.parametrize("missing", SCOPES)
def test_says_which_scope_is_missing(standing: Lab, missing: str) -> None:
    has = [scope for scope in SCOPES if scope != missing]
    client = standing.running.client(*has, switch="pbx1")
    standing.examining = replace(standing.examining, client=client)
    wrong = standing.wrong()
    named = missing.removesuffix(".#")
    assert [step for step in wrong if step.startswith(named)], wrong


def test_without_a_door_no_more_is_needed_than_for_commands(lab: Lab) -> None:
    client = lab.running.client("switch.event", "switch.link", switch="pbx1")
    lab.examining = replace(lab.examining, client=client)
    assert lab.wrong() == {}


def test_says_that_the_key_is_another_switchs(lab: Lab) -> None:
    lab.examining = replace(lab.examining, client=lab.running.client(*SCOPES, switch="pbx2"))
    assert "none of pbx1" in lab.wrong()["switch"]


def test_says_that_the_key_is_none(lab: Lab) -> None:
    lab.examining = replace(lab.examining, client=Client(lab.running.url, "rp_wrong"))
    assert list(lab.wrong()) == ["key"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9", "does not answer"),
        ("http://192.0.2.1:1", "in clear"),
    ],
)
def test_says_that_the_endpoint_is_away_or_asked_in_clear(lab: Lab, url: str, words: str) -> None:
    class Here(Client):
        def call(self, action, members):
            return Client("http://127.0.0.1:9", "x").call(action, members)

    lab.examining = replace(lab.examining, client=Here(url, "rp_x"))
    found = [one.words for one in lab.examining.findings() if one.step == "endpoint"]
    assert any(words in one for one in found), found
    assert lab.found()["listening"].well


@pytest.mark.parametrize(
    ("change", "step", "words"),
    [
        (lambda one: {"listens_as": one.listens_as._replace(password="wrong")}, "listening", ""),
        (lambda one: {"recordings": Path("/nowhere/at/all")}, "recordings", "No such file"),
        (lambda one: {"live_url": "ws://127.0.0.1:9/live"}, "live connection", "commands come over it"),
        (lambda one: {"door": ("127.0.0.1", 9)}, "door", "does it run, with --listen"),
        (lambda one: {"door": ("127.0.0.1", one.listens_as.port)}, "door", ""),
        (lambda one: {"door": ("127.0.0.1", 9)}, "switch asks", "ringpost link --install"),
    ],
)
def test_says_in_words_what_is_wrong(standing: Lab, change: Callable[..., dict], step: str, words: str) -> None:
    standing.examining = replace(standing.examining, **change(standing.examining))
    assert words in standing.wrong()[step]


@pytest.mark.parametrize("elsewhere", ["https://api.example.net", "", "http://127.0.0.1", "http://[::1]:3100", "x://["])
def test_a_switch_that_asks_elsewhere_is_found_out(standing: Lab, elsewhere: str) -> None:
    standing.server.answers["global_getvar ringpost_url"] = elsewhere
    assert list(standing.wrong()) == ["switch asks"]


def test_a_domain_of_the_switch_is_asked_for_through_it(lab: Lab) -> None:
    lab.running.client().done("domain-create", {"domain_name": "other.example.net", "switch": "pbx1"})
    assert "does not get other.example.net" in lab.wrong()["directory"]


def test_the_command_tells_each_step_and_where_the_password_for_commands_was_found(standing: Lab) -> None:
    examining = standing.examining
    assert examining.door
    words = ["--switch", "pbx1", "--esl", f"{examining.listens_as.host}:{examining.listens_as.port}", "--doctor"]
    words += ["--recordings", str(examining.recordings), "--listen", f"127.0.0.1:{examining.door[1]}"]
    variables = {
        "RINGPOST_URL": standing.running.url,
        "RINGPOST_TOKEN": examining.client.token,
        "RINGPOST_ESL_PASSWORD": PASSWORD,
    }
    done = CliRunner().invoke(main, ["link", *words], env=variables)
    assert (done.exit_code, "BAD" in done.output) == (0, False), done.output
    assert "ok   secret: found where env:RINGPOST_ESL_PASSWORD says" in done.output
    variables |= {"RINGPOST_COMMANDS_PASSWORD": "wrong"}
    apart = CliRunner().invoke(main, ["link", *words, "--commands-user", "ringpost@ringpost.internal"], env=variables)
    assert apart.exit_code == 1
    assert "ok   listening: " in apart.output
    assert "ok   secret: found where env:RINGPOST_COMMANDS_PASSWORD says" in apart.output
    assert "BAD  event socket: " in apart.output
