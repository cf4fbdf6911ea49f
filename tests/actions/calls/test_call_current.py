import pytest

from ringpost.entry import demo
from tests.actions.calls.live import placed, talking
from tests.harness import Caller, House


def current(caller: Caller, extension: str = "102") -> str | None:
    call = caller.done("call-current", extension=extension)["call"]
    return call and str(call["call_uuid"])


@pytest.fixture
def idle(tenant: Caller) -> Caller:
    """The tenant, with an extension 102 that is in no call."""
    tenant.done("extension-create", extension="102")
    return tenant


def test_is_null_for_an_extension_that_is_in_no_call(idle: Caller) -> None:
    assert idle.done("call-current", extension="102") == {"extension": "102", "call": None}


def test_is_the_call_it_is_in_whether_it_calls_or_is_called(house: House, idle: Caller) -> None:
    for numbers in ({"destination_a": "102"}, {"destination_b": "102"}):
        call_uuid = placed(idle, **numbers)
        assert current(idle) == call_uuid
        house.clock.time += 4
        assert current(idle) is None


def test_is_nothing_before_its_own_phone_rings(house: House, idle: Caller) -> None:
    idle.call("originate", caller_id_number="1", destination_a="100", destination_b="102", wait=0)
    assert current(idle) is None
    house.clock.time += 1
    assert current(idle) is not None


def test_of_two_it_is_the_one_that_was_answered(idle: Caller) -> None:
    first = talking(idle, destination_a="102")
    idle.call("originate", caller_id_number="1", destination_a="102", destination_b="100", wait=0)
    assert current(idle) == first


def test_of_two_that_were_answered_it_is_the_newer(idle: Caller) -> None:
    talking(idle, destination_a="102")
    second = placed(idle, destination_a="102")
    assert current(idle) == second


def test_a_call_on_hold_is_one_it_is_in(tenant: Caller) -> None:
    assert current(tenant, "100") == demo.HELD_CALL_UUID


def test_a_number_that_is_no_extension_is_not_there(tenant: Caller, stranger: Caller) -> None:
    for caller, extension in ((tenant, "600"), (tenant, "199"), (stranger, "100")):
        reply = caller.call("call-current", extension=extension)
        assert (reply.status, reply.json["error"]) == (404, "extension not found")
