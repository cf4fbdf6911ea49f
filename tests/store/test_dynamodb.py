"""What only DynamoDB can do to us."""

import pytest
from pydynox.exceptions import AccessDeniedException

from ringpost import __version__
from ringpost.model.errors import StoreUnavailable
from ringpost.store import ConditionFailed, Key, Put, Row
from ringpost.store.dynamodb import DynamoStore
from tests.fakes import FakeClock
from tests.store.dynamo import DynamoServer

A = Key("home", "a")
CLAIM = [Put(Row(A, "1"), if_absent=True)]


@pytest.mark.parametrize("fault", ["throttled", "request limit", "throttling", "internal"])
def test_tries_again_when_throttled_or_broken(dynamo: DynamoStore, dynamo_server: DynamoServer, fault: str) -> None:
    dynamo_server.faults[:] = [fault, fault]
    dynamo.transact(CLAIM)
    dynamo_server.faults[:] = [fault]
    assert dynamo.get(A) == Row(A, "1")
    dynamo_server.faults[:] = [fault]
    assert len(dynamo.query("home")) == 1


@pytest.mark.parametrize("fault", ["throttled", "request limit", "throttling", "internal"])
def test_gives_up_in_bounded_time(dynamo: DynamoStore, dynamo_server: DynamoServer, fault: str) -> None:
    dynamo_server.operations.clear()
    for ask in (lambda: dynamo.get(A), lambda: dynamo.query("home"), lambda: dynamo.transact(CLAIM)):
        dynamo_server.faults[:] = [fault] * 20
        with pytest.raises(StoreUnavailable):
            ask()
        assert len(dynamo_server.faults) >= 12, "a handful of tries, no more"
    dynamo_server.faults.clear()
    assert dynamo.get(A) is None


def test_a_lost_reply_is_not_a_conflict(dynamo: DynamoStore, dynamo_server: DynamoServer) -> None:
    dynamo_server.faults[:] = ["lost reply"]
    dynamo.transact(CLAIM)
    assert dynamo.get(A) == Row(A, "1")


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_tries_a_transaction_again_that_another_one_was_in_the_way_of(
    dynamo: DynamoStore, dynamo_server: DynamoServer, reason: str
) -> None:
    dynamo_server.faults[:] = [f"cancelled:{reason}", f"cancelled:{reason}"]
    dynamo.transact(CLAIM)
    assert dynamo.get(A) == Row(A, "1")


def test_gives_up_on_endless_conflicts(dynamo: DynamoStore, dynamo_server: DynamoServer) -> None:
    dynamo_server.faults[:] = ["cancelled:TransactionConflict"] * 40
    with pytest.raises(StoreUnavailable):
        dynamo.transact(CLAIM)


def test_a_failed_condition_counts_more_than_a_conflict(dynamo: DynamoStore, dynamo_server: DynamoServer) -> None:
    dynamo_server.faults[:] = ["cancelled:None,TransactionConflict,ConditionalCheckFailed"]
    with pytest.raises(ConditionFailed) as failure:
        dynamo.transact(CLAIM)
    assert failure.value.failed == (2,)


def test_a_mistake_in_the_set_up_is_not_hidden(dynamo: DynamoStore, dynamo_server: DynamoServer) -> None:
    dynamo_server.faults[:] = ["denied"]
    with pytest.raises(AccessDeniedException):
        dynamo.get(A)


def test_a_store_that_is_not_there_is_unavailable(clock: FakeClock) -> None:
    nowhere = DynamoStore(
        "t", clock.now, endpoint_url="http://127.0.0.1:9", region="us-east-1", access_key="a", secret_key="b"
    )
    with pytest.raises(StoreUnavailable):
        nowhere.get(A)


def test_keeps_the_time_to_live_in_an_attribute_of_its_own(dynamo: DynamoStore, dynamo_server: DynamoServer) -> None:
    dynamo.transact([Put(Row(A, "1", expires=1_800_000_000))])
    item = dynamo_server.ask("GetItem", {"TableName": dynamo._table, "Key": {"pk": {"S": "home"}, "sk": {"S": "a"}}})
    assert item["Item"]["expires"] == {"N": "1800000000"}


def test_a_row_says_which_release_wrote_it_last(dynamo: DynamoStore, dynamo_server: DynamoServer) -> None:
    item = {"pk": {"S": "home"}, "sk": {"S": "a"}, "version": {"N": "1"}, "body": {"S": "old"}}
    dynamo_server.ask("PutItem", {"TableName": dynamo._table, "Item": item})
    assert dynamo.get(A) == Row(A, "old")
    dynamo.transact([Put(Row(A, "new", 2), if_version=1)])
    found = dynamo_server.ask("GetItem", {"TableName": dynamo._table, "Key": {"pk": {"S": "home"}, "sk": {"S": "a"}}})
    assert found["Item"]["release"] == {"S": __version__}
    assert dynamo.get(A) == Row(A, "new", 2)
