from tests.actions.conferences.meeting import Meeting


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
