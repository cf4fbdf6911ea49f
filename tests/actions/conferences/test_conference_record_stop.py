from tests.actions.conferences.meeting import Meeting


def test_is_recorded_no_more(meeting: Meeting) -> None:
    meeting.comes("100")
    meeting.does("conference-record-start")
    meeting.passes(1)
    for status in (200, 422):
        assert meeting.does("conference-record-stop").status == status
        meeting.passes(1)
    assert meeting.tenant.done("conference-participant-list", conference="850")["recorded"] is False
    assert [what for what, _ in meeting.story()] == ["joined", "record_started", "record_stopped", "left"]
