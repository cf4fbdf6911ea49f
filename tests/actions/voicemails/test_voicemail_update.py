from ringpost.entry import demo
from ringpost.store import keys
from tests.harness import Caller, House


def pin(house: House, number: str) -> str | None:
    row = house.store.get(keys.voicemail_pin(demo.DOMAIN_UUID, number))
    return row.body if row else None


def test_changes_what_is_sent(tenant: Caller) -> None:
    after = tenant.done("voicemail-update", voicemail="100", name="Desk", email="desk@example.net")
    assert (after["name"], after["email"], after["number"]) == ("Desk", "desk@example.net", "100")
    assert tenant.done("voicemail-update", voicemail="100", email=None)["email"] is None


def test_a_new_number_takes_the_pin_along_and_is_told_to_users_and_extensions(house: House, tenant: Caller) -> None:
    tenant.done("user-update", user="alice", voicemail="100")
    kept = pin(house, "100")
    tenant.done("voicemail-update", voicemail="100", new_number="800")
    assert (pin(house, "100"), pin(house, "800")) == (None, kept)
    assert tenant.call("voicemail-details", voicemail="100").status == 404
    assert tenant.done("user-details", user="alice")["voicemail"]["number"] == "800"
    assert tenant.done("extension-details", extension="100")["voicemail_number"] == "800"
    tenant.done("voicemail-update", voicemail="800", new_number="100")
    assert tenant.done("extension-details", extension="100")["voicemail_number"] is None


def test_an_extension_that_is_nobodys_has_the_box_of_its_number(tenant: Caller) -> None:
    tenant.done("voicemail-update", voicemail="101", new_number="801")
    assert tenant.done("extension-details", extension="101")["voicemail_number"] is None
    call = {"call_uuid": demo.HELD_CALL_UUID, "destination": "101", "voicemail": True}
    assert tenant.call("call-transfer", **call).status == 422
    tenant.done("voicemail-update", voicemail="801", new_number="101")
    assert tenant.call("call-transfer", **call).status == 200


def test_refuses_a_taken_number(tenant: Caller) -> None:
    assert tenant.call("voicemail-update", voicemail="100", new_number="101").status == 409


def test_gives_a_new_pin(house: House, tenant: Caller) -> None:
    assert "4711" not in (pin(house, "100") or "")
    tenant.done("voicemail-update", voicemail="100", password="4711")
    assert "4711" in (pin(house, "100") or "")
    tenant.done("voicemail-update", voicemail="100", password="4712", new_number="800")
    assert "4712" in (pin(house, "800") or "")


def test_a_disabled_one_takes_no_messages(tenant: Caller) -> None:
    tenant.done("voicemail-update", voicemail="101", enabled=False)
    call = {"call_uuid": demo.HELD_CALL_UUID, "destination": "101", "voicemail": True}
    assert tenant.call("call-transfer", **call).status == 422
