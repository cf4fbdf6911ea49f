"""A desk at the test's own house, and the SDK's client before it."""

from collections.abc import Callable
from typing import Any

import pytest

from ringpost.mcp.desk import Desk, Order
from tests.harness import Caller, House
from tests.mcp.near import Near


@pytest.fixture
def desk(tenant: Caller) -> Desk:
    """The tools of a key with every scope in the demo domain."""
    return Desk(Near(tenant))


@pytest.fixture
def desk_of(house: House) -> Callable[..., Desk]:
    """The tools of a key with these scopes."""

    def made(*scopes: str, **settings: Any) -> Desk:
        return Desk(Near(house.key("action.#", *scopes)), **settings)

    return made


def ordered(desk: Desk, name: str, /, **arguments: Any) -> Order:
    """What a tool orders."""
    order = desk.order(name, arguments)
    assert isinstance(order, Order)
    return order


def answer(desk: Desk, name: str, /, **arguments: Any) -> str:
    """What a tool answers that asks nobody."""
    order = desk.order(name, arguments)
    if isinstance(order, str):
        return order
    assert not order.question
    return desk.done(order)
