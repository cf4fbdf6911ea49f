from tests.actions.parking.yard import Lot


def test_all_its_numbers_are_free_again(lot: Lot) -> None:
    assert lot.tenant.done("parkinglot-delete", parkinglot="850")["parkinglot_uuid"] == lot.lot["parkinglot_uuid"]
    for number in ("850", "851", "852", "853"):
        lot.tenant.done("extension-create", extension=number)
    assert lot.tenant.call("parkinglot-delete", parkinglot="850").status == 404


def test_who_waits_there_can_be_fetched_still(lot: Lot) -> None:
    call_uuid, _ = lot.parks()
    lot.tenant.done("parkinglot-delete", parkinglot="850")
    lot.passes(1)
    lot.tenant.done("call-unpark", call_uuid=call_uuid, extension="101")
