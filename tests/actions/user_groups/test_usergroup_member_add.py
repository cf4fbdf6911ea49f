from tests.fakes import Meanwhile
from tests.harness import Caller, House


def test_puts_a_user_into_a_group_once(tenant: Caller) -> None:
    group = tenant.done("usergroup-details", usergroup="interns")["usergroup_uuid"]
    assert tenant.done("usergroup-member-add", usergroup="interns", user="bob")["usergroups"] == [group]
    assert tenant.call("usergroup-member-add", usergroup="interns", user="bob").status == 409


def test_refuses_more_than_ten(tenant: Caller) -> None:
    for number in range(11):
        tenant.done("usergroup-create", display_name=f"g{number}")
    statuses = [tenant.call("usergroup-member-add", usergroup=f"g{n}", user="bob").status for n in range(11)]
    assert statuses == [200] * 10 + [422]


def test_a_group_that_gets_somebody_meanwhile_does_not_go(house: House, tenant: Caller, operator: Caller) -> None:
    def add() -> None:
        operator.done("usergroup-member-add", domain_name="fusionpbx.example.net", usergroup="interns", user="bob")

    tenant.done("usergroup-list")
    house.store = Meanwhile(house.store, add)
    house.restart()
    assert tenant.call("usergroup-delete", usergroup="interns").status == 422


def test_a_group_that_goes_meanwhile_gets_nobody(house: House, tenant: Caller, operator: Caller) -> None:
    def delete() -> None:
        operator.done("usergroup-delete", domain_name="fusionpbx.example.net", usergroup="interns")

    tenant.done("usergroup-list")
    house.store = Meanwhile(house.store, delete)
    house.restart()
    operator.house = house
    assert tenant.call("usergroup-member-add", usergroup="interns", user="bob").status == 404
    assert tenant.done("user-details", user="bob")["usergroups"] == []
