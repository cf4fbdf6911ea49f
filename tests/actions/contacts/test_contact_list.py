from tests.harness import Caller


def test_lists_by_name_and_finds_by_external_id(tenant: Caller) -> None:
    tenant.done("contact-create", company="Acme", external_id="crm-1")
    assert [one["display_name"] for one in tenant.done("contact-list")["items"]] == ["Acme", "Example Caller"]
    assert [one["display_name"] for one in tenant.done("contact-list", search="555 0199")["items"]] == [
        "Example Caller"
    ]
    assert [one["display_name"] for one in tenant.done("contact-list", external_id="crm-1")["items"]] == ["Acme"]
