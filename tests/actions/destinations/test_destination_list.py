from ringpost.entry import demo
from tests.harness import Caller


def test_lists_the_numbers_of_a_domain(operator: Caller) -> None:
    found = operator.done("destination-list", domain_name=demo.DOMAIN_NAME, count=True)
    assert ([one["destination_number"] for one in found["items"]], found["total"]) == (["12025550100"], 1)
    assert operator.done("destination-list", domain_name="empty.example.net")["items"] == []
    assert operator.call("destination-list", domain_uuid=demo.CALL_UUID).status == 404
