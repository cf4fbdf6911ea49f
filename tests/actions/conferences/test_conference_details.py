from ringpost.entry import demo
from tests.harness import Caller


def test_is_found_by_number_name_and_uuid(tenant: Caller) -> None:
    found = [tenant.done("conference-details", conference=one) for one in ("880", "weekly", demo.CONFERENCE_UUID)]
    assert found[0] == found[1] == found[2]
    assert found[0]["name"] == "Weekly"


def test_another_domain_s_is_not_there(stranger: Caller) -> None:
    reply = stranger.call("conference-details", conference=demo.CONFERENCE_UUID)
    assert (reply.status, reply.json["error"]) == (404, "conference room not found")
