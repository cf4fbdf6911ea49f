from tests.actions.conferences.meeting import Meeting


def test_who_comes_is_turned_away_until_it_is_unlocked_or_empty(meeting: Meeting) -> None:
    first = meeting.comes("100")
    for _ in range(2):
        assert meeting.does("conference-lock").json["locked"] is True
    assert meeting.tenant.done("conference-participant-list", conference="850")["locked"] is True
    meeting.comes("101")
    assert meeting.numbers() == ["100"]
    meeting.tenant.done("call-hangup", call_uuid=first)
    meeting.passes(1)
    meeting.comes("101")
    assert meeting.tenant.done("conference-participant-list", conference="850")["locked"] is False
    assert meeting.numbers() == ["101"]
    assert [what for what, _ in meeting.story()] == ["joined", "locked", "left", "joined", "left"]


def test_a_room_that_nobody_is_in_is_not_there(meeting: Meeting) -> None:
    for action in ("conference-lock", "conference-unlock", "conference-record-start", "conference-record-stop"):
        reply = meeting.does(action)
        assert (reply.status, reply.json["error"]) == (404, "nobody is in that room"), action


def test_in_a_room_with_moderators_a_user_who_is_none_does_something_to_itself_only(meeting: Meeting) -> None:
    tenant = meeting.tenant
    tenant.done("user-extension-add", user="bob", extension="101")
    as_bob = {"conference": "850", "as_user": "bob"}
    meeting.comes("100")
    assert tenant.call("conference-lock", **as_bob).status == 403
    meeting.comes("101")
    assert tenant.call("conference-lock", **as_bob).status == 200
    legs = {one["extension"]: one["leg_uuid"] for one in meeting.inside()}
    tenant.done("conference-update", conference="850", pin="1234", moderator_pin="4321")
    assert tenant.call("conference-unlock", **as_bob).status == 403
    assert tenant.call("conference-participant-invite", destination="110", **as_bob).status == 403
    assert tenant.call("conference-participant-kick", leg_uuid=legs["100"], **as_bob).status == 403
    assert tenant.call("conference-participant-mute", leg_uuid=legs["101"], **as_bob).status == 200
