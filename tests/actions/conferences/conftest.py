import pytest

from tests.actions.conferences.meeting import Meeting
from tests.harness import Caller, House


@pytest.fixture
def meeting(house: House, tenant: Caller) -> Meeting:
    return Meeting(house, tenant)
