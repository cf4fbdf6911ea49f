from typing import Any

import pytest

from tests.actions.calls.live import placed, record, talking
from tests.harness import Caller, House


def forward(caller: Caller, extension: str = "100", **kinds: str) -> Any:
    sent = {kind: {"enabled": True, "destination": number} for kind, number in kinds.items()}
    return caller.done("extension-forward-set", extension=extension, **sent)


def rung(caller: Caller, number: str = "100") -> list[tuple[str, str | None, bool]]:
    """Whom a call to a number rang after the caller, how that ended, and whether it answered."""
    call_uuid = placed(caller, destination_a="101", destination_b=number)
    caller.house.clock.time += 200
    legs = record(caller, call_uuid)["legs"][1:]
    legs.sort(key=lambda leg: leg["start_stamp"])
    return [(leg["destination_number"], leg["hangup_cause"], leg["answer_stamp"] is not None) for leg in legs]


def test_those_left_out_stay(tenant: Caller) -> None:
    tenant.done("extension-create", extension="102")
    forward(tenant, busy="101", noanswer="5550123")
    after = forward(tenant, busy="102")
    assert after["busy"] == {"enabled": True, "destination": "102"}
    assert after["noanswer"] == {"enabled": True, "destination": "5550123"}
    waiting = {"enabled": False, "destination": "102"}
    assert tenant.done("extension-forward-set", extension="100", busy=waiting)["busy"] == waiting
    assert tenant.done("extension-forward-set", extension="100", noanswer=None)["noanswer"]["destination"] is None
    assert tenant.done("extension-details", extension="100")["forward_busy_destination"] == "102"


@pytest.mark.parametrize("kind", ["unconditional", "busy", "noanswer", "unregistered"])
def test_one_that_is_switched_keeps_its_destination_until_it_is_taken_away(tenant: Caller, kind: str) -> None:
    def switched(**members: Any) -> Any:
        return tenant.done("extension-forward-set", extension="100", **{kind: members})[kind]

    on, off = {"enabled": True, "destination": "101"}, {"enabled": False, "destination": "101"}
    assert switched(**on) == on
    assert switched(enabled=False) == off
    assert switched(enabled=False) == off
    assert switched(enabled=True) == on
    assert switched(enabled=False, destination=None) == {"enabled": False, "destination": None}
    assert tenant.call("extension-forward-set", extension="100", **{kind: {"enabled": True}}).status == 400


def test_one_that_waited_is_refused_if_it_leads_nowhere_by_now(tenant: Caller) -> None:
    tenant.done("extension-create", extension="102")
    tenant.done("extension-forward-set", extension="100", busy={"enabled": False, "destination": "102"})
    tenant.done("extension-delete", extension="102")
    assert tenant.call("extension-forward-set", extension="100", busy={"enabled": True}).status == 422


@pytest.mark.parametrize(
    ("bad", "status", "parameter"),
    [
        ({"busy": {"enabled": True}}, 400, "busy"),
        ({"busy": {"enabled": True, "destination": None}}, 400, "busy"),
        ({"busy": {"enabled": True, "destination": "a b"}}, 400, "busy.destination"),
        ({"busy": {"destination": "101"}}, 400, "busy.enabled"),
        ({"busy": {"enabled": True, "destination": "101", "surprise": 1}}, 400, "busy.surprise"),
        ({"busy": {"enabled": True, "destination": "100"}}, 422, "busy"),
        ({"noanswer": {"enabled": True, "destination": "911"}}, 422, "noanswer"),
        ({"noanswer": {"enabled": False, "destination": "9911"}}, 422, "noanswer"),
        ({"sometimes": {"enabled": True, "destination": "101"}}, 400, "sometimes"),
    ],
)
def test_refuses_what_leads_nowhere(tenant: Caller, bad: dict[str, Any], status: int, parameter: str) -> None:
    reply = tenant.call("extension-forward-set", extension="100", **bad)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (status, parameter)


def test_always(tenant: Caller) -> None:
    forward(tenant, unconditional="5550123")
    assert rung(tenant) == [("5550123", "NORMAL_CLEARING", True)]


def test_when_it_is_busy_or_not_to_be_disturbed(tenant: Caller) -> None:
    tenant.done("extension-create", extension="5550140")
    forward(tenant, "5550140", busy="5550123", noanswer="5550124")
    assert rung(tenant, "5550140") == [("5550140", "USER_BUSY", False), ("5550123", "NORMAL_CLEARING", True)]
    forward(tenant, "100", busy="5550123")
    assert rung(tenant) == [("100", "NORMAL_CLEARING", True)]
    tenant.done("extension-dnd-set", extension="100", enabled=True)
    assert rung(tenant) == [("100", "USER_BUSY", False), ("5550123", "NORMAL_CLEARING", True)]


def test_when_nobody_answers_or_no_phone_is_there(tenant: Caller) -> None:
    for number, kind in (("5550141", "noanswer"), ("5550143", "unregistered")):
        tenant.done("extension-create", extension=number)
        forward(tenant, number, **{kind: "100"})
        assert [(to, answered) for to, _, answered in rung(tenant, number)] == [(number, False), ("100", True)]


def test_one_after_the_other_but_never_back(tenant: Caller) -> None:
    tenant.done("extension-create", extension="102")
    forward(tenant, "100", unconditional="102")
    forward(tenant, "102", unconditional="100")
    assert rung(tenant) == [("102", "NORMAL_CLEARING", True)]
    for number in ("100", "102"):
        tenant.done("extension-dnd-set", extension=number, enabled=True)
        tenant.done("extension-forward-set", extension=number, unconditional=None)
    forward(tenant, "100", busy="102")
    forward(tenant, "102", busy="100")
    assert rung(tenant) == [("100", "USER_BUSY", False), ("102", "USER_BUSY", False)]


def test_a_transfer_follows_too(house: House, tenant: Caller) -> None:
    tenant.done("extension-create", extension="102")
    forward(tenant, "100", unconditional="102")
    call_uuid = talking(tenant, destination_a="101", destination_b="5550124")
    tenant.done("call-transfer", call_uuid=call_uuid, destination="100")
    house.clock.time += 60
    assert record(tenant, call_uuid)["legs"][-1]["destination_number"] == "102"


def test_who_clicks_to_call_is_rung_at_the_own_phone(tenant: Caller) -> None:
    forward(tenant, "100", unconditional="5550140")
    assert tenant.done("originate", caller_id_number="1", destination_a="100", destination_b="101")["success"] is True
