from tests.actions.conferences.meeting import Meeting


def test_lists_them_by_name(meeting: Meeting) -> None:
    listed = meeting.tenant.done("conference-list")["items"]
    assert [(one["name"], one["extension"]) for one in listed] == [("Planning", "850"), ("Weekly", "880")]
    assert [one["name"] for one in meeting.tenant.done("conference-list", extension="850")["items"]] == ["Planning"]
