from typing import Any

import pytest

from ringpost.entry import demo
from tests.fakes import CountingStore
from tests.harness import Caller, House

CAROL: dict[str, Any] = {
    "firstname": "Carol",
    "lastname": "Example",
    "username": "carol",
    "email": "carol@example.net",
    "extension": "103",
    "destination": "12025550103",
    "ringgroups": ["600"],
    "usergroups": ["sales", "interns"],
    "ring_seconds": 15,
}


def rows(house: House) -> list[Any]:
    lists = ("extensions", "users", "voicemail", "destinations", "ringgroups", "number", "username", "events")
    return [house.store.query(f"domain#{demo.DOMAIN_UUID}#{name}") for name in lists]


def test_makes_all_of_it_in_one_transaction(house: House, tenant: Caller) -> None:
    tenant.done("user-list")
    house.store = counting = CountingStore(house.store)
    house.restart()
    tenant.done("user-list")
    counting.calls.clear()
    made = tenant.done("user-provision", **CAROL)
    assert counting.calls.count("transact") == 1
    user = tenant.done("user-details", user="carol")
    assert made["user"] == user
    assert [one["extension"] for one in user["extensions"]] == ["103"]
    extension = tenant.done("extension-details", extension="103")
    assert (extension["user_uuid"], extension["call_timeout"]) == (user["user_uuid"], 15)
    assert extension["effective_caller_id_name"] == "Carol Example"
    box = tenant.done("voicemail-details", voicemail="103")
    assert (box["users"], box["name"]) == ([user["user_uuid"]], "Carol Example")
    assert user["voicemail"]["number"] == "103"
    destination = tenant.done("destination-details", number="12025550103")
    assert destination["destination_actions"][0]["destination_data"].startswith("103 XML")
    ringing = tenant.done("ringgroup-details", extension="600")["ring_group_destinations"]
    assert ringing[-1]["number"] == "103"
    assert len(tenant.done("user-list", usergroup="sales")["items"]) == 2
    assert len(made["password"]) == 24
    assert len(made["voicemail_password"]) == 8
    assert tenant.done("sip-account-details", user="carol")["password"] == made["password"]


def test_a_dry_run_answers_the_same_and_makes_nothing(house: House, tenant: Caller) -> None:
    before = rows(house)
    told = tenant.done("user-provision", **CAROL, dry_run=True, idempotency_key="k")
    assert (told["dry_run"], told["password"], told["voicemail_password"]) == (True, None, None)
    assert told["extension"]["extension"] == "103"
    assert rows(house) == before
    tenant.done("user-provision", **CAROL)


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("instead", "status", "parameter"),
    [
        ({"extension": "100"}, 409, "extension"),
        ({"extension": "600"}, 409, "extension"),
        ({"extension": "911"}, 422, "extension"),
        ({"username": "alice"}, 409, "username"),
        ({"destination": "12025550100"}, 409, "number"),
        ({"destination": "+12025550100"}, 409, "number"),
        ({"voicemail_number": "101"}, 409, "number"),
        ({"ringgroups": ["699"]}, 404, None),
        ({"usergroups": ["nobody"]}, 404, None),
        ({"email": "nobody"}, 400, "email"),
    ],
)
def test_or_nothing(
    house: House, tenant: Caller, instead: dict[str, Any], status: int, parameter: str | None, dry_run: bool
) -> None:
    before = rows(house)
    reply = tenant.call("user-provision", **{**CAROL, **instead}, dry_run=dry_run)
    assert reply.status == status, reply
    assert [one["parameter"] for one in reply.json["errors"]] == ([parameter] if parameter else [])
    assert rows(house) == before


def test_without_voicemail_or_with_a_box_of_another_number(tenant: Caller) -> None:
    plain = tenant.done("user-provision", firstname="Dan", extension="104", voicemail=False)
    assert (plain["voicemail"], plain["user"]["voicemail"], plain["voicemail_password"]) == (None, None, None)
    assert tenant.call("voicemail-details", voicemail="104").status == 404
    other = tenant.done("user-provision", firstname="Eve", extension="105", voicemail_number="805")
    assert (other["voicemail"]["number"], other["extension"]["voicemail_number"]) == ("805", "805")


@pytest.mark.parametrize(
    "instead",
    [{"voicemail": False, "voicemail_number": "104"}, {"extension": "*97"}, {"extension": "*97", "dry_run": True}],
)
def test_refuses_a_box_that_cannot_be(tenant: Caller, instead: dict[str, Any]) -> None:
    assert tenant.call("user-provision", **{**CAROL, **instead}).status == 400


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_group_that_is_named_twice_is_one(tenant: Caller, dry_run: bool) -> None:
    group = tenant.done("ringgroup-details", extension="600")["ring_group_uuid"]
    sales = tenant.done("usergroup-details", usergroup="sales")["usergroup_uuid"]
    twice = {"ringgroups": ["600", group], "usergroups": ["sales", sales]}
    assert len(tenant.done("user-provision", **{**CAROL, **twice}, dry_run=dry_run)["ring_groups"]) == 1


def test_its_secrets_are_not_replayed(tenant: Caller) -> None:
    first = tenant.done("user-provision", **CAROL, idempotency_key="k")
    again = tenant.done("user-provision", **CAROL, idempotency_key="k")
    assert first["password"]
    assert (again["password"], again["voicemail_password"]) == (None, None)
    assert again["user"] == first["user"]
