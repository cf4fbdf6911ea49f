"""What an action is given holds by itself, whatever the action does."""

from collections.abc import Callable, Sequence

import pytest

from ringpost.auth.actor import Actor
from ringpost.context import TenantStore
from ringpost.entry import demo
from ringpost.model.domain import Domain
from ringpost.model.errors import Forbidden, NotFound
from ringpost.model.key import ApiKey
from ringpost.store import Delete, Store, Write, keys
from tests.fakes import CountingStore
from tests.harness import Caller, House


class Interrupted(CountingStore):
    """A store in which somebody else is faster, once, between our reading and our writing."""

    def __init__(self, inner: Store, first: Callable[[], object]) -> None:
        super().__init__(inner)
        self.first: Callable[[], object] | None = first

    def transact(self, writes: Sequence[Write]) -> None:
        first, self.first = self.first, None
        if first is not None:
            first()
        super().transact(writes)


@pytest.fixture
def bound(house: House, stranger: Caller) -> TenantStore:
    """The store as a stranger's action is given it."""
    row = house.store.get(keys.api_key(stranger.key_uuid))
    assert row is not None
    return TenantStore(house.store, Actor(ApiKey.model_validate_json(row.body)))


def test_the_store_reads_and_writes_nothing_of_another_tenant(bound: TenantStore) -> None:
    with pytest.raises(NotFound):
        bound.get(keys.domain(demo.DOMAIN_UUID), Domain)
    with pytest.raises(NotFound):
        bound.listed(keys.extensions(demo.DOMAIN_UUID), Domain)
    with pytest.raises(NotFound):
        bound.stage(Delete(keys.number(demo.DOMAIN_UUID, "100")))
    assert bound.get(keys.domain_name(demo.DOMAIN_NAME), Domain) is None, "read, and not shown"


@pytest.mark.parametrize("partition", [keys.DOMAINS, keys.KEYS])
def test_a_tenant_lists_nothing_over_all_domains(bound: TenantStore, partition: str) -> None:
    with pytest.raises(Forbidden):
        bound.listed(partition, Domain)


@pytest.mark.parametrize(
    "asked",
    [
        {"action": "extension-create", "extension": "1"},
        {"action": "ringgroup-create", "name": "x", "extension": "1", "destinations": [], "strategy": "random"},
        {"action": "destination-create", "number": "12025550188", "extension": "1"},
        {"action": "originate", "caller_id_number": "1", "destination_a": "2", "destination_b": "3"},
    ],
)
def test_nothing_moves_into_a_domain_that_goes_meanwhile(house: House, asked: dict[str, object]) -> None:
    home = {"domain_uuid": demo.EMPTY_DOMAIN_UUID}
    remover, mover = house.key("#"), house.key("#")
    for caller in (remover, mover):
        caller.done("domain-details", **home)
    elsewhere = House(house.store, house.clock)
    remover.house = elsewhere
    house.store = Interrupted(house.store, lambda: remover.done("domain-delete", **home))
    house.restart()
    mover.done("action-list")
    reply = mover.call(**asked, **home)
    assert (reply.status, reply.json["error"]) == (404, "domain not found")
    assert elsewhere.store.query(f"domain#{demo.EMPTY_DOMAIN_UUID}#number") == []
