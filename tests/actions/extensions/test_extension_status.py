from typing import Any

import pytest

from ringpost.entry import demo
from tests.actions.registrations.phones import Phones
from tests.harness import Caller, House

CALL: dict[str, Any] = {"caller_id_number": "5550100", "destination_a": "102", "destination_b": "5550123"}


def state(caller: Caller, extension: str = "102") -> str:
    return str(caller.done("extension-status", extension=extension)["state"])


@pytest.fixture
def idle(tenant: Caller) -> Caller:
    """The tenant, with an extension 102 that is in no call."""
    tenant.done("extension-create", extension="102")
    return tenant


def test_in_the_sandbox_every_extension_is_there(idle: Caller) -> None:
    status = idle.done("extension-status", extension="102")
    uuid = status.pop("extension_uuid")
    assert status == {
        "extension": "102",
        "registered": True,
        "contacts": [],
        "state": "idle",
        "do_not_disturb": False,
        "calls": [],
        "sandbox": True,
    }
    assert idle.done("extension-status", extension_uuid=uuid)["extension"] == "102"


def test_goes_with_its_call(house: House, idle: Caller) -> None:
    call_uuid = idle.call("originate", **CALL, wait=0).json["call_uuid"]
    assert state(idle) == "ringing"
    house.clock.time += 1
    assert state(idle) == "in_use"
    idle.done("call-hold", call_uuid=call_uuid)
    assert state(idle) == "held"
    idle.done("call-resume", call_uuid=call_uuid)
    assert [call["call_uuid"] for call in idle.done("extension-status", extension="102")["calls"]] == [call_uuid]
    house.clock.time += 4
    assert state(idle) == "idle"


def test_is_idle_until_its_own_phone_rings(house: House, idle: Caller) -> None:
    idle.call("originate", **{**CALL, "destination_a": "5550123", "destination_b": "102"}, wait=0)
    assert state(idle) == "idle"
    house.clock.time += 1
    assert state(idle) == "ringing"


def test_of_several_calls_the_one_it_speaks_in_counts(idle: Caller) -> None:
    tenant = idle
    assert state(tenant, "100") == "held"
    tenant.call("originate", **{**CALL, "destination_a": "100"}, wait=0)
    assert state(tenant, "100") == "ringing"
    tenant.done("originate", **{**CALL, "destination_a": "100"})
    assert state(tenant, "100") == "in_use"
    calls = tenant.done("extension-status", extension="100")["calls"]
    assert calls[0]["call_uuid"] == demo.HELD_CALL_UUID
    assert len(calls) == 3


def test_who_waits_in_a_slot_is_held(tenant: Caller) -> None:
    assert state(tenant, "101") == "held"


def test_on_a_switch_with_phones_it_is_there_if_one_of_them_is_its_own(house: House, idle: Caller) -> None:
    house.switch = Phones()
    status = idle.done("extension-status", extension="100")
    assert (status["registered"], status["state"], status["sandbox"]) == (True, "idle", False)
    assert sorted(phone["network_ip"] for phone in status["contacts"]) == ["192.0.2.1", "192.0.2.2"]
    status = idle.done("extension-status", extension="102")
    assert (status["registered"], status["state"], status["contacts"]) == (False, "unavailable", [])


def test_what_is_no_extension_of_ours_is_not_there(tenant: Caller, stranger: Caller) -> None:
    for caller, extension in ((tenant, "600"), (tenant, "199"), (stranger, "100")):
        reply = caller.call("extension-status", extension=extension)
        assert (reply.status, reply.json["error"]) == (404, "extension not found")
    assert stranger.call("extension-status", domain_name=demo.DOMAIN_NAME, extension="100").status == 404
