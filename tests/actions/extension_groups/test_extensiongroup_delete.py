from tests.harness import Caller


def test_leaves_its_extensions(tenant: Caller) -> None:
    tenant.done("extensiongroup-delete", extensiongroup="reception")
    assert tenant.call("extensiongroup-details", extensiongroup="reception").status == 404
    assert tenant.done("extension-details", extension="100")
