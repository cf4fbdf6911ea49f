"""What an action is given holds by itself, whatever the action does."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from ringpost.auth.actor import Actor
from ringpost.context import Context, Moved, TenantStore
from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.model.destination import Destination
from ringpost.model.domain import Domain
from ringpost.model.errors import Forbidden, NotFound
from ringpost.model.extension import Extension
from ringpost.model.groups import UserGroup
from ringpost.model.key import ApiKey, Limits
from ringpost.model.user import User
from ringpost.model.voicemail import Voicemail
from ringpost.services import kept
from ringpost.services.numbers.numbering import Holder
from ringpost.services.people import user_groups
from ringpost.services.tenants import domains
from ringpost.store import Check, Delete, Key, Put, Row, Store, Write, keys
from ringpost.turns import TakingTurns
from tests import seeds
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


def context_of(house: House, *users: str) -> Context:
    """What an action is given whose key and its maker act for these users."""
    context = console(house.store, house.clock, "some-action")
    limits = [Limits(scopes=("#",), domains=(demo.DOMAIN_UUID,), user=user) for user in users]
    key = context.actor.key.model_copy(update={"limits": limits[0], "within": tuple(limits[1:])})
    actor = Actor(key)
    return replace(context, actor=actor, store=TenantStore(house.store, actor))


def uuid_of(tenant: Caller, username: str) -> str:
    uuid: str = tenant.done("user-details", user=username)["user_uuid"]
    return uuid


def test_the_store_reads_nothing_of_another_user(house: House, tenant: Caller) -> None:
    alice, bob = uuid_of(tenant, "alice"), uuid_of(tenant, "bob")
    store = context_of(house, bob).store
    assert store.get(keys.user(demo.DOMAIN_UUID, alice), User) is None
    assert store.get(keys.user(demo.DOMAIN_UUID, bob), User) is not None
    assert store.get(keys.number(demo.DOMAIN_UUID, "100"), Holder) is None
    assert store.get(keys.number(demo.DOMAIN_UUID, "600"), Holder) is not None, "a ring group is the domain's"
    assert [user.user_uuid for _, user in store.listed(keys.users(demo.DOMAIN_UUID), User)] == [bob]
    assert store.get(keys.user(demo.DOMAIN_UUID, alice), User, of_anybody=True) is not None


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_a_list_is_read_on_past_what_is_another_users(house: House, tenant: Caller, limit: int) -> None:
    for number in range(200, 210):
        tenant.done("extension-create", extension=str(number))
    tenant.done("user-create", firstname="Zoe", username="zoe")
    for number in ("203", "207", "209"):
        tenant.done("user-extension-add", user="zoe", extension=number)
    store = context_of(house, uuid_of(tenant, "zoe")).store
    found: list[str] = []
    after = None
    while rows := store.listed(keys.extensions(demo.DOMAIN_UUID), Extension, after=after, limit=limit):
        found += [extension.extension for _, extension in rows]
        after = rows[-1][0]
        assert len(rows) <= limit
    assert found == ["203", "207", "209"]


@pytest.mark.parametrize("count", [9_998, 9_999, 10_000, 20_003])
def test_everything_is_all_there_is_however_many(house: House, count: int) -> None:
    partition = keys.usergroups(demo.DOMAIN_UUID)
    [row, *others] = house.store.query(partition)
    added = [Row(row.key._replace(sort=f"~{number:05d}"), row.body) for number in range(count)]
    seeds.put(house.store, added)
    store = console(house.store, house.clock, "usergroup-list").store
    found = [sort for sort, _ in store.everything(partition, UserGroup)]
    assert len(found) == count + 1 + len(others)
    assert found == sorted(set(found))
    between = (added[3].key.sort, added[-3].key.sort)
    assert len(store.everything(partition, UserGroup, between=between)) == count - 5
    listed = house.store.query(keys.spelled("12025550100"), limit=1)
    spelled = Row(listed[0].key, listed[0].body)
    seeds.put(house.store, [Row(spelled.key._replace(sort=f"~{one:05d}"), spelled.body) for one in range(count)])
    assert len(store.of_all_domains(spelled.key.partition, Destination)) == count + 1


def test_nothing_is_made_for_others_by_an_action_that_should_not_be_for_a_user(house: House, tenant: Caller) -> None:
    bob = uuid_of(tenant, "bob")
    for owner in ((), (uuid_of(tenant, "alice"),)):
        box = Voicemail(
            voicemail_uuid=demo.CALL_UUID, domain_uuid=demo.DOMAIN_UUID, name="x", number="199", users=owner
        )
        with pytest.raises(Forbidden):
            kept.create(context_of(house, bob), box, keys.voicemail_layout)
    with pytest.raises(Forbidden):
        user_groups.create(context_of(house, bob), domains.named(context_of(house, bob), demo.DOMAIN_UUID), "x")


def test_nobody_acts_for_two_users(house: House, tenant: Caller) -> None:
    store = context_of(house, uuid_of(tenant, "alice"), uuid_of(tenant, "bob")).store
    with pytest.raises(Forbidden):
        store.acting_user()


@pytest.mark.parametrize("partition", [keys.DOMAINS, keys.KEYS, keys.CALL_LISTS, keys.calls_of_day("2026-11-21", 0)])
def test_a_tenant_lists_nothing_over_all_domains(bound: TenantStore, partition: str) -> None:
    with pytest.raises(Forbidden):
        bound.listed(partition, Domain)
    with pytest.raises(Forbidden):
        bound.row(Key(partition, "0"))


@pytest.mark.parametrize(
    "asked",
    [
        {"action": "extension-create", "extension": "1"},
        {"action": "ringgroup-create", "name": "x", "extension": "1", "destinations": [], "strategy": "random"},
        {"action": "destination-create", "number": "12025550188", "extension": "1"},
        {"action": "originate", "caller_id_number": "1", "destination_a": "5550123", "destination_b": "5550124"},
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


def test_a_check_of_what_the_same_transaction_writes_says_nothing_more(house: House) -> None:
    context = console(house.store, house.clock, "some-action")
    row = Row(keys.domain_name("new.example.net"), "{}")
    context.store.stage(Put(row, if_absent=True))
    context.store.stage(Check(row.key, if_version=1))
    context.commit()
    assert house.store.get(row.key) == row


def test_a_lost_condition_that_was_seen_to_hold_is_a_race(house: House) -> None:
    context = console(house.store, house.clock, "some-action")
    context.store.stage(Put(Row(keys.domain_name(demo.DOMAIN_NAME), "{}"), if_absent=True), NotFound("taken"))
    context.store.run_again_if_lost()
    with pytest.raises(Moved):
        context.commit()


def test_what_is_forgotten_is_not_written(house: House) -> None:
    context = console(house.store, house.clock, "some-action")
    room = context.store.room
    context.store.stage(Put(Row(keys.domain_name("new.example.net"), "{}")))
    context.happened("domain.created", None, {})
    assert context.store.room == room - 3
    context.store.forget()
    context.commit()
    assert context.store.room == room
    assert house.store.get(keys.domain_name("new.example.net")) is None


def test_asides_read_each_row_once_and_each_knows_what_itself_has_read(house: House) -> None:
    counting = CountingStore(house.store)
    context = console(counting, house.clock, "test")
    first, second, third = (aside for aside, _ in zip(context.asides(), range(3), strict=False))
    found = first.store.get(keys.number(demo.DOMAIN_UUID, "100"), Holder)
    assert found == second.store.get(keys.number(demo.DOMAIN_UUID, "100"), Holder)
    assert found == context.store.get(keys.number(demo.DOMAIN_UUID, "100"), Holder)
    assert counting.calls == ["get", "get"]
    assert first.store.domains == second.store.domains == (demo.DOMAIN_UUID,)
    assert third.store.domains == ()
    assert first.now == third.now == context.now


def test_whoever_has_written_passes_its_turn_on(house: House) -> None:
    context = console(house.store, house.clock, "test", house.connect)
    context.turn.take("queue")
    next_one = TakingTurns()
    waiting = threading.Thread(target=next_one.take, args=("queue",), daemon=True)
    waiting.start()
    context.commit()
    waiting.join(3)
    assert not waiting.is_alive()
    next_one.pass_on()
    context.close()
