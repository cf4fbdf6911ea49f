import pytest

from tests.actions.parking.yard import Lot
from tests.harness import Caller, House


@pytest.fixture
def lot(house: House, tenant: Caller) -> Lot:
    return Lot(house, tenant)
