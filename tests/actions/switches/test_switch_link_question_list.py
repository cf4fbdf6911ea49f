from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.model.telephone.help import all_dialled, is_dialled
from tests.harness import Caller, House

HOME = {"domain_name": demo.DOMAIN_NAME}

ORDER = ["help", "extension", "ring_group", "code", "destination", "queue", "conference", "parking_lot"]


@pytest.fixture
def link(house: House, operator: Caller) -> Caller:
    operator.done("domain-update", **HOME, switch="lab")
    return house.key("switch.link.#", switch="lab")


def asked(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        page = caller.done("switch-link-question-list", switch="lab", **query, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def numbers(caller: Caller, what: str) -> list[str]:
    return [one["number"] for one in asked(caller) if one["what"] == what]


def test_names_help_first_then_everybody(link: Caller, operator: Caller) -> None:
    found = asked(link)
    assert [one["what"] for one in found] == sorted(
        (one["what"] for one in found),
        key=ORDER.index,
    )
    assert "911" in numbers(link, "help")
    extensions = operator.done("extension-search", **HOME, enabled=True)["items"]
    assert numbers(link, "extension") == [one["extension"] for one in extensions]
    assert numbers(link, "code") == ["*5900", "*9664", "*97", "*98"]


def test_names_a_number_from_outside_as_switches_may(link: Caller, operator: Caller) -> None:
    made = operator.done("destination-create", **HOME, number="+12125550177", extension="100")
    found = [one for one in asked(link) if one["record_uuid"] == made["destination_uuid"]]
    assert {*made["destination_spellings"], made["destination_e164"]} <= {one["number"] for one in found}


def test_leaves_out_what_is_disabled(link: Caller, operator: Caller) -> None:
    operator.done("extension-update", **HOME, extension="100", enabled=False)
    assert "100" not in numbers(link, "extension")
    operator.done("domain-update", **HOME, domain_enabled=False)
    assert asked(link) == []


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_pages_have_all_of_it_once(limit: int, link: Caller) -> None:
    assert asked(link, limit=limit) == asked(link)


def test_another_switchs_link_and_a_tenant_are_told_nothing(link: Caller, house: House, operator: Caller) -> None:
    operator.done("switch-create", name="other", kind="sandbox")
    other = house.key("switch.link.#", switch="other")
    assert other.call("switch-link-question-list", switch="lab").status == 404
    assert asked_of_other(other) == []
    tenant = house.key("switch.link.#", domains=[demo.DOMAIN_UUID])
    assert tenant.call("switch-link-question-list", switch="lab").status == 403


def asked_of_other(caller: Caller) -> list[Any]:
    found: list[Any] = caller.done("switch-link-question-list", switch="other")["items"]
    return found


@pytest.mark.parametrize(("country", "some"), [("US", {"911", "112"}), ("AU", {"000", "112"}), ("SE", {"90000"})])
def test_every_number_for_help_is_one_that_is_dialled(country: str, some: set[str]) -> None:
    found = all_dialled(country, ["7777"])
    assert some | {"7777"} <= set(found)
    assert all(is_dialled(number, country, ["7777"]) for number in found)
