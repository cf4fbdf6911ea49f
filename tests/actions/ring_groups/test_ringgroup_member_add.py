from tests.harness import Caller


def test_adds_a_number(tenant: Caller) -> None:
    after = tenant.done("ringgroup-member-add", extension="600", number="5550199", delay=5)
    assert after["ring_group_destinations"][-1] == {"number": "5550199", "delay": 5, "timeout": 30, "enabled": True}


def test_refuses_a_number_twice(tenant: Caller) -> None:
    assert tenant.call("ringgroup-member-add", extension="600", number="100").status == 409


def test_refuses_more_than_a_hundred(tenant: Caller) -> None:
    tenant.done("ringgroup-update", extension="600", destinations=[{"number": str(n)} for n in range(100)])
    assert tenant.call("ringgroup-member-add", extension="600", number="5550199").status == 422
