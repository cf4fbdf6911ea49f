import pytest

from ringpost.store.sqlite import SqliteStore
from tests.fakes import FakeClock
from tests.webhooks.receivers import Office, Receivers


@pytest.fixture
def receivers(clock: FakeClock) -> Receivers:
    return Receivers(clock)


@pytest.fixture
def office(store: SqliteStore, clock: FakeClock, receivers: Receivers) -> Office:
    return Office(store, clock, receivers)
