from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ringpost.entry import demo, wiring
from ringpost.entry.console import console
from ringpost.model.domain import Domain
from ringpost.model.switch import SwitchRecord, SwitchStatus
from ringpost.services.switching import examinations
from ringpost.store.sqlite import SqliteStore
from ringpost.switch import Finding, Switch
from ringpost.switch.queue_abilities import QueueAbilities
from ringpost.switch.scripts import Scripts
from tests.fakes import RecordingSwitch
from tests.harness import Caller, House
from tests.link.wire import GONE, UP, Wire, linking

PBX: dict[str, Any] = {
    "name": "pbx1",
    "kind": "freeswitch",
    "address": "127.0.0.1:9",
    "secret": "env:RINGPOST_SECRET_PBX1",
}


class Reached(RecordingSwitch):
    """A switch that is there, beside its link."""

    def status(self) -> SwitchStatus:
        return SwitchStatus(reachable=True, version="1.11.3")

    def examine(self, domain: Domain | None) -> Sequence[Finding]:
        return [Finding("beside", well=True, words="all there")]


class Wired(House):
    """A house with real lines to its switches, and a live channel if it has a ``wire``."""

    wire: Wire | None = None

    def connect(self, record: SwitchRecord, scripts: Scripts) -> Switch:
        return wiring.connector(self.clock, self.wire)(record, scripts)


@pytest.fixture
def wired(house: House, store: SqliteStore, operator: Caller) -> Caller:
    """The operator, in a house with real lines, to a switch that is not there."""
    caller = Caller(Wired(store, house.clock), operator.key_uuid, operator.secret)
    caller.done("switch-create", **PBX)
    return caller


@pytest.mark.parametrize("reference", ["sandbox", "lab"])
def test_the_sandbox_is_always_well(operator: Caller, reference: str) -> None:
    status = operator.done("switch-status", switch=reference)
    assert (status["switch_name"], status["kind"], status["reachable"]) == (reference, "sandbox", True)
    assert (status["version"], status["last_error"]) == ("sandbox", None)
    assert status["capabilities"] == list(QueueAbilities().capabilities)


def test_a_switch_that_cannot_be_reached_is_an_answer(wired: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGPOST_SECRET_PBX1", "not-to-be-told")
    reply = wired.call("switch-status", switch="pbx1")
    assert (reply.status, reply.json["reachable"], reply.json["version"]) == (200, False, None)
    assert reply.json["last_error"].startswith("127.0.0.1:9: the switch cannot be reached")
    assert "not-to-be-told" not in reply.text


def test_says_which_variable_is_missing(wired: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RINGPOST_SECRET_PBX1", raising=False)
    status = wired.done("switch-status", switch="pbx1")
    assert status["reachable"] is False
    assert "RINGPOST_SECRET_PBX1" in status["last_error"]


def test_an_address_that_is_none_is_an_answer_too(wired: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGPOST_SECRET_PBX1", "not-to-be-told")
    if wired.call("switch-update", switch="pbx1", address="127.0.0.1:99999").status == 200:
        assert wired.call("switch-status", switch="pbx1").status == 200


def test_a_call_over_it_is_an_error_that_says_so(wired: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGPOST_SECRET_PBX1", "not-to-be-told")
    made = wired.done("domain-create", domain_name="a.example.net", switch="pbx1")
    reply = wired.call("call-list", domain_uuid=made["domain_uuid"])
    assert (reply.status, reply.code) == (503, "switch-unreachable")
    assert "not-to-be-told" not in reply.text


CELLAR: dict[str, Any] = {"name": "cellar", "kind": "freeswitch", "via": "link"}
CALL: dict[str, Any] = {"caller_id_number": "5550100", "destination_a": "100", "destination_b": "101"}


@pytest.fixture
def cellar(house: House, store: SqliteStore, operator: Caller) -> tuple[Caller, Wired]:
    """The operator, in a house with a switch behind a link, and a domain on it."""
    wired = Wired(store, house.clock)
    caller = Caller(wired, operator.key_uuid, operator.secret)
    caller.done("switch-create", **CELLAR)
    caller.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="cellar")
    return caller, wired


def test_says_how_the_link_is(cellar: tuple[Caller, Wired], tmp_path: Path) -> None:
    caller, wired = cellar
    with linking(Reached, tmp_path / "commands.sqlite3", "cellar") as wired.wire:
        status = caller.done("switch-status", switch="cellar")
        assert (status["reachable"], status["version"]) == (True, "1.11.3")
        assert status["link"] == UP.model_dump()
        wired.wire.link = None
        status = caller.done("switch-status", switch="cellar")
    assert (status["reachable"], status["link"]) == (False, GONE.model_dump())
    assert f"last seen at {GONE.last_heard}" in status["last_error"]


def test_one_that_is_spoken_to_direct_has_no_link_to_tell_of(operator: Caller) -> None:
    assert operator.done("switch-status", switch="lab")["link"] is None


def test_a_server_without_a_live_channel_says_so(cellar: tuple[Caller, Wired]) -> None:
    caller, _ = cellar
    status = caller.done("switch-status", switch="cellar")
    assert (status["reachable"], status["link"]) == (False, None)
    assert "this server has no live channel" in status["last_error"]
    reply = caller.call("call-list", domain_name=demo.DOMAIN_NAME)
    assert (reply.status, reply.code) == (503, "switch-unreachable")
    assert "this server has no live channel" in reply.json["detail"]


def test_a_call_through_a_link_that_is_gone_is_503_at_once(cellar: tuple[Caller, Wired]) -> None:
    caller, wired = cellar
    wired.wire = Wire()
    reply = caller.call("originate", domain_name=demo.DOMAIN_NAME, **CALL)
    assert (reply.status, reply.code) == (503, "switch-unreachable")
    assert f"was last seen at {GONE.last_heard}" in reply.json["detail"]


def test_a_call_is_placed_through_a_link(cellar: tuple[Caller, Wired], tmp_path: Path) -> None:
    caller, wired = cellar
    reached = Reached()
    with linking(lambda: reached, tmp_path / "commands.sqlite3", "cellar") as wired.wire:
        reply = caller.done("originate", domain_name=demo.DOMAIN_NAME, **CALL)
    assert (reply["success"], reply["sandbox"]) == (True, False)
    assert [placed.call_uuid for placed in reached.orders] == [reply["call_uuid"]]


def test_doctor_looks_at_the_link_too(cellar: tuple[Caller, Wired], store: SqliteStore, tmp_path: Path) -> None:
    _, wired = cellar
    with linking(Reached, tmp_path / "commands.sqlite3", "cellar") as wire:
        context = console(store, wired.clock, "doctor", wiring.connector(wired.clock, wire))
        found = list(examinations.of(context, "cellar", None))
        assert [(finding.step, finding.well) for finding in found[:3]] == [
            ("switch", True), ("link", True), ("beside", True),
        ]  # fmt: skip
        wire.link = None
        found = list(examinations.of(context, "cellar", None))
        assert [(finding.step, finding.well) for finding in found[:2]] == [("switch", True), ("link", False)]


def test_a_disabled_switch_can_still_be_looked_at(operator: Caller) -> None:
    operator.done("switch-update", switch="lab", enabled=False)
    assert operator.done("switch-status", switch="lab")["reachable"] is True


def test_what_is_not_there_is_not_found(operator: Caller) -> None:
    assert operator.call("switch-status", switch="nobody").json["error"] == "switch not found"


def test_is_the_operators(tenant: Caller) -> None:
    for reference in ("lab", "sandbox", "nobody"):
        assert tenant.call("switch-status", switch=reference).status == 403
