"""What only DynamoDB can do to us, through either client."""

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from pydynox.exceptions import PydynoxException

from ringpost import __version__
from ringpost.model.errors import StoreUnavailable
from ringpost.store import ConditionFailed, Key, Put, Row
from ringpost.store.boto3 import Boto3Store
from ringpost.store.table import MISTAKES, TableStore
from tests.fakes import FakeClock
from tests.store.conftest import CLIENTS
from tests.store.dynamo import DynamoServer

A = Key("home", "a")
UNNAMED = {
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "SerializationException",
}
"""Of the mistakes: pydynox has DynamoDB's words for them, and not the code."""
CLAIM = [Put(Row(A, "1"), if_absent=True)]


@pytest.mark.parametrize("fault", ["throttled", "request limit", "throttling", "internal"])
def test_tries_again_when_throttled_or_broken(dynamo: TableStore, dynamo_server: DynamoServer, fault: str) -> None:
    dynamo_server.faults[:] = [fault, fault]
    dynamo.transact(CLAIM)
    dynamo_server.faults[:] = [fault]
    assert dynamo.get(A) == Row(A, "1")
    dynamo_server.faults[:] = [fault]
    assert len(dynamo.query("home")) == 1


@pytest.mark.parametrize("fault", ["throttled", "request limit", "throttling", "internal"])
def test_gives_up_in_bounded_time(dynamo: TableStore, dynamo_server: DynamoServer, fault: str) -> None:
    dynamo_server.operations.clear()
    for ask in (lambda: dynamo.get(A), lambda: dynamo.query("home"), lambda: dynamo.transact(CLAIM)):
        dynamo_server.faults[:] = [fault] * 20
        with pytest.raises(StoreUnavailable):
            ask()
        assert len(dynamo_server.faults) >= 12, "a handful of tries, no more"
    dynamo_server.faults.clear()
    assert dynamo.get(A) is None


def test_a_lost_reply_is_not_a_conflict(dynamo: TableStore, dynamo_server: DynamoServer) -> None:
    dynamo_server.faults[:] = ["lost reply"]
    dynamo.transact(CLAIM)
    assert dynamo.get(A) == Row(A, "1")


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_tries_a_transaction_again_that_another_one_was_in_the_way_of(
    dynamo: TableStore, dynamo_server: DynamoServer, reason: str
) -> None:
    dynamo_server.faults[:] = [f"cancelled:{reason}", f"cancelled:{reason}"]
    dynamo.transact(CLAIM)
    assert dynamo.get(A) == Row(A, "1")


def test_gives_up_on_endless_conflicts(dynamo: TableStore, dynamo_server: DynamoServer) -> None:
    dynamo_server.faults[:] = ["cancelled:TransactionConflict"] * 40
    with pytest.raises(StoreUnavailable):
        dynamo.transact(CLAIM)


def test_a_failed_condition_counts_more_than_a_conflict(dynamo: TableStore, dynamo_server: DynamoServer) -> None:
    dynamo_server.faults[:] = ["cancelled:None,TransactionConflict,ConditionalCheckFailed"]
    with pytest.raises(ConditionFailed) as failure:
        dynamo.transact(CLAIM)
    assert failure.value.failed == (2,)


@pytest.mark.parametrize("code", sorted(MISTAKES - UNNAMED))
def test_a_mistake_in_the_set_up_is_not_hidden_and_not_repeated(
    dynamo: TableStore, dynamo_server: DynamoServer, code: str
) -> None:
    for ask in (lambda: dynamo.get(A), lambda: dynamo.query("home"), lambda: dynamo.transact(CLAIM)):
        dynamo_server.faults[:] = [f"refused:{code}"] * 2
        with pytest.raises((PydynoxException, ClientError)):
            ask()
        assert len(dynamo_server.faults) == 1


@pytest.mark.parametrize("code", sorted(UNNAMED))
def test_a_mistake_that_pydynox_has_no_name_for_is_told_by_boto3(
    dynamo: TableStore, dynamo_server: DynamoServer, client: str, code: str
) -> None:
    dynamo_server.faults[:] = [f"refused:{code}"] * 8
    with pytest.raises(ClientError if client == "boto3" else StoreUnavailable) as failure:
        dynamo.get(A)
    assert code in str(failure.value if client == "boto3" else failure.value.__cause__)


def test_what_was_cancelled_for_a_reason_that_stays_is_not_hidden(
    dynamo: TableStore, dynamo_server: DynamoServer
) -> None:
    dynamo_server.faults[:] = ["cancelled:None,ItemCollectionSizeLimitExceeded"]
    with pytest.raises((PydynoxException, ClientError), match="ItemCollectionSizeLimitExceeded"):
        dynamo.transact(CLAIM)


def test_a_table_that_is_not_there_is_a_mistake(clock: FakeClock, dynamo_server: DynamoServer, client: str) -> None:
    dynamo_server.faults.clear()
    with pytest.raises((PydynoxException, ClientError)):
        CLIENTS[client](dynamo_server.url, "no-such-table", clock).get(A)


def test_a_store_that_is_not_there_is_unavailable(clock: FakeClock, client: str) -> None:
    nowhere = CLIENTS[client]("http://127.0.0.1:9", "t", clock)
    for ask in (lambda: nowhere.get(A), lambda: nowhere.query("home"), lambda: nowhere.transact(CLAIM)):
        with pytest.raises(StoreUnavailable):
            ask()


@pytest.mark.parametrize("fault", ["lost reply", "half a reply", "a page"])
def test_a_reply_that_does_not_arrive_as_it_should_is_asked_for_again(
    dynamo: TableStore, dynamo_server: DynamoServer, fault: str
) -> None:
    dynamo.transact(CLAIM)
    asked = (
        (lambda: dynamo.get(A), Row(A, "1")),
        (lambda: dynamo.query("home"), [Row(A, "1")]),
        (lambda: dynamo.transact([Put(Row(A, "1"))]), None),
    )
    for ask, answer in asked:
        dynamo_server.faults[:] = [fault] * 3
        assert ask() == answer
        assert dynamo_server.faults == []
        dynamo_server.faults[:] = [fault] * 20
        with pytest.raises(StoreUnavailable):
            ask()
        assert len(dynamo_server.faults) >= 12, "a handful of tries, no more"


def test_boto3_says_that_there_are_no_credentials(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    nowhere = Boto3Store("t", clock.now, endpoint_url="http://127.0.0.1:9", region_name="us-east-1")
    with pytest.raises(NoCredentialsError):
        nowhere.get(A)


def test_keeps_the_time_to_live_in_an_attribute_of_its_own(dynamo: TableStore, dynamo_server: DynamoServer) -> None:
    dynamo.transact([Put(Row(A, "1", expires=1_800_000_000))])
    item = dynamo_server.ask("GetItem", {"TableName": dynamo._table, "Key": {"pk": {"S": "home"}, "sk": {"S": "a"}}})
    assert item["Item"]["expires"] == {"N": "1800000000"}


def test_a_row_says_which_release_wrote_it_last(dynamo: TableStore, dynamo_server: DynamoServer) -> None:
    item = {"pk": {"S": "home"}, "sk": {"S": "a"}, "version": {"N": "1"}, "body": {"S": "old"}}
    dynamo_server.ask("PutItem", {"TableName": dynamo._table, "Item": item})
    assert dynamo.get(A) == Row(A, "old")
    dynamo.transact([Put(Row(A, "new", 2), if_version=1)])
    found = dynamo_server.ask("GetItem", {"TableName": dynamo._table, "Key": {"pk": {"S": "home"}, "sk": {"S": "a"}}})
    assert found["Item"]["release"] == {"S": __version__}
    assert dynamo.get(A) == Row(A, "new", 2)
