from tests.harness import Caller


def test_lists_by_number_and_by_name(tenant: Caller) -> None:
    tenant.done("voicemail-create", name="Accounts", number="700")
    assert [box["number"] for box in tenant.done("voicemail-list")["items"]] == ["100", "101", "700"]
    assert [box["number"] for box in tenant.done("voicemail-list", order="name")["items"]] == ["700", "101", "100"]
    assert [box["number"] for box in tenant.done("voicemail-list", search="desk")["items"]] == ["100"]
