from typing import Any

import pytest

from ringpost.context import CallLimits
from ringpost.entry import demo
from ringpost.model.domain import Domain
from ringpost.model.live import LiveCall
from ringpost.switch import Progress
from tests.actions.calls.live import parties, placed, record, states, talking
from tests.fakes import RecordingSwitch
from tests.harness import Caller, House


def test_answers_as_originate_does_with_the_listeners_own_call(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    before = house.clock.time
    answer = tenant.done("call-monitor", call_uuid=call_uuid, extension="101", mode="whisper")
    assert answer == {
        "success": True,
        "call_uuid": answer["call_uuid"],
        "state": "answered",
        "cause": None,
        "sandbox": True,
        "leg_uuid": call_uuid,
        "mode": "whisper",
    }
    assert answer["call_uuid"] not in parties(tenant, call_uuid)
    assert house.clock.time == before + 1
    assert states(tenant, answer["call_uuid"]) == [("101", "answered")]
    assert states(tenant, call_uuid) == [("100", "answered"), ("5550123", "answered")]


def test_says_so_while_the_listeners_phone_rings(tenant: Caller) -> None:
    reply = tenant.call("call-monitor", call_uuid=talking(tenant), extension="101", wait=0)
    assert (reply.status, reply.json["success"], reply.json["state"]) == (202, None, "ringing")


def test_has_a_record_of_its_own_with_one_leg(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    listener = tenant.done("call-monitor", call_uuid=call_uuid, extension="101")["call_uuid"]
    house.clock.time += 3
    call = record(tenant, listener)
    assert [(leg["extension"], leg["billsec"]) for leg in call["legs"]] == [("101", 3)]
    assert len(record(tenant, call_uuid)["legs"]) == 2


def test_ends_without_the_call_it_listens_to(tenant: Caller) -> None:
    listener = tenant.done("call-monitor", call_uuid=demo.HELD_CALL_UUID, extension="101")["call_uuid"]
    tenant.done("call-hangup", call_uuid=listener)
    assert tenant.call("call-details", call_uuid=listener).status == 404
    assert tenant.call("call-details", call_uuid=demo.HELD_CALL_UUID).status == 200


def test_a_retry_rings_the_listener_once(tenant: Caller) -> None:
    sent = {"call_uuid": talking(tenant), "extension": "101", "idempotency_key": "k"}
    assert tenant.done("call-monitor", **sent) == tenant.done("call-monitor", **sent)
    assert len(tenant.done("call-list")["items"]) == 8


def test_is_counted_like_any_call(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    house.call_limits = CallLimits(at_once=1)
    house.restart()
    assert tenant.call("call-monitor", call_uuid=call_uuid, extension="101").code == "rate-limited"


@pytest.mark.parametrize("more", [{"mode": "record"}, {"extension": ""}, {"extension": "user/1"}, {"wait": 26}])
def test_refuses_what_it_does_not_know(tenant: Caller, more: dict[str, Any]) -> None:
    sent = {"call_uuid": demo.HELD_CALL_UUID, "extension": "101", **more}
    assert tenant.call("call-monitor", **sent).status == 400


def test_help_does_not_listen(tenant: Caller) -> None:
    reply = tenant.call("call-monitor", call_uuid=demo.HELD_CALL_UUID, extension="911")
    assert (reply.status, reply.code) == (422, "cannot-comply")


@pytest.mark.parametrize("number", ["199", "600", "12025550123"])
def test_only_an_extension_listens(operator: Caller, tenant: Caller, number: str) -> None:
    home = {"domain_name": demo.DOMAIN_NAME}
    operator.done("domain-update", **home, outbound_gateway="trunk", outbound_prefixes=["1"])
    assert tenant.call("call-monitor", call_uuid=demo.HELD_CALL_UUID, extension=number).status == 422


def test_a_busy_listener_hears_nothing(house: House, tenant: Caller) -> None:
    tenant.done("extension-create", extension="5550140")
    answer = tenant.done("call-monitor", call_uuid=demo.HELD_CALL_UUID, extension="5550140")
    assert (answer["success"], answer["state"], answer["cause"]) == (False, "ended", "USER_BUSY")
    assert answer["call_uuid"] not in tenant.call("call-list").text, "it has ended"


class Unanswered(RecordingSwitch):
    """Calls are up, and who is to listen does not answer."""

    def __init__(self, up: list[LiveCall]) -> None:
        super().__init__()
        self.up = up
        self.progress = Progress("ended", cause="NO_ANSWER")

    def calls(self, domain: Domain) -> list[LiveCall]:
        return self.up


def test_who_was_to_listen_has_called_nobody(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    house.switch = Unanswered([LiveCall.model_validate(one) for one in tenant.done("call-list")["items"]])
    house.restart()
    placed = tenant.done("call-monitor", call_uuid=call_uuid, extension="101")
    call = record(tenant, placed["call_uuid"])
    assert (call["source_number"], call["destination_number"], call["hangup_cause"]) == ("101", None, "NO_ANSWER")


def test_nobody_listens_to_a_party_that_has_not_answered_yet(tenant: Caller) -> None:
    call_uuid = placed(tenant, destination_a="5550123", destination_b="101")
    reply = tenant.call("call-monitor", call_uuid=call_uuid, extension="100")
    assert (reply.status, reply.json["detail"]) == (422, "this party has not answered yet")
