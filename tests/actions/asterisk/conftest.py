import pytest

from ringpost.entry import demo
from tests.harness import Caller, House


@pytest.fixture
def pbx(house: House, operator: Caller) -> Caller:
    """The key an Asterisk has, on which the demo domain lives."""
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="lab")
    return house.key("asterisk.#", switch="lab")
