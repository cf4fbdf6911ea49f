from typing import Any

import pytest

from ringpost.entry import demo
from tests.harness import Caller, House

HOME = {"domain_name": demo.DOMAIN_NAME}


@pytest.fixture
def link(house: House, operator: Caller) -> Caller:
    operator.done("domain-update", **HOME, switch="lab")
    return house.key("switch.link.#", switch="lab")


def asked(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = caller.done("switch-link-queue-list", switch="lab", **query, **more)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_says_who_is_to_be_rung_now(link: Caller, operator: Caller) -> None:
    operator.done("extension-create", **HOME, extension="108")
    operator.done("agent-create", **HOME, number="7901", firstname="Ada")
    members = [{"agent": "7901", "penalty": 1}, {"extension": "101"}]
    made = operator.done("queue-create", **HOME, name="Helpers", extension="790", members=members)

    def rung() -> list[str]:
        [its] = [one for one in asked(link) if one["order"]["queue"]["queue_uuid"] == made["queue_uuid"]]
        assert its["domain_name"] == demo.DOMAIN_NAME
        return [member["extension"] for member in its["order"]["members"]]

    assert rung() == ["101"]
    operator.done("agent-login", **HOME, agent="7901", extension="108")
    assert rung() == ["108", "101"]


@pytest.mark.parametrize("limit", [1, 2])
def test_pages_have_all_of_it_once(limit: int, link: Caller, operator: Caller) -> None:
    for number in ("790", "791", "792"):
        operator.done("queue-create", **HOME, name=f"Helpers {number}", extension=number, members=[])
    assert asked(link, limit=limit) == asked(link)
    assert len(asked(link)) >= 3


def test_another_switchs_link_and_a_tenant_are_told_nothing(link: Caller, house: House, operator: Caller) -> None:
    operator.done("switch-create", name="other", kind="sandbox")
    other = house.key("switch.link.#", switch="other")
    assert other.call("switch-link-queue-list", switch="lab").status == 404
    assert other.done("switch-link-queue-list", switch="other")["items"] == []
    tenant = house.key("switch.link.#", domains=[demo.DOMAIN_UUID])
    assert tenant.call("switch-link-queue-list", switch="lab").status == 403
