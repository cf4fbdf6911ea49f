"""The runbook of docs/restore.md, walked through: each command as it is printed, against the stand-in for DynamoDB."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ringpost.entry import demo
from ringpost.entry.cli import tables
from ringpost.entry.cli.main import main
from ringpost.store import keys
from ringpost.store.dynamodb import DynamoStore
from tests.fakes import FakeClock
from tests.harness import Caller, House
from tests.store import releases
from tests.store.conftest import dynamo_server
from tests.store.dynamo import DynamoServer
from tests.template.reading import Template

__all__ = ["dynamo_server"]
OLD, NEW = "ringpost-Table-1A2B", "restored"
PAGE = (Path(__file__).parents[3] / "docs/restore.md").read_text()


def commands() -> list[tuple[str, dict[str, Any]]]:
    """The operations of DynamoDB that the page has somebody call, with their parameters."""
    lines = [line.strip() for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    asked = [shlex.split(line) for line in lines if line.startswith("aws dynamodb ")]
    return [(_camel(words[2]), _options(words[3:])) for words in asked if words[2] != "wait"]


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))


def _options(words: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place, word in enumerate(words):
        if word.startswith("--"):
            following = words[place + 1] if place + 1 < len(words) else "--"
            found[_camel(word[2:])] = True if following.startswith("--") else _value(following)
    return found


def _value(text: str) -> Any:
    if "=" not in text:
        return text
    pairs = (pair.split("=") for pair in text.split(","))
    return {name: value == "true" if value in ("true", "false") else value for name, value in pairs}


@pytest.fixture
def server(dynamo_server: DynamoServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoServer]:
    """The stand-in, as whoever restores has it: in his environment."""
    dynamo_server.faults.clear()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", dynamo_server.url)
    yield dynamo_server
    for table in _tables(dynamo_server):
        if table in (OLD, NEW):
            dynamo_server.ask("UpdateTable", {"TableName": table, "DeletionProtectionEnabled": False})
            dynamo_server.ask("DeleteTable", {"TableName": table})


def _tables(server: DynamoServer) -> list[str]:
    """All there are: they are listed a hundred at a time."""
    page = server.ask("ListTables", {})
    names: list[str] = page["TableNames"]
    while "LastEvaluatedTableName" in page:
        page = server.ask("ListTables", {"ExclusiveStartTableName": page["LastEvaluatedTableName"]})
        names += page["TableNames"]
    return names


class Functions:
    """Lambda, as far as the doctor asks it."""

    def __init__(self, *states: str) -> None:
        self.states = states
        self.asked: list[str] = []

    def list_event_source_mappings(self, *, EventSourceArn: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        self.asked.append(EventSourceArn)
        return {"EventSourceMappings": [{"State": state, "FunctionArn": "arn:delivery"} for state in self.states]}

    def describe_stack_resource(self, **_: str) -> dict[str, Any]:
        return {"StackResourceDetail": {"PhysicalResourceId": "api"}}

    def get_function_configuration(self, **_: str) -> dict[str, Any]:
        return {"FunctionName": "api"}


class Alarms:
    """CloudWatch, as far as the doctor asks it."""

    def __init__(self, *alarms: dict[str, Any]) -> None:
        self.alarms = alarms

    def get_paginator(self, operation: str) -> "Alarms":
        assert operation == "describe_alarms"
        return self

    def paginate(self, *, AlarmNamePrefix: str) -> list[dict[str, Any]]:  # noqa: N803 - AWS's name
        return [{"MetricAlarms": [one for one in self.alarms if one["AlarmName"].startswith(AlarmNamePrefix)]}]


def examined(
    functions: Functions | None = None, alarms: Alarms | None = None, table: str = NEW
) -> dict[str, tuple[bool, str]]:
    functions = functions or Functions()
    others = {"lambda": functions, "cloudformation": functions, "cloudwatch": alarms or Alarms()}
    stack = "ringpost" if alarms else None
    found = tables.examined(table, lambda service: others.get(service) or tables.client(service), stack)
    return {finding.step: (finding.well, finding.words) for finding in found}


def store(server: DynamoServer, clock: FakeClock, table: str) -> DynamoStore:
    about = {"endpoint_url": server.url, "region": "us-east-1", "access_key": "test", "secret_key": "test"}
    return DynamoStore(table, clock.now, lambda _: None, **about)


@pytest.mark.parametrize("release", releases.RELEASES)
def test_a_table_of_the_previous_release_is_restored_and_attached(
    server: DynamoServer, clock: FakeClock, release: str
) -> None:
    server.make_table(OLD, stream=True)
    server.ask(
        "UpdateContinuousBackups",
        {"TableName": OLD, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
    )
    releases.plant(store(server, clock, OLD), release)
    restore, *switching_on = commands()
    assert restore[1] == {"SourceTableName": OLD, "TargetTableName": NEW, "UseLatestRestorableTime": True}
    server.ask(*restore)

    lacking = {"stream", "time to live", "point-in-time recovery", "protection"}
    before = examined()
    assert {step for step, (well, _) in before.items() if not well} == lacking
    for operation, parameters in switching_on:
        said = " ".join(words for _, words in before.values())
        assert re.sub("(?<!^)(?=[A-Z])", "-", operation).lower() in said
        server.ask(operation, parameters)
    after = examined()
    assert {step for step, (well, _) in after.items() if not well} == {"deliveries"}
    arn = after["stream"][1].partition("=")[2]

    attached = Template(ExistingTableName=NEW, ExistingTableStreamArn=arn)
    allowed = re.compile(attached.written["Parameters"]["ExistingTableStreamArn"]["AllowedPattern"])
    assert allowed.fullmatch(arn)
    assert attached.properties("Delivery")["Events"]["Due"]["Properties"]["Stream"] == arn
    hearing = Functions("Enabled")
    assert all(well for well, _ in examined(hearing).values())
    assert hearing.asked == [arn]

    clock.time = releases.READ_AT
    operator = Caller(House(store(server, clock, NEW), clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    for name in releases.answers(release):
        releases.asked(operator, name)
    operator.done("extension-create", **releases.HOME, extension="177")
    assert any(key in keys.DUE_LISTS for key in _streamed(server, arn)), "what happens now is told to whoever hears it"


def _streamed(server: DynamoServer, arn: str) -> list[str]:
    """The partitions of what a stream tells."""
    (shard,) = server.ask("DescribeStream", {"StreamArn": arn}, "DynamoDBStreams")["StreamDescription"]["Shards"]
    asked = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = server.ask("GetShardIterator", asked, "DynamoDBStreams")["ShardIterator"]
    records = server.ask("GetRecords", {"ShardIterator": iterator}, "DynamoDBStreams")["Records"]
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in records]


def test_the_doctor_says_each_command_as_the_page_prints_it(server: DynamoServer) -> None:
    server.make_table(NEW)
    for _, words in examined().values():
        if words.startswith("off: "):
            assert words.removeprefix("off: ") in PAGE


def test_a_table_that_is_no_table_of_ours_or_none_is_said_to_be(server: DynamoServer) -> None:
    assert "ResourceNotFound" in examined(table="nobody")["AWS"][1]
    schema = {"AttributeName": "id", "KeyType": "HASH"}
    about = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "KeySchema": [schema]}
    server.ask("CreateTable", {"TableName": NEW, "BillingMode": "PAY_PER_REQUEST", **about})
    assert examined() == {"table": (False, "restored has other keys than pk and sk: it is none of Ringpost's")}


@pytest.mark.parametrize("view", ["NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE"])
def test_a_stream_that_would_carry_secrets_is_said_to(server: DynamoServer, view: str) -> None:
    server.make_table(NEW)
    specified = {"StreamEnabled": True, "StreamViewType": view}
    server.ask("UpdateTable", {"TableName": NEW, "StreamSpecification": specified})
    well, words = examined()["stream"]
    assert (well, view in words) == (False, True)


def test_a_time_to_live_by_another_attribute_is_said_to_be(server: DynamoServer) -> None:
    server.make_table(NEW)
    specified = {"Enabled": True, "AttributeName": "ttl"}
    server.ask("UpdateTimeToLive", {"TableName": NEW, "TimeToLiveSpecification": specified})
    assert examined()["time to live"] == (False, "it goes by ttl, and must go by expires")


@pytest.mark.parametrize(("states", "well"), [((), False), (("Disabled",), False), (("Disabled", "Enabled"), True)])
def test_says_whether_anybody_hears_the_stream(server: DynamoServer, states: tuple[str, ...], well: bool) -> None:
    server.make_table(NEW, stream=True)
    assert examined(Functions(*states))["deliveries"][0] is well


def alarm(name: str = "ringpost-ErrorAlarm-1", **about: Any) -> dict[str, Any]:
    topic = ["arn:aws:sns:us-east-1:123456789012:pager"]
    return {"AlarmName": name, "StateValue": "OK", "AlarmActions": topic, "ActionsEnabled": True, **about}


@pytest.mark.parametrize(
    ("alarms", "well", "says"),
    [
        ([], False, "has none"),
        ([alarm("other-ErrorAlarm")], False, "has none"),
        ([alarm(), alarm(AlarmName="ringpost-FaultAlarm-1", ActionsEnabled=False)], False, "enable-alarm-actions"),
        ([alarm(StateValue="ALARM")], False, "raised: ringpost-ErrorAlarm-1"),
        ([alarm(AlarmActions=[])], False, "AlarmTopicArn"),
        ([alarm(), alarm(AlarmName="ringpost-CanaryAlarm-1", AlarmActions=[])], True, "2, none"),
    ],
)
def test_says_whether_the_alarms_are_on(
    server: DynamoServer, alarms: list[dict[str, Any]], well: bool, says: str
) -> None:
    server.make_table(NEW)
    found = examined(alarms=Alarms(*alarms))["alarms"]
    assert (found[0], says in found[1]) == (well, True)


def test_the_command_says_what_is_off_and_exits_1(server: DynamoServer) -> None:
    server.make_table(NEW)
    result = CliRunner().invoke(main, ["doctor", "--table"], env={"RINGPOST_STORE": f"dynamodb:{NEW}"})
    assert result.exit_code == 1
    assert "ok   table: restored" in result.output
    assert "BAD  protection: off: aws dynamodb update-table --table-name restored" in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--table"], "RINGPOST_STORE=dynamodb:<table>"), (["--stack", "ringpost"], "--stack goes with --table")],
)
def test_the_command_says_what_it_is_about(arguments: list[str], says: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", *arguments], env={"RINGPOST_DATA": str(tmp_path)})
    assert (result.exit_code, says in result.output) == (2, True)


def test_every_command_of_the_page_was_read() -> None:
    asked = ["RestoreTableToPointInTime", "UpdateTable", "UpdateTimeToLive", "UpdateContinuousBackups", "UpdateTable"]
    assert [operation for operation, _ in commands()] == asked
