from tests.actions.conferences.meeting import Meeting
from tests.harness import Caller, House


def test_says_where_it_is_kept_once_and_anew_after_a_stop(meeting: Meeting) -> None:
    call_uuid = meeting.comes("100")
    first = meeting.does("conference-record-start").json["recording"]
    meeting.passes(1)
    assert meeting.does("conference-record-start").json["recording"] == first
    assert call_uuid in first
    assert meeting.tenant.done("conference-participant-list", conference="850")["recorded"] is True
    meeting.does("conference-record-stop")
    meeting.passes(1)
    assert meeting.does("conference-record-start").json["recording"] != first
    told = [what for what, _ in meeting.story()]
    assert told == ["joined", "record_started", "record_stopped", "record_started", "left"]


def test_a_room_that_is_to_be_recorded_is_from_the_first(house: House, tenant: Caller) -> None:
    meeting = Meeting(house, tenant, record=True)
    call_uuid = meeting.comes()
    assert tenant.done("conference-participant-list", conference="850")["recorded"]
    path = meeting.does("conference-record-start").json["recording"]
    assert path == f"sandbox/room-1-{call_uuid}.wav"
    meeting.passes(1)
    meeting.does("conference-record-stop")
    assert not tenant.done("conference-participant-list", conference="850")["recorded"]
    meeting.passes(1)
    again = f"sandbox/room-2-{call_uuid}.wav"
    for _ in range(2):
        assert meeting.does("conference-record-start").json["recording"] == again
