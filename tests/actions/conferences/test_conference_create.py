from typing import Any

import pytest

from ringpost.entry import demo
from tests.actions.conferences.meeting import Meeting
from tests.harness import Caller

NEW: dict[str, Any] = {"name": "Planning", "extension": "850"}


def test_has_what_was_sent_and_the_rest_as_usual(tenant: Caller) -> None:
    settings = {"pin": "1234", "moderator_pin": "9999", "most_participants": 3, "announce": False}
    room = tenant.done("conference-create", **NEW, **settings)
    assert {name: room[name] for name in settings} == settings
    assert (room["record"], room["wait_for_moderator"], room["end_with_moderator"], room["music"]) == (
        False, False, False, None,
    )  # fmt: skip
    assert tenant.done("conference-details", conference="planning") == room


@pytest.mark.parametrize("taken", ["100", "600", "700", "880", "870", "875"])
def test_refuses_a_number_that_somebody_has(tenant: Caller, taken: str) -> None:
    reply = tenant.call("conference-create", name="Planning", extension=taken)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "extension")


@pytest.mark.parametrize("action", ["extension-create", "ringgroup-create", "queue-create", "parkinglot-create"])
def test_nobody_else_can_have_its_number(tenant: Caller, action: str) -> None:
    tenant.done("conference-create", **NEW)
    assert tenant.example(action, extension="850", domain_name=None).status == 409


def test_refuses_a_name_another_room_has(tenant: Caller) -> None:
    reply = tenant.call("conference-create", name="WEEKLY", extension="850")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "name")


@pytest.mark.parametrize(
    ("settings", "parameter"),
    [
        ({"pin": "12a4"}, "pin"),
        ({"pin": ""}, "pin"),
        ({"pin": "1" * 21}, "pin"),
        ({"moderator_pin": "1234"}, "pin"),
        ({"pin": "1234", "moderator_pin": "1234"}, "moderator_pin"),
        ({"most_participants": 0}, "most_participants"),
        ({"music": "../x"}, "music"),
        ({"extension": "850,1"}, "extension"),
        ({"extension": "*31"}, "extension"),
    ],
)
def test_refuses_what_is_none(tenant: Caller, settings: dict[str, Any], parameter: str) -> None:
    reply = tenant.call("conference-create", **{**NEW, **settings})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, parameter)


def test_refuses_a_number_that_calls_for_help(tenant: Caller) -> None:
    assert tenant.call("conference-create", name="Planning", extension="911").status == 422


def test_its_pins_are_told_to_nobody(meeting: Meeting, tenant: Caller) -> None:
    tenant.done("conference-update", conference="850", pin="4711", moderator_pin="4712")
    meeting.passes(100)
    wanted = {"types": ["conference.*"], "from": meeting.since}
    found = tenant.call("event-list", domain_name=demo.DOMAIN_NAME, **wanted)
    assert "conference.updated" in found.text
    assert "4711" not in found.text
    assert "4712" not in found.text


def test_destinations_and_forwards_lead_there(meeting: Meeting, tenant: Caller) -> None:
    tenant.done("extension-create", extension="110")
    tenant.done("extension-forward-set", extension="110", unconditional={"enabled": True, "destination": "850"})
    meeting.comes("5550100", "110")
    tenant.done("destination-update", number="12025550100", extension="850")
    call = {"caller_id_number": "12025550111", "destination_a": "12025550150", "destination_b": "12025550100"}
    assert tenant.call("originate", **call, wait=0).status in (200, 202)
    assert meeting.numbers() == ["5550100", "12025550111"]
