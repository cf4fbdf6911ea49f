from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.model.errors import SwitchUnreachable
from ringpost.model.live import LiveCall
from tests.actions.calls.live import placed
from tests.fakes import RecordingSwitch
from tests.harness import Caller, House

UP = [
    demo.WAITING_CALL_UUID,
    demo.HELD_CALL_UUID,
    demo.PARKED_CALL_UUID,
    demo.ROOM_CALL_UUID,
    demo.STAYING_CALL_UUID,
    demo.ASKING_CALL_UUID,
]
"""The demo tenant's, oldest first."""


def test_lists_the_calls_that_are_up_oldest_first(house: House, tenant: Caller) -> None:
    first = placed(tenant)
    second = placed(tenant, destination_a="101")
    listed = tenant.done("call-list")["items"]
    assert [call["call_uuid"] for call in listed] == [*UP, first, second]
    house.clock.time += 3
    assert [call["call_uuid"] for call in tenant.done("call-list")["items"]][len(UP) :] == [second], (
        "the first has ended"
    )
    house.clock.time += 1
    assert len(tenant.done("call-list")["items"]) == len(UP)


def test_says_of_each_who_speaks_to_whom(tenant: Caller) -> None:
    call_uuid = placed(tenant, caller_id_name="Front desk")
    call = tenant.done("call-list")["items"][-1]
    assert call == {
        "call_uuid": call_uuid,
        "domain_uuid": demo.DOMAIN_UUID,
        "direction": "outbound",
        "state": "ringing",
        "start_stamp": "2026-11-22T12:00:00.000Z",
        "caller_id_name": "Front desk",
        "caller_id_number": "5550100",
        "destination_number": "5550123",
        "slot": None,
        "parkinglot_uuid": None,
        "legs": call["legs"],
    }
    assert [(leg["number"], leg["extension"], leg["state"]) for leg in call["legs"]] == [
        ("100", "100", "answered"),
        ("5550123", None, "ringing"),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": "held"}, ["held"]),
        ({"state": "ringing"}, ["ringing"]),
        ({"slot": "5901"}, ["parked"]),
        ({"destination_number": "5550123", "state": "answered"}, ["answered"]),
        ({"caller_id_number": "1"}, []),
    ],
)
def test_filters(tenant: Caller, query: dict[str, Any], expected: list[str]) -> None:
    placed(tenant)
    placed(tenant, destination_a="101", destination_b="100")
    assert [call["state"] for call in tenant.done("call-list", **query)["items"]] == expected


def test_answers_page_by_page(tenant: Caller) -> None:
    placed(tenant)
    first = tenant.done("call-list", limit=len(UP), count=True)
    second = tenant.done("call-list", limit=len(UP), cursor=first["next_cursor"])
    assert (first["total"], second["next_cursor"]) == (len(UP) + 1, None)
    assert len({call["call_uuid"] for call in first["items"] + second["items"]}) == len(UP) + 1


def test_a_call_of_another_domain_is_not_in_it(operator: Caller, stranger: Caller) -> None:
    theirs = placed(stranger, destination_a="5550124")
    assert [call["call_uuid"] for call in stranger.done("call-list")["items"]] == [theirs]
    assert theirs not in operator.call("call-list", domain_name=demo.DOMAIN_NAME).text
    assert stranger.call("call-list", domain_name=demo.DOMAIN_NAME).json["error"] == "domain not found"


def test_a_call_that_never_came_about_is_not_in_it(tenant: Caller) -> None:
    placed(tenant, destination_a="5550140")
    assert tenant.call("originate", caller_id_number="1", destination_a="5550148", destination_b="101").status == 502
    assert len(tenant.done("call-list")["items"]) == len(UP)


class Gone(RecordingSwitch):
    """A switch that does not answer."""

    def calls(self, domain: object) -> list[LiveCall]:
        raise SwitchUnreachable("the switch did not answer")


def test_a_switch_that_does_not_answer_is_an_error(house: House, tenant: Caller) -> None:
    house.switch = Gone()
    reply = tenant.call("call-list")
    assert (reply.status, reply.code) == (503, "switch-unreachable")
