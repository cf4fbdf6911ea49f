from tests.harness import Caller


def test_finds_by_number_and_by_uuid(tenant: Caller) -> None:
    found = tenant.done("ringgroup-details", extension="600")
    assert found["ring_group_name"] == "Sales"
    assert tenant.done("ringgroup-details", ring_group_uuid=found["ring_group_uuid"]) == found


def test_an_extensions_number_is_no_ring_group(tenant: Caller) -> None:
    assert tenant.call("ringgroup-details", extension="100").json["error"] == "ring group not found"


def test_a_strangers_group_is_not_there(tenant: Caller, stranger: Caller) -> None:
    uuid = tenant.done("ringgroup-details", extension="600")["ring_group_uuid"]
    assert stranger.call("ringgroup-details", ring_group_uuid=uuid).status == 404


def test_needs_a_reference(tenant: Caller) -> None:
    assert tenant.call("ringgroup-details").status == 400
