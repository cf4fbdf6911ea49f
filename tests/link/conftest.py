from collections.abc import Iterator
from pathlib import Path

import pytest

from ringpost.entry import demo
from tests.harness import Caller, House
from tests.link.standing import LINK, Endpoint, Lab


@pytest.fixture
def lab(house: House, operator: Caller, tmp_path: Path) -> Iterator[Lab]:
    """The demo domain lives on the switch ``lab``, beside which a link stands in."""
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="lab")
    house.clock.time += 1
    with Endpoint(house) as endpoint:
        yield Lab(endpoint, house.key(*LINK, switch="lab"), tmp_path / "beside", clock=house.clock)
