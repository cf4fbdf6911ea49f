from tests.harness import Caller


def test_takes_a_number_out(tenant: Caller) -> None:
    after = tenant.done("ringgroup-member-remove", extension="600", number="100")
    assert [member["number"] for member in after["ring_group_destinations"]] == ["101"]


def test_says_when_it_was_not_there(tenant: Caller) -> None:
    assert tenant.call("ringgroup-member-remove", extension="600", number="999").status == 404
