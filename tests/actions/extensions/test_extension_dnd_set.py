from tests.actions.calls.live import record
from tests.harness import Caller, House

CALL = {"caller_id_number": "5550101", "destination_a": "101", "destination_b": "100"}


def test_is_answered_and_seen_in_the_status(tenant: Caller) -> None:
    assert tenant.done("extension-dnd-set", extension="100", enabled=True)["enabled"] is True
    assert tenant.done("extension-status", extension="100")["do_not_disturb"] is True
    assert tenant.done("extension-dnd-set", extension="100", enabled=False)["enabled"] is False
    assert tenant.done("extension-details", extension="100")["do_not_disturb"] is False
    assert tenant.call("extension-dnd-set", extension="100").status == 400


def test_its_callers_hear_that_it_is_busy(house: House, tenant: Caller) -> None:
    tenant.done("extension-dnd-set", extension="100", enabled=True)
    call_uuid = tenant.done("originate", **CALL)["call_uuid"]
    house.clock.time += 10
    call = record(tenant, call_uuid)
    assert [(leg["extension"], leg["hangup_cause"]) for leg in call["legs"]] == [
        ("101", "USER_BUSY"),
        ("100", "USER_BUSY"),
    ]


def test_it_still_calls(house: House, tenant: Caller) -> None:
    tenant.done("extension-dnd-set", extension="100", enabled=True)
    assert tenant.done("originate", **{**CALL, "destination_a": "100", "destination_b": "101"})["success"] is True
