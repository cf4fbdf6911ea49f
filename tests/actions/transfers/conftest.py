import pytest

from tests.actions.transfers.desk import Desk
from tests.harness import Caller, House


@pytest.fixture
def desk(house: House, tenant: Caller) -> Desk:
    return Desk(house, tenant)
