"""What ``ringpost doctor --table`` looks at: whether a table of AWS is set up as the template sets up its own.

A restored table has rows and keys and nothing else of the one it was made from: ``docs/restore.md``.
"""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ringpost.entry.cli import ways_out
from ringpost.store import aws
from ringpost.switch import Finding

Client = Callable[[str], Any]
"""Makes boto3's client of a service."""
_SCHEMA = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


def client(service: str) -> Any:
    """A client with this environment's credentials and region."""
    return aws.client(service, Config(connect_timeout=5, read_timeout=10))


def examined(table: str, clients: Client = client, stack: str | None = None) -> Iterator[Finding]:
    """The findings about a table, and about the alarms of the stack that works on it, and its way to links."""
    try:
        yield from _found(table, clients("dynamodb"), clients)
        if stack:
            yield _alarms(stack, clients("cloudwatch"))
            yield ways_out.examined(stack, clients)
    except (BotoCoreError, ClientError) as error:
        yield Finding("AWS", well=False, words=f"{error}: see region, credentials and their permissions")


def _found(table: str, dynamodb: Any, clients: Client) -> Iterator[Finding]:
    about = dynamodb.describe_table(TableName=table)["Table"]
    state, keys = about["TableStatus"], about["KeySchema"]
    if state != "ACTIVE":
        yield Finding("table", well=False, words=f"{table} is {state}: wait until it is ACTIVE")
        return
    if sorted(keys, key=lambda one: one["KeyType"]) != _SCHEMA:
        yield Finding("table", well=False, words=f"{table} has other keys than pk and sk: it is none of Ringpost's")
        return
    yield Finding("table", well=True, words=f"{table}, {about.get('ItemCount', 0)} rows when AWS counted them last")
    yield _stream(about)
    if about.get("LatestStreamArn"):
        yield _hearer(about["LatestStreamArn"], clients("lambda"))
    yield _time_to_live(table, dynamodb)
    yield _backups(table, dynamodb)
    protected = about.get("DeletionProtectionEnabled", False)
    yield _is_on("protection", protected, table, f"update-table --table-name {table} --deletion-protection-enabled")


def _stream(about: dict[str, Any]) -> Finding:
    table, specified = about["TableName"], about.get("StreamSpecification", {})
    if not specified.get("StreamEnabled"):
        command = (
            f"update-table --table-name {table} --stream-specification StreamEnabled=true,StreamViewType=KEYS_ONLY"
        )
        return _is_on("stream", False, table, command)
    view = specified["StreamViewType"]
    if view != "KEYS_ONLY":
        words = f"it carries {view}, and some rows hold secrets: switch it off, and on again with KEYS_ONLY"
        return Finding("stream", well=False, words=words)
    return Finding("stream", well=True, words=f"ExistingTableStreamArn={about['LatestStreamArn']}")


def _hearer(stream: str, functions: Any) -> Finding:
    mappings = functions.list_event_source_mappings(EventSourceArn=stream)["EventSourceMappings"]
    states = [mapping["State"] for mapping in mappings]
    if "Enabled" in states:
        return Finding("deliveries", well=True, words=mappings[states.index("Enabled")]["FunctionArn"])
    said = f"the mapping is {states[0]}" if states else "no function hears the stream"
    return Finding("deliveries", well=False, words=f"{said}: deploy with ExistingTableStreamArn={stream}")


def _time_to_live(table: str, dynamodb: Any) -> Finding:
    about = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    name = about.get("AttributeName", "expires")
    if name != "expires":
        return Finding("time to live", well=False, words=f"it goes by {name}, and must go by expires")
    is_on = about["TimeToLiveStatus"] in ("ENABLED", "ENABLING")
    rule = "Enabled=true,AttributeName=expires"
    return _is_on(
        "time to live", is_on, table, f"update-time-to-live --table-name {table} --time-to-live-specification {rule}"
    )


def _backups(table: str, dynamodb: Any) -> Finding:
    about = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    state = about.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    rule = "PointInTimeRecoveryEnabled=true"
    command = f"update-continuous-backups --table-name {table} --point-in-time-recovery-specification {rule}"
    return _is_on("point-in-time recovery", state == "ENABLED", table, command)


def _is_on(step: str, is_on: bool, table: str, command: str) -> Finding:
    words = f"on for {table}" if is_on else f"off: aws dynamodb {command}"
    return Finding(step, well=is_on, words=words)


def _alarms(stack: str, cloudwatch: Any) -> Finding:
    """Whether the stack's alarms are there, at work, and tell somebody."""
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack}-")
    found = [alarm for page in pages for alarm in page["MetricAlarms"]]
    if not found:
        return Finding("alarms", well=False, words=f"the stack {stack} has none: is it its name, and this its region?")
    off = [alarm["AlarmName"] for alarm in found if not alarm.get("ActionsEnabled", True)]
    if off:
        return Finding(
            "alarms", well=False, words=f"off: aws cloudwatch enable-alarm-actions --alarm-names {' '.join(off)}"
        )
    raised = [alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM"]
    if raised:
        return Finding("alarms", well=False, words=f"raised: {', '.join(raised)}; docs/deploy.md says what to do")
    if not any(alarm.get("AlarmActions") for alarm in found):
        return Finding("alarms", well=False, words="they tell nobody: deploy with AlarmTopicArn")
    return Finding("alarms", well=True, words=f"{len(found)}, none of them raised")
