"""Who is let into a room of the sandbox, and who has to leave it."""

import json

import pytest

from ringpost.entry import demo
from tests.actions.conferences.meeting import Meeting
from tests.harness import Caller, House


@pytest.fixture
def asking(house: House, tenant: Caller) -> Meeting:
    """A room that asks for its PIN."""
    return Meeting(house, tenant, pin="4711", moderator_pin="4712")


def test_who_comes_is_asked_for_the_pin(asking: Meeting) -> None:
    call_uuid = asking.comes("100")
    assert asking.numbers() == []
    assert asking.tenant.done("call-details", call_uuid=call_uuid)["state"] == "answered"
    asking.says(call_uuid, "99#")
    assert asking.numbers() == []
    asking.says(call_uuid, "4711#")
    assert [(one["number"], one["moderator"]) for one in asking.inside()] == [("100", False)]


def test_who_knows_the_moderators_pin_is_one(asking: Meeting) -> None:
    asking.says(asking.comes("100"), "4712")
    assert [(one["number"], one["moderator"]) for one in asking.inside()] == [("100", True)]
    assert asking.story() == [("joined", "100"), ("left", "100")]


def test_who_does_not_know_it_is_hung_up(asking: Meeting) -> None:
    call_uuid = asking.comes("100")
    for _ in range(3):
        asking.says(call_uuid, "99#")
    assert asking.tenant.call("call-details", call_uuid=call_uuid).status == 404
    assert asking.story() == []
    [leg] = asking.tenant.done("cdr-details", xml_cdr_uuid=call_uuid)["legs"]
    assert (leg["hangup_cause"], leg["ended_by"]) == ("NORMAL_CLEARING", "switch")


def test_who_says_nothing_is_hung_up_a_minute_later(asking: Meeting) -> None:
    call_uuid = asking.comes("100")
    asking.passes(58)
    assert asking.tenant.call("call-details", call_uuid=call_uuid).status == 200
    asking.passes(3)
    assert asking.tenant.call("call-details", call_uuid=call_uuid).status == 404


def test_the_pin_is_told_to_nobody(asking: Meeting) -> None:
    asking.says(asking.comes("100"), "4711#")
    asking.passes(8000)
    told = asking.tenant.done("event-list", domain_name=demo.DOMAIN_NAME, **{"from": asking.since, "limit": 1000})
    assert "4711" not in json.dumps([one for one in told["items"] if one["type"] != "conference.created"])


def test_with_the_last_moderator_everybody_has_to_leave(house: House, tenant: Caller) -> None:
    meeting = Meeting(house, tenant, end_with_moderator=True, pin="4711", moderator_pin="4712")
    guest, one, other = (meeting.comes(number) for number in ("100", "101", "5550123"))
    for call_uuid, pin in ((guest, "4711"), (one, "4712"), (other, "4712")):
        meeting.says(call_uuid, pin)
    meeting.passes(1)
    tenant.done("call-hangup", call_uuid=one)
    assert set(meeting.numbers()) == {"100", "5550123"}
    tenant.done("call-hangup", call_uuid=other)
    assert meeting.numbers() == []
    assert tenant.call("call-details", call_uuid=guest).status == 404
    [leg] = tenant.done("cdr-details", xml_cdr_uuid=guest)["legs"]
    assert leg["ended_by"] == "switch"
    everybody = [(what, number) for what in ("joined", "left") for number in ("100", "101", "5550123")]
    assert sorted(meeting.story()) == sorted(everybody)


def test_one_that_does_not_end_so_goes_on(house: House, tenant: Caller) -> None:
    meeting = Meeting(house, tenant, pin="4711", moderator_pin="4712")
    guest, moderator = meeting.comes("100"), meeting.comes("101")
    meeting.says(guest, "4711")
    meeting.says(moderator, "4712")
    tenant.done("call-hangup", call_uuid=moderator)
    assert meeting.numbers() == ["100"]


def test_a_room_in_which_no_moderator_was_goes_on_whatever_ends_elsewhere(house: House, tenant: Caller) -> None:
    meeting = Meeting(house, tenant, end_with_moderator=True)
    tenant.done("conference-create", name="Other", extension="851", end_with_moderator=True)
    meeting.comes("100", room="851")
    meeting.does("conference-participant-invite", destination="101", moderator=True)
    meeting.passes(1)
    [moderator] = meeting.inside()
    tenant.done("call-hangup", call_uuid=moderator["call_uuid"])
    assert (meeting.numbers(), meeting.numbers("851")) == ([], ["100"])


def test_who_is_invited_is_not_asked(asking: Meeting) -> None:
    asking.does("conference-participant-invite", destination="101")
    asking.passes(1)
    assert asking.numbers() == ["101"]
