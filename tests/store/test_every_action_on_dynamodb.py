"""Every action's example on the table too: what SQLite takes, DynamoDB must take, through either client.

What a client can do differently is in the suite for every store; the slower one has one example of each family here.
"""

import pytest

from ringpost.entry import demo
from ringpost.store.table import TableStore
from tests import seeds
from tests.fakes import FakeClock
from tests.harness import CATALOGUE, Caller, House
from tests.store.conftest import dynamo_store
from tests.store.dynamo import DynamoServer


@pytest.fixture(scope="module")
def planted(dynamo_server: DynamoServer) -> str:
    """A table with the demo tenant in it."""
    dynamo_server.faults.clear()
    store = dynamo_store(dynamo_server, FakeClock())
    seeds.plant(store, FakeClock())
    return store._table


@pytest.fixture
def table_operator(dynamo: TableStore, dynamo_server: DynamoServer, planted: str, clock: FakeClock) -> Caller:
    dynamo_server.copy_rows(planted, dynamo._table)
    return Caller(House(dynamo, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)


def test_the_demo_tenant_is_made(dynamo: TableStore, clock: FakeClock) -> None:
    demo.seed_public(dynamo, clock)
    operator = Caller(House(dynamo, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    assert operator.done("domain-details", domain_uuid=demo.DOMAIN_UUID)["domain_name"] == demo.DOMAIN_NAME


FAMILIES = {name.partition("-")[0]: name for name in CATALOGUE.names()}
ALL = [("pydynox", name) for name in CATALOGUE.names()] + [("boto3", name) for name in FAMILIES.values()]


@pytest.mark.often
@pytest.mark.parametrize(("client", "name"), ALL)
def test_answers_its_example(name: str, table_operator: Caller) -> None:
    reply = table_operator.example(name)
    assert reply.status in (200, 202), reply


@pytest.mark.parametrize(
    "query", [{}, {"limit": 1}, {"until": "2026-11-22T12:00:00Z"}, {"from": "2026-11-20T00:00:00Z"}]
)
def test_finds_calls_with_any_bounds(query: dict[str, object], table_operator: Caller) -> None:
    page = table_operator.done("cdr-search", domain_name=demo.DOMAIN_NAME, **query)
    assert [call["xml_cdr_uuid"] for call in page["items"]] == [demo.CALL_UUID]


def test_legs_that_turn_out_to_be_one_call_are_merged(table_operator: Caller) -> None:
    home, start = {"domain_name": demo.DOMAIN_NAME}, {"start_stamp": "2026-11-20T09:30:00Z"}
    a, b, c = (f"aaaaaaaa-0000-4000-8000-00000000000{end}" for end in "abc")
    for leg in (
        {"xml_cdr_uuid": c, "leg": "b", "originating_leg_uuid": b},
        {"xml_cdr_uuid": b},
        {"xml_cdr_uuid": b, "leg": "b", "originating_leg_uuid": a},
        {"xml_cdr_uuid": a, "destination_number": "100"},
    ):
        table_operator.done("cdr-create", **home, **start, **leg)
    call = table_operator.done("cdr-details", **home, xml_cdr_uuid=c)
    assert (call["xml_cdr_uuid"], len(call["legs"])) == (a, 3)


def test_a_retry_is_answered_as_the_first_time(table_operator: Caller) -> None:
    asked = {"domain_name": demo.DOMAIN_NAME, "extension": "150", "idempotency_key": "k"}
    first = table_operator.done("extension-create", **asked)
    again = table_operator.call("extension-create", **asked)
    assert (again.json["extension_uuid"], again.headers["Idempotency-Replayed"]) == (first["extension_uuid"], "true")
    assert table_operator.done("extension-update", **{**asked, "extension": "150", "new_extension": "151"})


@pytest.mark.often
def test_a_domain_goes_with_all_that_lives_in_it(table_operator: Caller) -> None:
    home = {"domain_name": demo.DOMAIN_NAME}
    for number in range(200, 225):
        table_operator.done("extension-create", **home, extension=str(number))
    assert table_operator.done("domain-delete", **home, cascade=True)["deleted"] is True
    assert table_operator.house.store.query(f"domain#{demo.DOMAIN_UUID}#number") == []
