from tests.actions.conferences.meeting import Meeting


def test_moves_to_another_number(meeting: Meeting) -> None:
    after = meeting.tenant.done("conference-update", conference="850", new_extension="851", name="Plans")
    assert (after["extension"], after["name"], after["version"]) == ("851", "Plans", 2)
    assert meeting.tenant.call("conference-details", conference="850").status == 404
    meeting.comes("100", "851")
    assert meeting.numbers("851") == ["100"]


def test_null_takes_a_pin_away(meeting: Meeting) -> None:
    meeting.tenant.done("conference-update", conference="850", pin="1", moderator_pin="2")
    reply = meeting.tenant.call("conference-update", conference="850", pin=None)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "pin")
    after = meeting.tenant.done("conference-update", conference="850", pin=None, moderator_pin=None)
    assert (after["pin"], after["moderator_pin"]) == (None, None)


def test_refuses_when_somebody_was_faster(meeting: Meeting) -> None:
    meeting.tenant.done("conference-update", conference="850", record=True)
    assert meeting.tenant.call("conference-update", conference="850", record=False, if_version=1).status == 409


def test_one_that_is_disabled_leads_nowhere(meeting: Meeting) -> None:
    meeting.tenant.done("conference-update", conference="850", enabled=False)
    order = {"caller_id_number": "100", "destination_a": "100", "destination_b": "850"}
    reply = meeting.tenant.call("originate", **order)
    assert reply.status == 422
    assert meeting.does("conference-participant-invite", destination="101").status == 422
