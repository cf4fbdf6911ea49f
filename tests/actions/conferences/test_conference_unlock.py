from tests.actions.conferences.meeting import Meeting


def test_who_comes_is_let_in(meeting: Meeting) -> None:
    meeting.comes("100")
    meeting.does("conference-lock")
    meeting.passes(1)
    assert meeting.does("conference-unlock").json["locked"] is False
    meeting.comes("101")
    assert meeting.numbers() == ["100", "101"]
    assert [what for what, _ in meeting.story()][:4] == ["joined", "locked", "unlocked", "joined"]
