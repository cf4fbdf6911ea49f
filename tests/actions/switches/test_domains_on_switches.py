"""Where domains live, and who says so."""

from collections.abc import Callable
from typing import Any

import pytest

from ringpost.entry import demo
from tests.fakes import Meanwhile
from tests.harness import Caller, House

HOME: dict[str, Any] = {"domain_name": demo.DOMAIN_NAME}


@pytest.mark.parametrize("reference", ["lab", "LAB", demo.LAB_UUID])
def test_a_domain_moves_to_a_switch_by_name_or_uuid(operator: Caller, reference: str) -> None:
    made = operator.done("domain-create", domain_name="a.example.net", switch=reference)
    moved = operator.done("domain-update", **HOME, switch=reference)
    for domain in (made, moved, operator.done("domain-details", **HOME)):
        assert (domain["switch"], domain["switch_uuid"]) == ("lab", demo.LAB_UUID)


@pytest.mark.parametrize("reference", ["sandbox", "5a5a5a5a-0000-4000-8000-000000000000", None])
def test_a_domain_moves_back_into_the_sandbox(operator: Caller, reference: str | None) -> None:
    operator.done("domain-update", **HOME, switch="lab")
    moved = operator.done("domain-update", **HOME, switch=reference)
    assert (moved["switch"], moved["switch_uuid"]) == ("sandbox", None)
    assert operator.done("switch-delete", switch="lab")["deleted"] is True


@pytest.mark.parametrize("reference", ["nobody", demo.DOMAIN_UUID])
def test_a_switch_that_is_not_there_is_not_found(operator: Caller, reference: str) -> None:
    for action, parameters in (("domain-create", {"domain_name": "a.example.net"}), ("domain-update", HOME)):
        reply = operator.call(action, **parameters, switch=reference)
        assert (reply.status, reply.json["error"]) == (404, "switch not found")


def test_a_tenant_does_not_move(tenant: Caller) -> None:
    for reference in ("lab", "sandbox", "nobody", None):
        assert tenant.call("domain-update", switch=reference).status == 403
    assert tenant.call("domain-create", domain_name="a.example.net", switch="lab").status == 403


def test_what_else_changes_leaves_it_where_it_is(operator: Caller, tenant: Caller) -> None:
    operator.done("domain-update", **HOME, switch="lab")
    assert tenant.done("domain-update", domain_description="x")["switch"] == "lab"


def meanwhile(house: House, caller: Caller, does: Callable[[], object], *, before_write: int = 1) -> Caller:
    """The same caller, whose next write comes second."""
    caller.done("action-list")
    other = House(Meanwhile(house.store, does, before_write=before_write), house.clock)
    return Caller(other, caller.key_uuid, caller.secret)


def test_a_switch_that_goes_meanwhile_is_no_home(house: House, operator: Caller) -> None:
    slow = meanwhile(house, operator, lambda: operator.done("switch-delete", switch="lab"))
    assert slow.call("domain-update", **HOME, switch="lab").status in (404, 422)
    assert operator.done("domain-details", **HOME)["switch"] == "sandbox"


def test_a_switch_that_is_moved_to_meanwhile_stays(house: House, operator: Caller) -> None:
    slow = meanwhile(house, operator, lambda: operator.done("domain-update", **HOME, switch="lab"))
    assert slow.call("switch-delete", switch="lab").status == 422
    assert operator.call("switch-details", switch="lab").status == 200


def test_a_switch_that_is_moved_to_meanwhile_keeps_its_name(house: House, operator: Caller) -> None:
    slow = meanwhile(house, operator, lambda: operator.done("domain-update", **HOME, switch="lab"))
    assert slow.call("switch-update", switch="lab", new_name="lab2").status == 422


def test_a_domain_has_the_name_its_switch_was_given_meanwhile(house: House, operator: Caller) -> None:
    slow = meanwhile(house, operator, lambda: operator.done("switch-update", switch="lab", new_name="lab2"))
    slow.call("domain-update", **HOME, switch=demo.LAB_UUID)
    domain = operator.done("domain-details", **HOME)
    assert domain["switch"] in ("sandbox", "lab2")


def test_nobody_moves_to_a_switch_that_is_being_removed(house: House, operator: Caller) -> None:
    def move() -> None:
        replies.append(operator.call("domain-update", **HOME, switch="lab").status)

    replies: list[int] = []
    slow = meanwhile(house, operator, move, before_write=2)
    assert slow.done("switch-delete", switch="lab")["deleted"] is True
    assert replies == [422]
    assert operator.done("domain-details", **HOME)["switch"] == "sandbox"
