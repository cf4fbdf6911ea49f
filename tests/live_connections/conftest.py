import pytest

from tests.harness import House
from tests.live_connections.ends import Line


@pytest.fixture
def line(house: House) -> Line:
    return Line(house)
