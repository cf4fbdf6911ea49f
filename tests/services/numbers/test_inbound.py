"""Numbers that were claimed before claims had a country: found, guarded, and carried over."""

import json

import pytest

from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.services.numbers import destinations, inbound
from ringpost.services.tenants import domains
from ringpost.store import Key, Put, Row
from tests.harness import Caller, House

UUID = "dededede-0000-4000-8000-000000000001"
ABROAD = {"domain_name": "empty.example.net"}


@pytest.fixture
def old(house: House, operator: Caller) -> str:
    """A New Zealand number, as it was written until November 2026."""
    operator.done("domain-update", **ABROAD, country="NZ")
    record = {
        "domain_uuid": demo.EMPTY_DOMAIN_UUID,
        "destination_uuid": UUID,
        "destination_number": "+6465550101",
        "destination_number_regex": "^(\\+6465550101)$",
        "destination_caller_id_number": "+6465550101",
        "destination_actions": [{"destination_app": "transfer", "destination_data": "100 XML empty.example.net"}],
    }
    home = f"domain#{demo.EMPTY_DOMAIN_UUID}"
    places = (
        Key(f"{home}#destination#{UUID}", "destination"),
        Key("inbound#6465550101", "destination"),
        Key(f"{home}#destinations", "6465550101"),
    )
    house.store.transact([Put(Row(place, json.dumps(record))) for place in places])
    return "+6465550101"


def rows(house: House) -> set[tuple[str, str]]:
    home = f"domain#{demo.EMPTY_DOMAIN_UUID}"
    looked_in = ["inbound#6465550101", "inbound#+6465550101", f"{home}#destinations", f"{home}#destination#{UUID}"]
    looked_in += [f"spelled#{one}" for one in ("006465550101", "065550101", "6465550101", "65550101")]
    return {(row.key.partition, row.key.sort) for partition in looked_in for row in house.store.query(partition)}


def called(house: House, number: str) -> list[str]:
    return [one.destination_uuid for one in inbound.found(console(house.store, house.clock, "test"), number)]


@pytest.mark.parametrize("number", ["+6465550101", "6465550101"])
def test_an_old_one_is_found(house: House, operator: Caller, old: str, number: str) -> None:
    assert called(house, number) == [UUID]
    assert operator.done("destination-details", number=number)["destination_uuid"] == UUID


def test_an_old_one_is_not_taken_for_another_countrys(house: House, operator: Caller, old: str) -> None:
    assert called(house, "+16465550101") == []
    operator.done("destination-create", domain_name=demo.DOMAIN_NAME, number="+16465550101", extension="100")
    assert called(house, "+6465550101") == [UUID]


@pytest.mark.parametrize("number", ["+6465550101", "6465550101"])
def test_an_old_one_is_not_given_to_anybody_else(operator: Caller, old: str, number: str) -> None:
    reply = operator.call("destination-create", **ABROAD, number=number, extension="100")
    assert (reply.status, reply.json["error"]) == (409, "number already routed")


def test_an_old_one_is_carried_over_when_it_changes(house: House, operator: Caller, old: str) -> None:
    operator.done("destination-update", **ABROAD, destination_uuid=UUID, new_number="06 555 0101")
    assert ("inbound#6465550101", "destination") not in rows(house)
    assert ("inbound#+6465550101", "destination") in rows(house)
    assert called(house, "+6465550101") == called(house, "065550101") == [UUID]


def test_all_are_carried_over_at_once_and_no_second_time(house: House, old: str) -> None:
    context = console(house.store, house.clock, "upgrade")
    domain = domains.named(context, demo.EMPTY_DOMAIN_UUID)
    assert destinations.carried_over(context, domain) == 1
    assert destinations.carried_over(context, domain) == 0
    assert called(house, "+6465550101") == called(house, "065550101") == [UUID]
    assert ("inbound#6465550101", "destination") not in rows(house)


def test_an_old_one_is_deleted_whole(house: House, operator: Caller, old: str) -> None:
    operator.done("destination-delete", number=old)
    assert rows(house) == set()


def test_a_new_one_is_deleted_whole(house: House, operator: Caller) -> None:
    operator.done("domain-update", **ABROAD, country="NZ")
    operator.done("destination-create", **ABROAD, number="+6465550101", extension="100")
    assert len(rows(house)) > 5
    operator.done("destination-delete", number="+6465550101")
    assert rows(house) == set()
