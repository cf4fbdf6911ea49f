from tests.actions.parking.yard import Lot


def test_lists_them_by_name(lot: Lot) -> None:
    listed = lot.tenant.done("parkinglot-list")["items"]
    assert [(one["name"], one["slots_start"]) for one in listed] == [("Garage", "851"), ("Yard", "871")]
    assert [one["name"] for one in lot.tenant.done("parkinglot-list", slots_end="878")["items"]] == ["Yard"]
