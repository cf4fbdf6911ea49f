from tests.harness import Caller


def test_gives_the_number_back(tenant: Caller, stranger: Caller) -> None:
    uuid = tenant.done("destination-details", number="12025550100")["destination_uuid"]
    assert tenant.done("destination-delete", number="12025550100") == {"deleted": True, "destination_uuid": uuid}
    assert tenant.call("destination-details", number="12025550100").status == 404
    assert stranger.done("destination-create", number="12025550100", extension="1")


def test_not_for_strangers(stranger: Caller) -> None:
    assert stranger.call("destination-delete", number="12025550100").status == 404
