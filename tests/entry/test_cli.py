import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ringpost.entry import demo
from ringpost.entry.cli import main
from ringpost.store.sqlite import SqliteStore
from tests.fakes import FakeClock
from tests.harness import Caller, House


def run(*arguments: str, **environment: str):
    return CliRunner().invoke(main, arguments, env=environment)


def called(address: str, caller: Caller, *arguments: str):
    token = f"rp_{caller.key_uuid}_{caller.secret}"
    return run("call", *arguments, RINGPOST_URL=address, RINGPOST_TOKEN=token)


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
