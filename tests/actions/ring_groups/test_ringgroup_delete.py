from tests.harness import Caller


def test_removes_the_group_and_frees_its_number(tenant: Caller) -> None:
    uuid = tenant.done("ringgroup-details", extension="600")["ring_group_uuid"]
    assert tenant.done("ringgroup-delete", extension="600") == {"deleted": True, "ring_group_uuid": uuid}
    assert tenant.call("ringgroup-details", ring_group_uuid=uuid).status == 404
    assert tenant.done("extension-create", extension="600")
