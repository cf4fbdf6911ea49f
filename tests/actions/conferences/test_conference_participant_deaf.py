from tests.actions.conferences.meeting import Meeting


def test_hears_nobody_until_it_does_again(meeting: Meeting) -> None:
    meeting.comes("100")
    [one] = meeting.inside()
    for _ in range(2):
        assert meeting.does("conference-participant-deaf", leg_uuid=one["leg_uuid"]).status == 200
    assert [one["deaf"] for one in meeting.inside()] == [True]
    meeting.passes(1)
    assert meeting.does("conference-participant-deaf", leg_uuid=one["leg_uuid"], deaf=False).status == 200
    assert [one["deaf"] for one in meeting.inside()] == [False]
    assert meeting.story() == [("joined", "100"), ("deafened", "100"), ("undeafened", "100"), ("left", "100")]
