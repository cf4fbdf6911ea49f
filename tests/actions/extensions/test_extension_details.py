from ringpost.entry import demo
from tests.harness import Caller


def test_finds_by_number_and_by_uuid_in_either_member(tenant: Caller) -> None:
    found = tenant.done("extension-details", domain_uuid=demo.DOMAIN_UUID, extension="100")
    uuid = found["extension_uuid"]
    assert tenant.done("extension-details", extension_uuid=uuid) == found
    assert tenant.done("extension-details", extension=uuid) == found


def test_has_every_member_fusionpbx_lists_and_no_password(tenant: Caller) -> None:
    found = tenant.done("extension-details", extension="100")
    assert list(found)[:3] == ["extension_uuid", "extension", "number_alias"]
    for member in ("follow_me_destinations", "max_registrations", "forward_user_not_registered_enabled", "insert_date"):
        assert member in found
    assert not [member for member in found if "password" in member]


def test_a_ring_groups_number_is_no_extension(tenant: Caller) -> None:
    reply = tenant.call("extension-details", extension="600")
    assert (reply.status, reply.json["error"]) == (404, "extension not found")


def test_a_strangers_extension_is_not_there(tenant: Caller, stranger: Caller) -> None:
    uuid = tenant.done("extension-details", extension="100")["extension_uuid"]
    assert stranger.call("extension-details", extension_uuid=uuid).json["error"] == "extension not found"
    assert stranger.call("extension-details", domain_uuid=demo.DOMAIN_UUID, extension_uuid=uuid).status == 404


def test_needs_a_reference(tenant: Caller) -> None:
    assert tenant.call("extension-details").status == 400


def test_two_references_must_mean_the_same_one(tenant: Caller) -> None:
    uuid = tenant.done("extension-details", extension="100")["extension_uuid"]
    assert tenant.call("extension-details", extension_uuid=uuid, extension="100").status == 200
    assert tenant.call("extension-details", extension_uuid=uuid, extension="101").status == 404
    assert tenant.call("extension-delete", extension_uuid=uuid, extension="101").status == 404
