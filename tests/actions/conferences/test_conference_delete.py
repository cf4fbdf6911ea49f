from tests.actions.conferences.meeting import Meeting


def test_its_number_is_free_again(meeting: Meeting) -> None:
    assert meeting.tenant.done("conference-delete", conference="850")["deleted"] is True
    assert meeting.tenant.call("conference-details", conference="planning").status == 404
    meeting.tenant.done("extension-create", extension="850")


def test_one_that_is_not_there_is_not_found(meeting: Meeting) -> None:
    assert meeting.tenant.call("conference-delete", conference="851").status == 404
