from tests.harness import Caller


def test_finds_by_name_and_by_uuid(tenant: Caller, stranger: Caller) -> None:
    group = tenant.done("extensiongroup-details", extensiongroup="RECEPTION")
    uuid = group["extensiongroup_uuid"]
    assert tenant.done("extensiongroup-details", extensiongroup=uuid) == group
    assert group["extensions"] == [tenant.done("extension-details", extension="100")["extension_uuid"]]
    assert stranger.call("extensiongroup-details", extensiongroup=uuid).status == 404
