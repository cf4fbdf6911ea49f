from ringpost.entry import demo
from tests.harness import Caller


def test_finds_by_number_alone(tenant: Caller) -> None:
    found = tenant.done("destination-details", number="12025550100")
    assert list(found)[:3] == ["domain_uuid", "destination_uuid", "dialplan_uuid"]
    assert found["destination_actions"][0]["destination_data"] == f"600 XML {demo.DOMAIN_NAME}"
    assert tenant.done("destination-details", number="+12025550100") == found
    assert tenant.done("destination-details", destination_uuid=found["destination_uuid"]) == found


def test_a_strangers_number_is_not_there(stranger: Caller) -> None:
    reply = stranger.call("destination-details", number="12025550100")
    assert (reply.status, reply.json["error"]) == (404, "no such destination")


def test_a_number_of_another_domain_than_asked_is_not_there(operator: Caller) -> None:
    reply = operator.call("destination-details", number="12025550100", domain_name="empty.example.net")
    assert reply.status == 404


def test_needs_a_number(operator: Caller) -> None:
    assert operator.call("destination-details").status == 400
