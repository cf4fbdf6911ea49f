import _thread
import json
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ringpost.auth.tokens import token
from ringpost.entry import demo
from ringpost.entry.cli import upgrade
from ringpost.entry.cli.main import main
from ringpost.link import secret_files
from ringpost.store import Delete, keys
from ringpost.store.sqlite import SqliteStore
from tests.fakes import FakeClock
from tests.harness import Caller, House
from tests.link.playing import PlayingFreeSwitch
from tests.switch.freeswitch.scripted import PASSWORD
from tests.webhooks.receivers import Office, Receivers, event, happen, until
from tests.webhooks.receiving import Receiving

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background hands on that it is ignored


def run(*arguments: str, **environment: str):
    return CliRunner().invoke(main, arguments, env=environment)


def called(address: str, caller: Caller, *arguments: str):
    return run("call", *arguments, RINGPOST_URL=address, RINGPOST_TOKEN=token(caller.key_uuid, caller.secret))


def test_calls_any_action_and_prints_the_answer(address: str, tenant: Caller) -> None:
    result = called(address, tenant, "extension-details", "extension=100")
    assert result.exit_code == 0
    assert json.loads(result.output)["extension"] == "100"
    assert "\n  " in result.output


def test_sends_json_where_a_value_is_json(address: str, tenant: Caller) -> None:
    members = ("name=S", "extension=601", 'destinations=[{"number": "100"}]', "strategy=random")
    result = called(address, tenant, "ringgroup-create", *members)
    assert json.loads(result.output)["ring_group_extension"] == "601"
    assert json.loads(called(address, tenant, "ringgroup-list", "search=[x").output)["items"] == []
    assert json.loads(called(address, tenant, "ringgroup-list", "count=true").output)["total"] == 2


def test_exits_1_on_an_error(address: str, tenant: Caller) -> None:
    result = called(address, tenant, "extension-details", "extension=999")
    assert (result.exit_code, json.loads(result.output)["code"]) == (1, "not-found")


def test_says_when_nobody_answers() -> None:
    result = run("call", "domain-list", RINGPOST_URL="http://127.0.0.1:9", RINGPOST_TOKEN="x")
    assert result.exit_code == 1
    assert "does not answer" in result.output


def test_says_what_a_member_looks_like() -> None:
    result = run("call", "domain-list", "extension", RINGPOST_TOKEN="x")
    assert (result.exit_code, "NAME=VALUE" in result.output) == (2, True)


def test_makes_a_key_that_works(tmp_path: Path) -> None:
    result = run("key", "create", "--name", "k", "--scope", "#", "--json", RINGPOST_DATA=str(tmp_path))
    shown = json.loads(result.stdout)
    assert list(shown) == ["key_id", "secret", "token"]
    assert shown["token"] == f"rp_{shown['key_id']}_{shown['secret']}"
    text = run("key", "create", "--name", "k", "--scope", "cdr.#", RINGPOST_DATA=str(tmp_path)).output
    assert "shown this once" in text


def test_makes_a_key_for_a_domain(house: House, tmp_path: Path) -> None:
    store = f"sqlite:{house.store._path}"
    arguments = (
        "--name",
        "k",
        "--scope",
        "#",
        "--domain",
        demo.DOMAIN_NAME,
        "--expires",
        "2027-01-01T00:00:00Z",
        "--json",
    )
    shown = json.loads(run("key", "create", *arguments, RINGPOST_STORE=store).stdout)
    caller = Caller(house, shown["key_id"], shown["secret"])
    assert caller.done("domain-list")["items"][0]["domain_uuid"] == demo.DOMAIN_UUID
    assert caller.call("domain-create", domain_name="x.example.net").status == 403


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--scope", "a b"), "action's name"),
        (("--scope", "#", "--domain", "nobody.example.net"), "domain not found"),
        (("--scope", "#", "--network", "office"), "network"),
        (("--scope", "#", "--expires", "soon"), "offset"),
    ],
)
def test_says_what_is_wrong_with_a_key(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    result = run("key", "create", "--name", "k", *arguments, RINGPOST_DATA=str(tmp_path))
    assert result.exit_code == 1
    assert says in result.output


def test_says_in_a_line_what_a_setting_should_be(tmp_path: Path) -> None:
    for setting in ({"RINGPOST_STORE": "redis:x"}, {"RINGPOST_CALLS_AT_ONCE": "lots"}, {"RINGPOST_DATA": __file__}):
        for arguments in (("serve",), ("key", "create", "--name", "k", "--scope", "#")):
            result = run(*arguments, **{"RINGPOST_DATA": str(tmp_path), **setting})
            assert (result.exit_code, result.output.count("\n")) == (1, 1), result.output


def test_asks_for_what_a_call_needs() -> None:
    assert "RINGPOST_TOKEN" in run("call", "domain-list").output
    assert "http://" in run("call", "domain-list", "--url", "127.0.0.1:3000", RINGPOST_TOKEN="x").output


def test_does_not_put_a_demo_into_a_store_that_is_in_use(house: House) -> None:
    assert not demo.may_seed(house.store)


def test_the_doctor_finds_nothing_wrong_in_the_sandbox(tmp_path: Path) -> None:
    result = run("doctor", RINGPOST_DATA=str(tmp_path))
    assert result.exit_code == 0
    assert "ok   sandbox" in result.output


def test_the_doctor_says_what_is_wrong_and_exits_1(tmp_path: Path, clock: FakeClock) -> None:
    store = SqliteStore(tmp_path / "ringpost.sqlite3", clock.now)
    demo.seed_public(store, clock)
    operator = Caller(House(store, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    secret = "env:RINGPOST_SECRET_NOWHERE"
    operator.done("switch-create", name="pbx1", kind="freeswitch", address="127.0.0.1:9", secret=secret)
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="pbx1")
    store.close()
    result = run("doctor", "--switch", "pbx1", RINGPOST_DATA=str(tmp_path))
    assert result.exit_code == 1
    assert (
        "BAD  event socket: the switch's secret is not there: set the variable RINGPOST_SECRET_NOWHERE" in result.output
    )
    assert "BAD  emergency calls: fusionpbx.example.net has no outbound_gateway" in result.output
    everything = run("doctor", "--domain", demo.DOMAIN_NAME, RINGPOST_DATA=str(tmp_path))
    assert everything.output.count("switch: ") == 2
    unknown = run("doctor", "--switch", "nobody", RINGPOST_DATA=str(tmp_path))
    assert unknown.exit_code == 1
    assert "switch not found" in unknown.output


def test_an_upgrade_says_what_it_has_written_anew(tmp_path: Path, clock: FakeClock) -> None:
    demo.seed_public(SqliteStore(tmp_path / "ringpost.sqlite3", clock.now), clock)
    result = run("upgrade", RINGPOST_DATA=str(tmp_path))
    assert result.exit_code == 0
    assert "fusionpbx.example.net: 0 destinations written anew" in result.output
    assert "fusionpbx.example.net: 1 call records looked at, 0 copied" in result.output


def test_an_upgrade_says_how_far_it_is(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrade, "_CALLS_A_LINE", 25)
    store = SqliteStore(tmp_path / "ringpost.sqlite3", clock.now)
    demo.seed_public(store, clock)
    operator = Caller(House(store, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    for number in range(30):
        uuid = f"aaaaaaaa-0000-4000-8000-{number:012d}"
        operator.done(
            "cdr-create", domain_name="empty.example.net", xml_cdr_uuid=uuid, start_stamp="2026-11-20T00:00:00Z"
        )
    for shard in range(keys.CALL_SHARDS):
        for row in store.query(keys.calls_of_day("2026-11-20", shard)):
            store.transact([Delete(row.key)])
    said = [run("upgrade", RINGPOST_DATA=str(tmp_path)).output for _ in range(2)]
    store.close()
    assert "empty.example.net: 25 call records looked at …\n" in said[0]
    assert "empty.example.net: 30 call records looked at, 30 copied\n" in said[0]
    assert "empty.example.net: 30 call records looked at, 0 copied\n" in said[1]


def test_makes_a_key_for_a_switch(tmp_path: Path, clock: FakeClock) -> None:
    store = SqliteStore(tmp_path / "ringpost.sqlite3", clock.now)
    demo.seed_public(store, clock)
    arguments = ("key", "create", "--name", "pbx1", "--scope", "freeswitch.#", "--switch", "lab", "--json")
    made = run(*arguments, RINGPOST_DATA=str(tmp_path))
    assert made.exit_code == 0, made.output
    operator = Caller(House(store, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    key = json.loads(made.output[made.output.index("{") :])
    assert operator.done("key-details", key_uuid=key["key_id"])["switch"] == demo.LAB_UUID
    store.close()


TOKEN = {"RINGPOST_TOKEN": "rp_x_y"}


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (("link",), TOKEN, "Missing option '--switch'"),
        (("link", "--switch", "pbx1"), {}, "no key: set RINGPOST_TOKEN"),
        (("link", "--switch", "pbx1", "--url", "127.0.0.1:3000"), TOKEN, "the address needs http:// or https://"),
        (("link", "--switch", "pbx1"), TOKEN, "no password: set RINGPOST_ESL_PASSWORD"),
        (("listen",), {}, "no key: set RINGPOST_TOKEN"),
        (("listen", "--forward", "hook"), TOKEN, "the address needs http:// or https:// in front: hook"),
        (("listen", "--forward", "http://127.0.0.1/", "--secret", "x"), TOKEN, "--secret must be"),
        (("deliver", "now"), {}, "unexpected extra argument"),
        (("serve", "--no-delivery"), {}, "No such option"),
    ],
)
def test_says_what_a_command_needs(arguments: tuple[str, ...], environment: dict[str, str], says: str) -> None:
    result = run(*arguments, **environment)
    assert (result.exit_code, says in result.output) == (2, True), result.output


@pytest.mark.parametrize("address", ["8021", "127.0.0.1", "127.0.0.1:", ":8021", "127.0.0.1:esl", "127.0.0.1:80210"])
def test_says_what_the_address_of_an_event_socket_looks_like(address: str) -> None:
    result = run("link", "--switch", "pbx1", "--esl", address, RINGPOST_ESL_PASSWORD="x", **TOKEN)
    assert result.exit_code == 2
    assert f"'{address}' is no host and port, such as 127.0.0.1:8021" in result.output


@pytest.mark.parametrize("address", ["0.0.0.0:3100", "192.0.2.10:3100", "[::]:3100", "pbx1.example.net:3100", ":3100"])
def test_a_link_answers_on_loopback_only(address: str) -> None:
    result = run("link", "--switch", "pbx1", "--listen", address, RINGPOST_ESL_PASSWORD="x", **TOKEN)
    assert result.exit_code == 2
    assert "address of loopback" in result.output or "is no host and port, such as 127.0.0.1:3100" in result.output


def test_says_that_the_port_a_switch_is_to_ask_at_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        address = f"127.0.0.1:{there.getsockname()[1]}"
        known = {"RINGPOST_DATA": str(tmp_path), "RINGPOST_ESL_PASSWORD": "x", **TOKEN}
        result = run("link", "--switch", "pbx1", "--listen", address, **known)
    assert (result.exit_code, result.output.count("\n"), "in use" in result.output) == (1, 1, True), result.output


def test_says_where_what_was_heard_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "link-pbx1.sqlite3").write_text("something else, and long enough to be no empty file of SQLite's" * 20)
    known = {"RINGPOST_DATA": str(tmp_path), "RINGPOST_ESL_PASSWORD": "x", **TOKEN}
    result = run("link", "--switch", "pbx1", **known)
    assert (result.exit_code, result.output) == (1, "Error: file is not a database\n")


@pytest.mark.parametrize("command", [("deliver",), ("serve", "--no-deliver"), ("serve", "--deliver")])
@pytest.mark.parametrize(
    ("name", "value"),
    [("RINGPOST_STORE", "redis:x"), ("RINGPOST_RECORDINGS", "tape:x"), ("RINGPOST_WEBHOOK_NETWORKS", "office")],
)
def test_says_in_a_line_what_delivering_is_not_happy_with(
    tmp_path: Path, command: tuple[str, ...], name: str, value: str
) -> None:
    result = run(*command, **{"RINGPOST_DATA": str(tmp_path), name: value})
    assert (result.exit_code, result.output.count("\n"), name in result.output) == (1, 1, True), result.output


def interrupting(number: signal.Signals, condition: Callable[[], object]) -> threading.Thread:
    """Interrupt the command that runs in the main thread, once a condition holds, as a signal would."""

    def wait() -> None:
        until(condition)
        _thread.interrupt_main(number)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_listens_until_it_is_interrupted_and_posts_on(
    address: str, house: House, tenant: Caller, clock: FakeClock
) -> None:
    clock.time = time.time() + 60
    tenant.done("extension-create", extension="201")
    clock.time += 60
    known = {"RINGPOST_URL": address, "RINGPOST_TOKEN": token(tenant.key_uuid, tenant.secret)}
    arguments = ("listen", "--domain", demo.DOMAIN_NAME, "--type", "extension.*")
    house.outcomes.clear()

    def has_looked_twice() -> bool:
        return len(house.outcomes) > 1

    with Receiving() as receiving:
        interrupting(signal.SIGINT, has_looked_twice)
        result = run(*arguments, "--forward", f"{receiving.url}/hook", **known)
    assert result.exit_code == 0
    secret = re.search(r"Signed with (whsec_\S+)", result.output)
    assert secret
    [received] = receiving.received
    received.verify(secret[1])
    assert re.search(r"extension\.created 201 .*204$", result.stdout.strip())
    house.outcomes.clear()
    interrupting(signal.SIGINT, has_looked_twice)
    whole = run(*arguments, "--json", **known)
    assert json.loads(whole.stdout)["data"]["extension"] == "201"


@pytest.fixture
def stopped_link(address: str, house: House, operator: Caller, tmp_path: Path) -> Callable[[], Result]:
    """What a link has said that was told to stop once it listened."""
    secret = "env:RINGPOST_SECRET_PBX1"
    operator.done("switch-create", name="pbx1", kind="freeswitch", address="192.0.2.10", secret=secret)
    key = house.key("switch.event", switch="pbx1")
    known = {
        "RINGPOST_DATA": str(tmp_path),
        "RINGPOST_URL": address,
        "RINGPOST_TOKEN": token(key.key_uuid, key.secret),
        "RINGPOST_ESL_PASSWORD": PASSWORD,
    }

    def stopped() -> Result:
        before = signal.getsignal(signal.SIGTERM)
        try:
            with PlayingFreeSwitch(tmp_path) as switch:
                interrupting(signal.SIGTERM, lambda: switch.listeners)
                return run("link", "--switch", "PBX1", "--esl", f"{switch.host}:{switch.port}", **known)
        finally:
            signal.signal(signal.SIGTERM, before)

    return stopped


def test_a_link_stops_when_it_is_told_to(stopped_link: Callable[[], Result], tmp_path: Path) -> None:
    result = stopped_link()
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "Stopped."), result.output
    assert (tmp_path / "link-pbx1.sqlite3").exists()


def test_a_link_says_at_its_start_who_may_read_its_key(
    stopped_link: Callable[[], Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_files, "ETC", tmp_path)
    (tmp_path / "ringpost-link").touch()
    (tmp_path / "ringpost-link").chmod(0o644)
    assert f"chmod o= {tmp_path / 'ringpost-link'}\n" in stopped_link().output


def test_delivers_until_it_is_interrupted(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "ringpost.sqlite3")
    happen(store, event(at=time.time()), now=time.time())
    office = Office(store, FakeClock(), Receivers(FakeClock()))
    interrupting(signal.SIGINT, lambda: office.is_done)
    result = run("deliver", RINGPOST_DATA=str(tmp_path))
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "Stopped."), result.output
    store.close()


KEY = ("key", "create", "--name", "k", "--scope", "#")


@pytest.fixture
def another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which no server was started, and somebody who is in it."""
    monkeypatch.delenv("RINGPOST_DATA", raising=False)
    monkeypatch.delenv("RINGPOST_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_says_where_a_key_was_made_and_that_the_store_is_new(another_folder: Path) -> None:
    place = f"Made in sqlite:{another_folder}/.ringpost/ringpost.sqlite3"
    assert f"{place}, a new store" in run(*KEY).output
    assert f"{place}. The secret" in run(*KEY).output


@pytest.mark.parametrize("place", [{}, {"RINGPOST_DATA": "here"}, {"RINGPOST_STORE": "sqlite:a/b.sqlite3"}])
@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--domain", "fusionpbx.example.net"), "domain not found"),
        (("--switch", "pbx1"), "switch not found"),
        (("--scope", "a b"), "a b"),
        (("--network", "office"), "office"),
        (("--expires", "soon"), "offset"),
        (("--name", ""), "name"),
    ],
)
def test_a_key_that_cannot_be_made_leaves_nothing_behind(
    another_folder: Path, place: dict[str, str], more: tuple[str, ...], says: str
) -> None:
    result = run(*KEY, *more, **place)
    assert (result.exit_code, result.output.count("\n")) == (1, 1), result.output
    if "not found" in says:
        assert f"{says}: there is no store at sqlite:{another_folder}/" in result.output
        assert "RINGPOST_DATA" in result.output
    assert list(another_folder.iterdir()) == []


def test_a_key_for_a_domain_that_is_not_in_the_store_says_which_store(another_folder: Path) -> None:
    run(*KEY)
    for more in (("--domain", "nobody.example.net"), ("--switch", "nobody")):
        result = run(*KEY, *more)
        assert result.exit_code == 1
        assert f"not found in sqlite:{another_folder}/.ringpost/ringpost.sqlite3" in result.output
    assert len(SqliteStore(another_folder / ".ringpost/ringpost.sqlite3").query("keys")) == 1


def test_a_doctor_and_an_upgrade_make_no_store(another_folder: Path) -> None:
    place = f"sqlite:{another_folder}/.ringpost/ringpost.sqlite3"
    assert f"In {place}, which is not there yet" in run("doctor").output
    upgrade = run("upgrade")
    assert (upgrade.exit_code, f"there is no store at {place}" in upgrade.output) == (1, True)
    assert list(another_folder.iterdir()) == []
