from ringpost.entry import demo
from tests.harness import Caller


def test_is_found_by_number_slot_name_and_uuid(tenant: Caller) -> None:
    names = ("870", "871", "yard", demo.PARKINGLOT_UUID)
    assert {tenant.done("parkinglot-details", parkinglot=one)["name"] for one in names} == {"Yard"}


def test_a_number_of_something_else_is_none(tenant: Caller) -> None:
    assert tenant.call("parkinglot-details", parkinglot="100").status == 404
