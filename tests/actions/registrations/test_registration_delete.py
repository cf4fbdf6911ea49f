from ringpost.entry import demo
from tests.actions.registrations.phones import Phones
from tests.harness import Caller, House


def test_drops_every_phone_of_the_extension_and_no_other(house: House, tenant: Caller) -> None:
    house.switch = Phones()
    answer = tenant.done("registration-delete", extension="100")
    assert answer == {"deleted": True, "extension": "100", "dropped": 2}
    assert [phone["extension"] for phone in tenant.done("registration-list")["items"]] == ["101"]


def test_says_so_if_there_was_none(house: House, tenant: Caller) -> None:
    nothing = {"deleted": False, "extension": "100", "dropped": 0}
    assert tenant.done("registration-delete", extension="100") == nothing, "the sandbox has no phones"
    house.switch = Phones()
    tenant.done("registration-delete", extension="100")
    assert tenant.done("registration-delete", extension="100") == nothing


def test_a_retry_answers_what_was_dropped_first(house: House, tenant: Caller) -> None:
    house.switch = Phones()
    first = tenant.done("registration-delete", extension="100", idempotency_key="k")
    assert tenant.done("registration-delete", extension="100", idempotency_key="k") == first


def test_finds_the_extension_by_uuid(house: House, tenant: Caller) -> None:
    house.switch = Phones()
    uuid = tenant.done("extension-details", extension="101")["extension_uuid"]
    assert tenant.done("registration-delete", extension_uuid=uuid)["dropped"] == 1


def test_what_is_no_extension_of_ours_is_not_there(house: House, tenant: Caller, stranger: Caller) -> None:
    house.switch = phones = Phones()
    for caller, extension in ((tenant, "600"), (tenant, "199"), (stranger, "100")):
        reply = caller.call("registration-delete", extension=extension)
        assert (reply.status, reply.json["error"]) == (404, "extension not found")
    assert stranger.call("registration-delete", domain_name=demo.DOMAIN_NAME, extension="100").status == 404
    assert len(phones.phones) == 3
