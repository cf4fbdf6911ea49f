from ringpost.entry import demo
from tests.harness import Caller


def test_leads_elsewhere(tenant: Caller) -> None:
    after = tenant.done("destination-update", number="12025550100", extension="101")
    assert after["destination_actions"][0]["destination_data"] == f"101 XML {demo.DOMAIN_NAME}"


def test_moves_to_a_new_number(tenant: Caller) -> None:
    tenant.done("destination-update", number="12025550100", new_number="12025550111", destination_description="moved")
    assert tenant.call("destination-details", number="12025550100").status == 404
    found = tenant.done("destination-details", number="12025550111")
    assert (found["destination_number_regex"], found["destination_description"]) == ("^(12025550111)$", "moved")


def test_may_change_its_spelling(tenant: Caller) -> None:
    assert tenant.done("destination-update", number="12025550100", new_number="+12025550100")
    assert tenant.done("destination-details", number="2025550100")["destination_number"] == "+12025550100"


def test_refuses_a_number_somebody_has(operator: Caller) -> None:
    operator.done("destination-create", domain_name="empty.example.net", number="12025550111", extension="1")
    assert operator.call("destination-update", number="12025550100", new_number="12025550111").status == 409
