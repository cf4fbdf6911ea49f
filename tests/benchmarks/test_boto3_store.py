"""The peer keeps every promise of the port: these are the adapters' own tests, over it."""

import pytest
from botocore.exceptions import ClientError

from ringpost.store.boto3 import Boto3Store
from tests.store.dynamo import DynamoServer
from tests.store.test_dynamodb import A
from tests.store.test_dynamodb import (
    test_a_failed_condition_counts_more_than_a_conflict as test_failed_conditions_first,
)
from tests.store.test_dynamodb import test_a_lost_reply_is_not_a_conflict as test_lost_reply
from tests.store.test_dynamodb import test_gives_up_in_bounded_time as test_bounded_tries
from tests.store.test_dynamodb import test_gives_up_on_endless_conflicts as test_endless_conflicts
from tests.store.test_dynamodb import test_keeps_the_time_to_live_in_an_attribute_of_its_own as test_time_to_live
from tests.store.test_dynamodb import (
    test_tries_a_transaction_again_that_another_one_was_in_the_way_of as test_conflicts,
)
from tests.store.test_dynamodb import test_tries_again_when_throttled_or_broken as test_throttling
from tests.store.test_every_store import *  # noqa: F403

__all__ = [
    "test_bounded_tries",
    "test_conflicts",
    "test_endless_conflicts",
    "test_failed_conditions_first",
    "test_lost_reply",
    "test_throttling",
    "test_time_to_live",
]


def test_a_mistake_in_the_set_up_is_not_hidden(dynamo: Boto3Store, dynamo_server: DynamoServer) -> None:
    dynamo_server.faults[:] = ["denied"]
    with pytest.raises(ClientError):
        dynamo.get(A)
