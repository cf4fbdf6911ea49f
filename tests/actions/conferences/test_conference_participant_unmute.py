from tests.actions.conferences.meeting import Meeting


def test_is_heard_again(meeting: Meeting) -> None:
    meeting.comes("100")
    [one] = meeting.inside()
    for what in ("mute", "unmute", "unmute"):
        assert meeting.does(f"conference-participant-{what}", leg_uuid=one["leg_uuid"]).status == 200
        meeting.passes(1)
    assert [one["muted"] for one in meeting.inside()] == [False]
    assert meeting.story() == [("joined", "100"), ("muted", "100"), ("unmuted", "100"), ("left", "100")]
