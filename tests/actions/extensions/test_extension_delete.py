from ringpost.entry import demo
from tests.harness import Caller


def test_removes_the_extension_its_box_and_its_secrets(tenant: Caller) -> None:
    uuid = tenant.done("extension-details", extension="101")["extension_uuid"]
    assert tenant.done("extension-delete", extension="101") == {"deleted": True, "extension_uuid": uuid}
    assert tenant.call("extension-details", extension_uuid=uuid).status == 404
    store, home = tenant.house.store, f"domain#{demo.DOMAIN_UUID}"
    assert store.query(f"{home}#extension#{uuid}") == []
    assert [row.key.sort for row in store.query(f"{home}#voicemail")] == ["100"]
    assert tenant.done("extension-create", extension="101")["extension_uuid"] != uuid


def test_refuses_another_version(tenant: Caller) -> None:
    assert tenant.call("extension-delete", extension="101", if_version=7).status == 409
