"""A switch that cannot do an action is not asked to: a 422 says so, and nothing is half done."""

from typing import Any, NoReturn

import pytest

from ringpost.entry import demo
from ringpost.switch import CALL_ACTIONS
from ringpost.switch.sandbox.driver import SandboxSwitch
from tests.fakes import CountingStore
from tests.harness import CATALOGUE, Caller, House

HOME = {"domain_name": demo.DOMAIN_NAME}


class Cannot(SandboxSwitch):
    """A switch that lacks what it is told to lack, and breaks if it is asked for anything."""

    is_sandbox = False

    def __init__(self, *lacking: str) -> None:
        self.capabilities = tuple(one for one in CALL_ACTIONS if one not in lacking)

    def close(self) -> None:
        pass

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return _breaks if callable(found) and name != "close" and not name.startswith("__") else found


def _breaks(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("this switch is not to be asked for anything")


@pytest.mark.parametrize("name", CALL_ACTIONS)
def test_says_so_and_writes_nothing(house: House, operator: Caller, name: str) -> None:
    assert name in CATALOGUE.names()
    operator.done("domain-update", **HOME, switch="lab")
    house.switch = Cannot(name)
    house.store = counting = CountingStore(house.store)
    house.restart()
    for key in ({}, {"idempotency-key": "deal-4711"}) if CATALOGUE.load(name).Request.writes else ({},):
        example = CATALOGUE.load(name).EXAMPLE
        reply = operator.call(name, headers=key, **example)
        assert (reply.status, reply.code) == (422, "cannot-comply"), reply
        assert name in reply.json["error"]
        assert "switch-status" in reply.json["error"]
    assert "transact" not in counting.calls


def test_what_it_can_do_it_is_asked_for(house: House, operator: Caller) -> None:
    operator.done("domain-update", **HOME, switch="lab")
    house.switch = Cannot("call-park")
    assert operator.call("call-list", **HOME).status == 500, "this one breaks whatever it is asked"


def test_what_else_is_to_be_told_to_it_is_left_out(house: House, operator: Caller) -> None:
    operator.done("domain-update", **HOME, switch="lab")
    house.switch = Cannot("registration-delete")
    assert operator.call("extension-password-reset", **HOME, extension="100").status == 200
    assert operator.call("extension-delete", **HOME, extension="101").status == 200
