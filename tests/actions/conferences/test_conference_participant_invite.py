from tests.actions.conferences.meeting import Meeting


def test_whoever_answers_is_in_the_room(meeting: Meeting) -> None:
    answer = meeting.does("conference-participant-invite", destination="101", moderator=True)
    assert (answer.status, answer.json["success"], answer.json["room"]) == (200, True, "850")
    meeting.passes(1)
    [one] = meeting.inside()
    assert (one["extension"], one["moderator"], one["call_uuid"]) == ("101", True, answer.json["call_uuid"])


def test_who_does_not_answer_is_not(meeting: Meeting) -> None:
    answer = meeting.does("conference-participant-invite", destination="5550140")
    assert (answer.status, answer.json["success"], answer.json["cause"]) == (200, False, "USER_BUSY")
    assert meeting.inside() == []


def test_into_one_that_is_made_on_the_spot(meeting: Meeting) -> None:
    assert meeting.does("conference-participant-invite", destination="101", conference="*37").status == 200
    meeting.passes(1)
    assert meeting.numbers("*37") == ["101"]


def test_refuses_help_and_what_leads_nowhere(meeting: Meeting) -> None:
    for destination in ("911", "199", "600"):
        assert meeting.does("conference-participant-invite", destination=destination).status == 422


def test_a_user_who_may_not_call_somebody_invites_nobody(meeting: Meeting) -> None:
    meeting.tenant.done("user-extension-add", user="bob", extension="101")
    meeting.tenant.done("permission-set", usergroup="everyone", key="originate_to", allowed=False)
    reply = meeting.does("conference-participant-invite", destination="101", as_user="alice")
    assert reply.status == 403
