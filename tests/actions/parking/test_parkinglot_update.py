from tests.actions.parking.yard import Lot


def test_its_slots_move_and_the_old_ones_are_free(lot: Lot) -> None:
    sent = {"slots_start": "853", "slots_end": "855", "new_extension": "849"}
    after = lot.tenant.done("parkinglot-update", parkinglot="850", **sent)
    assert (after["extension"], after["slots_start"], after["slots_end"]) == ("849", "853", "855")
    for number, status in (("850", 200), ("851", 200), ("853", 409), ("855", 409), ("849", 409)):
        assert lot.tenant.call("extension-create", extension=number).status == status, number


def test_refuses_slots_that_somebody_has(lot: Lot) -> None:
    lot.tenant.done("extension-create", extension="855")
    reply = lot.tenant.call("parkinglot-update", parkinglot="850", slots_end="856")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "slots_start")
    assert lot.tenant.done("parkinglot-details", parkinglot="850")["slots_end"] == "853"


def test_refuses_when_somebody_was_faster(lot: Lot) -> None:
    lot.tenant.done("parkinglot-update", parkinglot="850", timeout=60)
    assert lot.tenant.call("parkinglot-update", parkinglot="850", timeout=50, if_version=1).status == 409


def test_null_is_as_for_a_new_one(lot: Lot) -> None:
    lot.tenant.done("parkinglot-update", parkinglot="850", timeout=60, timeout_destination="600")
    after = lot.tenant.done("parkinglot-update", parkinglot="850", timeout=None, timeout_destination=None)
    assert (after["timeout"], after["timeout_destination"]) == (45, None)
    reply = lot.tenant.call("parkinglot-update", parkinglot="850", slots_start=None)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "slots_start")
