from tests.actions.conferences.meeting import Meeting


def test_its_call_ends(meeting: Meeting) -> None:
    call_uuid = meeting.comes("100")
    [one] = meeting.inside()
    assert meeting.does("conference-participant-kick", leg_uuid=one["leg_uuid"]).status == 200
    assert meeting.inside() == []
    assert meeting.tenant.call("call-details", call_uuid=call_uuid).status == 404
    assert meeting.does("conference-participant-kick", leg_uuid=one["leg_uuid"]).status == 404
    assert meeting.story() == [("joined", "100"), ("left", "100")]
