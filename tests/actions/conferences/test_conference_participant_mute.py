import pytest

from tests.actions.conferences.meeting import Meeting
from tests.harness import Caller


def test_nobody_hears_it_and_that_is_told_once(meeting: Meeting) -> None:
    meeting.comes("100")
    [one] = meeting.inside()
    for _ in range(2):
        answer = meeting.does("conference-participant-mute", leg_uuid=one["leg_uuid"])
        assert (answer.status, answer.json["participant"]["leg_uuid"]) == (200, one["leg_uuid"]), answer
        meeting.passes(1)
    assert [one["muted"] for one in meeting.inside()] == [True]
    assert meeting.story() == [("joined", "100"), ("muted", "100"), ("left", "100")]


@pytest.mark.parametrize("what", ["mute", "unmute", "deaf", "kick"])
def test_somebody_who_is_gone_is_not_found(meeting: Meeting, stranger: Caller, what: str) -> None:
    call_uuid = meeting.comes("100")
    [one] = meeting.inside()
    meeting.comes("101")
    meeting.tenant.done("call-hangup", call_uuid=call_uuid)
    reply = meeting.does(f"conference-participant-{what}", leg_uuid=one["leg_uuid"])
    assert (reply.status, reply.json["error"]) == (404, "that one is not in the room")
    reply = meeting.does(f"conference-participant-{what}", leg_uuid=one["leg_uuid"], conference="*31")
    assert (reply.status, reply.json["error"]) == (404, "nobody is in that room")
    stranger.done("conference-create", name="Planning", extension="850")
    for room in ("850", meeting.room["conference_uuid"]):
        sent = {"conference": room, "leg_uuid": meeting.inside()[0]["leg_uuid"]}
        assert stranger.call(f"conference-participant-{what}", **sent).status == 404
