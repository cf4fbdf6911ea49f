from tests.actions.conferences.meeting import Meeting
from tests.harness import Caller


def test_lists_who_is_in_it_who_came_first_first(meeting: Meeting) -> None:
    meeting.comes("100")
    meeting.comes("101")
    answer = meeting.tenant.done("conference-participant-list", conference="planning")
    assert [(one["extension"], one["muted"], one["deaf"], one["moderator"]) for one in answer["items"]] == [
        ("100", False, False, False),
        ("101", False, False, False),
    ]
    assert (answer["room"], answer["conference_name"], answer["locked"], answer["recorded"]) == (
        "850", "Planning", False, False,
    )  # fmt: skip
    assert answer["items"][0]["since"] < answer["items"][1]["since"]


def test_one_that_was_made_on_the_spot_has_no_name(meeting: Meeting) -> None:
    meeting.comes("100", "*31")
    answer = meeting.tenant.done("conference-participant-list", conference="*31")
    assert (answer["room"], answer["conference_uuid"], len(answer["items"])) == ("*31", None, 1)


def test_the_code_and_the_number_are_two_rooms(meeting: Meeting) -> None:
    meeting.comes("100", "*3850")
    meeting.comes("101")
    assert (meeting.numbers("*3850"), meeting.numbers()) == (["100"], ["101"])


def test_one_that_nobody_is_in_is_empty(meeting: Meeting) -> None:
    assert meeting.inside() == []
    assert meeting.inside("*39") == []
    assert meeting.does("conference-participant-list", conference="*31a").status == 404
    assert meeting.does("conference-participant-list", conference="100").status == 404


def test_who_hangs_up_is_in_it_no_more(meeting: Meeting) -> None:
    first = meeting.comes("100")
    meeting.comes("101")
    meeting.tenant.done("call-hangup", call_uuid=first)
    assert meeting.numbers() == ["101"]
    assert meeting.story() == [("joined", "100"), ("joined", "101"), ("left", "100"), ("left", "101")]


def test_who_is_sent_on_is_in_it_no_more(meeting: Meeting) -> None:
    call_uuid = meeting.comes("100")
    meeting.tenant.done("call-transfer", call_uuid=call_uuid, destination="101")
    assert meeting.inside() == []
    assert meeting.story() == [("joined", "100"), ("left", "100")]


def test_another_domain_s_room_of_that_number_is_another(meeting: Meeting, stranger: Caller) -> None:
    meeting.comes("100", "*31")
    meeting.comes("100")
    stranger.done("conference-create", name="Planning", extension="850")
    for room in ("*31", "850"):
        assert stranger.done("conference-participant-list", conference=room)["items"] == []


def test_a_conference_is_one_record_a_call(meeting: Meeting) -> None:
    call_uuid = meeting.comes("100")
    meeting.passes(8000)
    record = meeting.tenant.done("cdr-details", xml_cdr_uuid=call_uuid)
    assert [(leg["source_number"], leg["destination_number"]) for leg in record["legs"]] == [("100", "850")]
    assert record["missed_call"] is False


def test_one_too_many_is_turned_away(meeting: Meeting) -> None:
    meeting.tenant.done("conference-update", conference="850", most_participants=1)
    meeting.comes("100")
    meeting.comes("101")
    assert meeting.numbers() == ["100"]
