from typing import Any

from tests.harness import Caller


def names(caller: Caller, **query: Any) -> list[str]:
    return [switch["switch_name"] for switch in caller.done("switch-list", **query)["items"]]


def test_lists_those_that_were_made_by_name(operator: Caller) -> None:
    for name in ("z", "a"):
        operator.done("switch-create", name=name, kind="sandbox")
    assert names(operator) == ["a", "lab", "z"]
    assert names(operator, direction="desc", limit=2) == ["z", "lab"]


def test_filters_and_counts(operator: Caller) -> None:
    operator.done("switch-create", name="off", kind="sandbox", enabled=False)
    assert names(operator, enabled=False) == ["off"]
    assert names(operator, search="second") == ["lab"]
    assert operator.done("switch-list", kind="sandbox", count=True)["total"] == 2


def test_has_no_password_in_it(operator: Caller) -> None:
    operator.done("switch-create", name="p", kind="freeswitch", address="192.0.2.1", secret="env:RINGPOST_SECRET_P")
    assert operator.done("switch-list", search="192.0.2.1")["items"][0]["secret"] == "env:RINGPOST_SECRET_P"


def test_is_the_operators(tenant: Caller) -> None:
    assert tenant.call("switch-list").status == 403
