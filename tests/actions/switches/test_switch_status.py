from typing import Any

import pytest

from ringpost.entry import wiring
from ringpost.model.switch import SwitchRecord
from ringpost.store.sqlite import SqliteStore
from ringpost.switch import CALL_ACTIONS, Switch
from ringpost.switch.scripts import Scripts
from tests.harness import Caller, House

PBX: dict[str, Any] = {
    "name": "pbx1",
    "kind": "freeswitch",
    "address": "127.0.0.1:9",
    "secret": "env:RINGPOST_SECRET_PBX1",
}


class Wired(House):
    """A house with real lines to its switches."""

    def _connect(self, record: SwitchRecord, scripts: Scripts) -> Switch:
        return wiring.connector(self.clock)(record, scripts)


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
    assert status["capabilities"] == list(CALL_ACTIONS)


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


def test_a_disabled_switch_can_still_be_looked_at(operator: Caller) -> None:
    operator.done("switch-update", switch="lab", enabled=False)
    assert operator.done("switch-status", switch="lab")["reachable"] is True


def test_what_is_not_there_is_not_found(operator: Caller) -> None:
    assert operator.call("switch-status", switch="nobody").json["error"] == "switch not found"


def test_is_the_operators(tenant: Caller) -> None:
    for reference in ("lab", "sandbox", "nobody"):
        assert tenant.call("switch-status", switch=reference).status == 403
