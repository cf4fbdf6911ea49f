"""Live connections on AWS: the function behind the WebSocket API, and what is said through its management API."""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from ringpost.auth.tokens import token
from ringpost.entry import delivery, demo, live_aws, live_function, wiring
from ringpost.entry.delivery import Delivering
from ringpost.entry.delivery import handler as deliver
from ringpost.entry.live_aws import ApiGatewaySockets, Beside, SqsPushes
from ringpost.entry.live_function import handler
from ringpost.live.commands import AwaitedAnywhere, LiveCommands
from ringpost.live.connections import Connections
from ringpost.live.ports import Gone, Push, Unsure
from ringpost.live.pushing import Listeners
from ringpost.live.talk import Talk
from ringpost.model.errors import SwitchUnreachable
from ringpost.model.switch import LinkState, SwitchRecord
from ringpost.settings import Settings
from ringpost.store import Key, aws, keys
from ringpost.switch import calls
from ringpost.webhooks.courier import Courier
from ringpost.webhooks.outbox import Outbox
from tests import seeds
from tests.fakes import CountingStore, FailingStore, FakeClock, MemoryScripts
from tests.harness import Caller, House
from tests.live_connections.test_commands import ASKED, Meanwhile
from tests.live_connections.test_talk import LINK
from tests.webhooks.receivers import Receivers, call_event, happen
from tests.websocket_api import CREDENTIALS, MOST_BYTES, MOST_IN_A_FRAME, WebSocketApi, connecting, leaving, saying

ID, OTHER = "L0SM9cOFvHcCIAg=", "K/1h+cCFvHcCIAg="
"""Of connections, as API Gateway makes them."""
REGION = "us-east-1"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**CREDENTIALS, "AWS_REGION": REGION}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def api() -> Iterator[WebSocketApi]:
    with WebSocketApi() as running:
        running.there[ID] = []
        yield running


def hurried(endpoint: str, seconds: float = 20) -> ApiGatewaySockets:
    """Which tries once, and waits so long."""
    config = Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1})
    return ApiGatewaySockets(endpoint, aws.client("apigatewaymanagementapi", config, endpoint_url=endpoint))


@pytest.fixture
def sockets(api: WebSocketApi) -> ApiGatewaySockets:
    return hurried(api.endpoint)


@dataclass
class Function:
    """The function in a new environment for each invocation, on the store of a house."""

    house: House
    api: WebSocketApi
    sockets: ApiGatewaySockets

    def talk(self) -> Talk:
        return Talk(self.house.endpoint.ports, self.house.catalogue, self.sockets, lambda _command_uuid: None)

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(json.dumps(handler(json.loads(json.dumps(event)), None, self.talk)))
        return answer

    def connect(self, caller: Caller | None, connection_id: str = ID) -> str:
        """Somebody connects, as the API lets it: it is there once the function has said so."""
        shown = {"Authorization": f"Bearer {token(caller.key_uuid, caller.secret)}"} if caller else {}
        assert self.invoke(connecting(connection_id, shown)) == {"statusCode": 200}
        self.api.there[connection_id] = []
        return connection_id

    def say(self, message: Any, connection_id: str = ID) -> dict[str, Any]:
        """Say something: what is answered, if something is."""
        before = len(self.api.there.get(connection_id, ()))
        assert self.invoke(saying(connection_id, message)) == {"statusCode": 200}
        told = self.api.told(connection_id)[before:] if connection_id in self.api.there else []
        return told[0] if told else {}


@pytest.fixture
def function(house: House, api: WebSocketApi, sockets: ApiGatewaySockets) -> Function:
    return Function(house, api, sockets)


def rows_of(house: House, connection_id: str = ID) -> int:
    known = Connections(house.store, house.clock)
    listed = [one for one in known.everything() if one.connection_id == connection_id]
    return len(listed) + (known.get(connection_id) is not None)


# what is said to a connection


@pytest.mark.parametrize("connection_id", [ID, OTHER])
def test_says_it_to_the_connection_of_that_id(
    api: WebSocketApi, sockets: ApiGatewaySockets, connection_id: str
) -> None:
    api.there[connection_id] = []
    sockets.send(connection_id, '{"message": "Zoë"}')
    assert api.told(connection_id) == [{"message": "Zoë"}]


class Opened:
    """Stands for what answers; remembers whence somebody connected."""

    def __init__(self) -> None:
        self.sources: list[str] = []

    def opened(self, connection_id: str, headers: object, source_ip: str) -> None:
        self.sources.append(source_ip)


def test_behind_a_distribution_it_is_the_viewers_address_and_only_by_its_secret() -> None:
    opened, secret = Opened(), "s" * 32
    behind = {"CloudFront-Viewer-Address": "198.51.100.7:46532", "X-Ringpost-Edge": secret}
    for headers in (behind, {**behind, "X-Ringpost-Edge": "t" * 32}):
        event = connecting(ID, headers, "203.0.113.9")
        assert handler(event, None, lambda: opened, lambda: (secret,))["statusCode"] == 200
    assert opened.sources == ["198.51.100.7", "203.0.113.9"]


def test_what_is_long_arrives_whole_in_frames(api: WebSocketApi, sockets: ApiGatewaySockets) -> None:
    text = json.dumps("é" * 60_000, ensure_ascii=False)
    sockets.send(ID, text)
    (frames,) = api.there[ID]
    assert (len(frames), max(map(len, frames))) == (4, MOST_IN_A_FRAME)
    assert api.told(ID) == ["é" * 60_000]


def test_as_much_as_there_may_be_is_said(api: WebSocketApi, sockets: ApiGatewaySockets) -> None:
    sockets.send(ID, f'"{"x" * (MOST_BYTES - 2)}"')
    assert len(api.told(ID)) == 1


def test_more_than_there_may_be_is_never_sent(api: WebSocketApi, sockets: ApiGatewaySockets) -> None:
    with pytest.raises(OSError, match="longer than the 131072 bytes") as raised:
        sockets.send(ID, "é" * (MOST_BYTES // 2 + 1))
    assert (isinstance(raised.value, Unsure), api.asked) == (False, [])


def test_nobody_is_there(api: WebSocketApi, sockets: ApiGatewaySockets) -> None:
    with pytest.raises(Gone):
        sockets.send(OTHER, "{}")


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (429, "LimitExceededException", "told too much at once"),
        (413, "PayloadTooLargeException", "longer than"),
        (403, "ForbiddenException", "execute-api:ManageConnections"),
        (400, "BadRequestException", "BadRequestException"),
    ],
)
def test_what_is_refused_was_not_said(
    api: WebSocketApi, sockets: ApiGatewaySockets, status: int, code: str, says: str
) -> None:
    api.answers = [(status, code)]
    with pytest.raises(OSError, match=says) as raised:
        sockets.send(ID, "{}")
    assert not isinstance(raised.value, Unsure)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_where_the_gateway_breaks_nobody_knows(api: WebSocketApi, sockets: ApiGatewaySockets, status: int) -> None:
    api.answers = [(status, "InternalServerError")]
    with pytest.raises(Unsure):
        sockets.send(ID, "{}")


def test_where_it_says_nothing_nobody_knows(api: WebSocketApi) -> None:
    api.free.clear()
    with pytest.raises(Unsure, match="did not answer"):
        hurried(api.endpoint, 0.3).send(ID, "{}")
    api.free.set()


def test_out_of_reach_says_what_is_missing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/live"
    with pytest.raises(OSError, match="needs a way out") as raised:
        hurried(nobody).send(ID, "{}")
    assert not isinstance(raised.value, Unsure)


def test_without_credentials_it_was_not_said(
    api: WebSocketApi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(OSError, match="credentials") as raised:
        hurried(api.endpoint).send(ID, "{}")
    assert (isinstance(raised.value, Unsure), api.asked) == (False, [])


def test_hangs_up(api: WebSocketApi, sockets: ApiGatewaySockets) -> None:
    sockets.close(ID)
    sockets.close(ID)
    assert (api.closed, api.there) == ([ID], {})


def test_one_that_cannot_be_hung_up_on_keeps_nobody(api: WebSocketApi, sockets: ApiGatewaySockets) -> None:
    api.answers = [(429, "LimitExceededException"), (500, "InternalServerError")]
    sockets.close(ID)
    sockets.close(ID)
    assert ID in api.there


def test_its_own_client_is_made_when_it_is_needed_and_gives_up_soon(api: WebSocketApi) -> None:
    sockets = ApiGatewaySockets(api.endpoint)
    sockets.send(ID, "{}")
    sockets.send(ID, "{}")
    assert len(api.told(ID)) == 2
    config = live_aws.connect(api.endpoint).meta.config
    assert (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"] <= 6


# the function


def test_a_key_in_the_handshake_is_who_it_is(function: Function, house: House, tenant: Caller) -> None:
    function.connect(tenant)
    assert rows_of(house) == 2
    assert function.say({"message": "heartbeat"})["message"] == "heartbeat"
    subscribed = function.say({"message": "subscribe", "subscription": "a"})
    assert (subscribed["message"], "cursor" in subscribed) == ("subscribed", True)
    assert function.invoke(leaving(ID)) == {"statusCode": 200}
    assert rows_of(house) == 0


@pytest.mark.parametrize("name", ["authorization", "AUTHORIZATION", "X-Auth-Token", "x-api-key"])
def test_every_form_of_a_key_is_taken_in_the_handshake(function: Function, tenant: Caller, name: str) -> None:
    word = token(tenant.key_uuid, tenant.secret)
    shown = {name: f"Bearer {word}" if name.lower() == "authorization" else word}
    assert function.invoke(connecting(ID, shown)) == {"statusCode": 200}


def test_every_handshake_that_fails_is_answered_alike(function: Function, house: House, tenant: Caller) -> None:
    good = token(tenant.key_uuid, tenant.secret)
    bad = ["", "Bearer", "Basic eA==", f"Bearer {good}0", f"Bearer rp_{ID}_x", "Bearer rpt_x_y", f"Digest {good}"]
    answers = [function.invoke(connecting(ID, {"Authorization": text})) for text in bad]
    twice = {"Authorization": f"Bearer {good}", "X-Api-Key": token(tenant.key_uuid, "another")}
    answers.append(function.invoke(connecting(ID, twice)))
    house.key()
    narrow = house.key("#", networks=("198.51.100.0/24",))
    answers.append(
        function.invoke(connecting(ID, {"Authorization": f"Bearer {token(narrow.key_uuid, narrow.secret)}"}))
    )
    assert [answer["statusCode"] for answer in answers] == [401] * len(answers)
    assert len({answer["body"] for answer in answers}) == 1
    assert rows_of(house) == 0


def test_where_the_store_is_away_nobody_is_let_in_and_whoever_is_there_is_told(
    function: Function, house: House, tenant: Caller
) -> None:
    function.connect(tenant)
    house.store = failing = FailingStore(house.store)
    house.restart()
    failing.fail_at = set(range(1000))
    shown = {"Authorization": f"Bearer {token(tenant.key_uuid, tenant.secret)}"}
    assert function.invoke(connecting(OTHER, shown))["statusCode"] == 503
    refused = function.say({"message": "heartbeat"})
    assert (refused["message"], refused["status"]) == ("refused", 503)
    assert function.invoke(leaving(ID))["statusCode"] == 503


def test_whoever_comes_without_a_key_says_it_first(function: Function, tenant: Caller) -> None:
    function.connect(None)
    word = token(tenant.key_uuid, tenant.secret)
    assert function.say({"message": "authenticate", "token": word}) == {"message": "welcome"}
    assert function.say({"message": "heartbeat"})["message"] == "heartbeat"


@pytest.mark.parametrize(
    "first",
    [
        "no JSON",
        "",
        "{}",
        '{"message":"heartbeat"}',
        '{"message":"authenticate","token":"rp_x_y"}',
        b"\xff\xfe",
        "x" * 99_999,
    ],
)
def test_a_first_message_that_is_wrong_is_the_last(function: Function, house: House, first: str | bytes) -> None:
    function.connect(None)
    function.invoke(saying(ID, first))
    assert (function.api.closed, rows_of(house)) == ([ID], 0)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("no JSON", "invalid-request"),
        ("", "invalid-request"),
        ("[]", "invalid-request"),
        (b"\x00\xff", "invalid-request"),
        ({"message": "sing"}, "invalid-request"),
        ({"message": "unsubscribe", "subscription": "a", "more": 1}, "invalid-request"),
        ({"message": ["heartbeat"]}, "invalid-request"),
        ("x" * ((96 << 10) + 1), "too-large"),
    ],
)
def test_a_message_that_is_none_is_refused_and_others_go_on(
    function: Function, tenant: Caller, message: Any, code: str
) -> None:
    function.connect(tenant)
    assert function.say(message)["code"] == code
    assert function.say({"message": "heartbeat"})["message"] == "heartbeat"


def test_a_binary_message_is_read_as_one_of_text(function: Function, tenant: Caller) -> None:
    function.connect(tenant)
    assert function.say(b'{"message":"heartbeat"}')["message"] == "heartbeat"


class Noted:
    """What a ``Talk`` would be handed."""

    def __init__(self) -> None:
        self.heard: list[str | bytes] = []

    def received(self, connection_id: str, text: str | bytes) -> None:
        self.heard.append(text)


@given(st.text() | st.binary())
def test_whatever_is_said_arrives_as_it_was_said(message: str | bytes) -> None:
    noted: Any = Noted()
    assert handler(saying(ID, message), None, lambda: noted) == {"statusCode": 200}
    assert noted.heard == [message]


def test_a_message_of_somebody_unknown_is_hung_up_on(function: Function) -> None:
    function.say({"message": "heartbeat"})
    assert function.api.closed == [ID]


def test_a_first_message_that_never_comes_is_waited_for_a_minute(function: Function, house: House) -> None:
    function.connect(None)
    beside = Beside(lambda: house.endpoint, function.sockets)
    assert beside.sweep() == 0
    house.clock.time += 61
    assert (beside.sweep(), function.api.closed, rows_of(house)) == (1, [ID], 0)


def test_those_that_are_idle_are_rows_and_the_sweep_sees_all_of_them(function: Function, house: House) -> None:
    known = Connections(house.store, house.clock)
    for number in range(1010):
        known.opened(f"{number:04}=", "192.0.2.1", None)
    assert (len(known.everything()), function.api.asked) == (1010, [])
    house.clock.time += 61
    assert Beside(lambda: house.endpoint, function.sockets).sweep() == 1010
    assert known.everything() == []


def test_a_log_line_has_no_secret_and_nothing_that_was_said(
    function: Function, tenant: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    function.connect(tenant)
    function.say({"message": "authenticate", "token": "rp_secret"})
    function.invoke(connecting(OTHER, {"Authorization": "Bearer rp_other_secret"}))
    written = capsys.readouterr().out + capsys.readouterr().err
    assert (tenant.secret in written, "secret" in written) == (False, False)


# commands, whose answer arrives in another invocation


@pytest.fixture
def lab(operator: Caller) -> SwitchRecord:
    return SwitchRecord.model_validate(operator.done("switch-details", switch="lab"))


@pytest.fixture
def linked(function: Function, house: House) -> Function:
    function.connect(house.key("switch.link", switch="lab"))
    assert function.say({"message": "link", **LINK})["message"] == "linked"
    return function


def answered(function: Function) -> None:
    command = function.api.told(ID)[-1]["command"]
    said = {name: command[name] for name in ("command_uuid", "switch_uuid")}
    function.say({"message": "answer", "answer": {**said, "outcome": {"result": []}}})


def commanding(function: Function, then: Callable[[], object], counting: CountingStore | None = None) -> LiveCommands:
    clock = Meanwhile(lambda: then() and None)
    clock.time = function.house.clock.time
    store = counting or function.house.store
    return LiveCommands(store, function.house.clock, function.sockets, AwaitedAnywhere(clock))


def test_a_command_goes_down_and_its_answer_comes_in_elsewhere(linked: Function, lab: SwitchRecord) -> None:
    outcome = commanding(linked, lambda: answered(linked)).ask(lab, ASKED, 5)
    assert outcome == calls.Outcome(result=[])


@pytest.mark.parametrize("pauses", [1, 3, 6])
def test_a_command_costs_so_many_reads_and_writes(linked: Function, lab: SwitchRecord, pauses: int) -> None:
    """docs/costs.md reckons with these."""
    counting, paused = CountingStore(linked.house.store), iter(range(1, 100))
    commanding(linked, lambda: next(paused) == pauses and answered(linked), counting).ask(lab, ASKED, 20)
    assert counting.calls[:3] == ["query", "get", "transact"], "the link, its key, the command"
    assert counting.calls[3:] == ["get"] * (1 + pauses)


def test_reads_of_a_command_that_is_never_answered_are_bounded(linked: Function, lab: SwitchRecord) -> None:
    counting = CountingStore(linked.house.store)
    with pytest.raises(SwitchUnreachable, match="did not answer within 20 seconds"):
        commanding(linked, lambda: None, counting).ask(lab, ASKED, 20)
    assert counting.calls.count("get") <= 50


def test_a_clock_that_is_set_back_keeps_nobody_waiting(linked: Function, lab: SwitchRecord) -> None:
    clock = Meanwhile(lambda: setattr(clock, "time", clock.time - 3600) if len(clock.pauses) == 4 else None)
    clock.time = linked.house.clock.time
    commands = LiveCommands(linked.house.store, linked.house.clock, linked.sockets, AwaitedAnywhere(clock))
    with pytest.raises(SwitchUnreachable, match="did not answer within 20 seconds"):
        commands.ask(lab, ASKED, 20)
    assert sum(clock.pauses) == pytest.approx(20)


@pytest.mark.parametrize(
    ("answers", "says"),
    [([(429, "LimitExceededException")], "too much at once"), ([(403, "ForbiddenException")], "may not speak")],
)
def test_a_link_that_cannot_be_told_is_said_with_why(
    linked: Function, lab: SwitchRecord, answers: list[tuple[int, str]], says: str
) -> None:
    linked.api.answers = answers
    with pytest.raises(SwitchUnreachable, match=f"link of lab cannot be told: .*{says}") as raised:
        commanding(linked, lambda: pytest.fail("nobody waits")).ask(lab, ASKED, 5)
    assert (raised.value.unsent, raised.value.status) == (True, 503)
    assert rows_of(linked.house) == 2, "it is there all the same"


def test_a_function_without_a_way_out_says_so(linked: Function, lab: SwitchRecord) -> None:
    class Nowhere:
        def post_to_connection(self, **_: Any) -> None:
            raise EndpointConnectionError(endpoint_url="https://example.net")

    linked.sockets = ApiGatewaySockets("https://example.net", Nowhere())
    with pytest.raises(SwitchUnreachable, match="a function in a VPC needs a way out") as raised:
        commanding(linked, lambda: pytest.fail("nobody waits")).ask(lab, ASKED, 5)
    assert raised.value.unsent


def test_a_command_of_which_nobody_knows_whether_it_was_told_is_waited_for(linked: Function, lab: SwitchRecord) -> None:
    """And no other link is told it: that might do it twice."""
    linked.house.clock.time += 1
    linked.connect(linked.house.key("switch.link", switch="lab"), OTHER)
    linked.say({"message": "link", **LINK}, OTHER)
    linked.api.answers = [(500, "InternalServerError")]
    with pytest.raises(SwitchUnreachable, match="may still carry it out") as raised:
        commanding(linked, lambda: None).ask(lab, ASKED, 1)
    assert not raised.value.unsent
    assert [one["message"] for name in (ID, OTHER) for one in linked.api.told(name)] == ["linked", "linked"]


def test_a_link_that_is_gone_is_said_at_once(linked: Function, lab: SwitchRecord) -> None:
    del linked.api.there[ID]
    with pytest.raises(SwitchUnreachable, match="was last seen at") as raised:
        commanding(linked, lambda: pytest.fail("nobody waits")).ask(lab, ASKED, 5)
    assert (raised.value.unsent, rows_of(linked.house)) == (True, 0)


def test_a_command_that_is_too_long_is_said_so(linked: Function, lab: SwitchRecord) -> None:
    asked = calls.Asked(call="calls", arguments={"domain": "x" * MOST_BYTES})
    with pytest.raises(SwitchUnreachable, match="longer than the 131072 bytes") as raised:
        commanding(linked, lambda: pytest.fail("nobody waits")).ask(lab, asked, 5)
    assert raised.value.unsent


# pushes, through a queue


class FakeSqs:
    """A standard queue that takes what it is sent, or not."""

    def __init__(self) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self.refuses: set[str] = set()
        self.is_away = False

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert QueueUrl == "pushes"
        assert 1 <= len(Entries) <= 10
        assert len({entry["Id"] for entry in Entries}) == len(Entries)
        self.batches.append(Entries)
        if self.is_away:
            raise EndpointConnectionError(endpoint_url="https://sqs.example.net")
        failed = [entry for entry in Entries if entry["Id"] in self.refuses]
        return {"Failed": [{"Id": one["Id"], "Code": "InternalError", "Message": "no"} for one in failed]}

    def records(self) -> list[dict[str, Any]]:
        """What Lambda hands the function of it."""
        found = [entry["MessageBody"] for batch in self.batches for entry in batch]
        self.batches = []
        return [{"messageId": f"m{at}", "body": body, "eventSource": "aws:sqs"} for at, body in enumerate(found)]


@pytest.fixture
def sqs() -> FakeSqs:
    return FakeSqs()


@dataclass
class Deliveries:
    """The function that delivers, and the queue of pushes before it."""

    house: House
    sqs: FakeSqs
    sockets: ApiGatewaySockets | None

    def made(self) -> Delivering:
        store, clock = self.house.store, self.house.clock
        outbox = Outbox(store, clock, listeners=Listeners(store, clock, SqsPushes(self.sqs, "pushes")))
        courier = Courier(store, clock, Receivers(clock), lambda *_: None)
        beside = Beside(lambda: self.house.endpoint, self.sockets) if self.sockets else None
        return Delivering(outbox, courier, Unused(), clock, beside)

    def happened(self, *events: Any) -> None:
        before = self.due()
        happen(self.house.store, *events)
        new = self.due() - before
        self.made().streamed(sorted(new))
        assert not new & self.due(), "handed on, whatever became of pushes"

    def due(self) -> set[Key]:
        """All that is to be done, of the seeds too."""
        return {row.key for due_list in keys.DUE_LISTS for row in self.house.store.query(due_list, limit=1000)}

    def work_off(self, records: list[dict[str, Any]] | None = None) -> Any:
        given = {"Records": self.sqs.records() if records is None else records}
        return deliver(given, None, self.made)


class Unused:
    """``Queues`` of deliveries, of which there are none here."""

    def at_once(self, tasks: Any) -> None:
        assert not tasks

    def later(self, tasks: Any) -> None:
        assert not tasks


@pytest.fixture
def deliveries(house: House, sqs: FakeSqs, sockets: ApiGatewaySockets) -> Deliveries:
    return Deliveries(house, sqs, sockets)


@pytest.fixture
def listening(function: Function, tenant: Caller) -> Function:
    function.connect(tenant)
    assert function.say({"message": "subscribe", "subscription": "a"})["message"] == "subscribed"
    return function


def test_an_event_goes_from_the_stream_through_the_queue_to_who_listens(
    listening: Function, deliveries: Deliveries
) -> None:
    deliveries.happened(*(call_event(sequence=number) for number in range(1, 13)))
    assert [len(batch) for batch in deliveries.sqs.batches] == [10, 2]
    assert deliveries.work_off() == {"batchItemFailures": []}
    told = [one for one in listening.api.told(ID) if one["message"] == "event"]
    assert [one["event"]["sequence"] for one in told] == list(range(1, 13))


def test_a_queue_that_is_away_holds_up_no_event(listening: Function, deliveries: Deliveries) -> None:
    deliveries.sqs.is_away = True
    deliveries.happened(*(call_event(sequence=number) for number in range(1, 26)))
    assert len(deliveries.sqs.batches) == 1, "the others would take as long to fail"


def test_who_listens_is_looked_for_once_for_all_events_of_a_domain(listening: Function, sqs: FakeSqs) -> None:
    """docs/deploy.md reckons with it."""
    counting = CountingStore(listening.house.store)
    events = [call_event(sequence=number) for number in range(1, 26)]
    Listeners(counting, listening.house.clock, SqsPushes(sqs, "pushes")).told(events)
    assert (counting.calls, [len(batch) for batch in sqs.batches]) == (["query"], [10, 10, 5])


def test_what_a_queue_does_not_take_holds_up_nothing_else(deliveries: Deliveries) -> None:
    deliveries.sqs.refuses = {"3"}
    SqsPushes(deliveries.sqs, "pushes").put([Push(ID, None, f"{number}") for number in range(25)])
    assert [len(batch) for batch in deliveries.sqs.batches] == [10, 10, 5]


@pytest.mark.parametrize("status", [429, 413, 403, 500])
def test_a_push_that_fails_marks_its_connection_and_is_not_tried_again(
    listening: Function, deliveries: Deliveries, status: int
) -> None:
    deliveries.happened(call_event())
    listening.api.answers = [(status, "LimitExceededException")]
    assert deliveries.work_off() == {"batchItemFailures": []}
    assert listening.say({"message": "heartbeat"})["message"] == "gap"


def test_a_connection_that_is_gone_is_forgotten(listening: Function, deliveries: Deliveries, house: House) -> None:
    deliveries.happened(call_event())
    del listening.api.there[ID]
    assert deliveries.work_off() == {"batchItemFailures": []}
    assert rows_of(house) == 0


def test_what_the_store_could_not_say_comes_again(listening: Function, deliveries: Deliveries, house: House) -> None:
    deliveries.happened(call_event(), call_event(sequence=2))
    records = deliveries.sqs.records()
    house.store = failing = FailingStore(house.store)
    house.restart()
    failing.fail_at = set(range(1000))
    answer = deliveries.work_off(records)
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["m0", "m1"]


def test_one_connection_that_breaks_holds_up_no_other(
    function: Function, deliveries: Deliveries, tenant: Caller
) -> None:
    for name in (ID, OTHER):
        function.connect(tenant, name)
        function.say({"message": "subscribe", "subscription": "a"}, name)
    deliveries.happened(call_event())
    del function.api.there[ID]
    deliveries.work_off()
    assert [one["message"] for one in function.api.told(OTHER)] == ["subscribed", "event"]


def test_without_live_connections_a_push_that_is_left_is_passed_over(house: House, sqs: FakeSqs) -> None:
    without = Deliveries(house, sqs, None)
    SqsPushes(sqs, "pushes").put([Push(ID, None, "x")])
    assert without.work_off() == {"batchItemFailures": []}
    assert deliver({"source": "aws.events"}, None, without.made) == {"swept": 0, "hung_up": 0}


def test_the_minutes_sweep_hangs_up_too(function: Function, deliveries: Deliveries, clock: FakeClock) -> None:
    function.connect(None)
    clock.time += 61
    assert deliver({"source": "aws.events"}, None, deliveries.made) == {"swept": 0, "hung_up": 1}
    assert function.api.closed == [ID]


def test_a_domain_of_another_is_told_nobody_here(
    function: Function, deliveries: Deliveries, house: House, operator: Caller
) -> None:
    function.connect(house.tenant_key("empty.example.net"))
    function.say({"message": "subscribe", "subscription": "a"})
    deliveries.happened(call_event())
    assert deliveries.sqs.batches == []


# what the functions are made of


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, api: WebSocketApi) -> Iterator[House]:
    """A store, as the environment names it to the functions, with all there is on AWS; and a house on it."""
    with mock_aws():
        monkeypatch.setattr(delivery, "_delivering", None)
        live_function.talk.cache_clear()
        sqs = boto3.client("sqs", region_name=REGION)
        for name in ("first-tries.fifo", "later", "pushes"):
            about = {"FifoQueue": "true"} if name.endswith("fifo") else {}
            url = sqs.create_queue(QueueName=name, Attributes=about)["QueueUrl"]
            monkeypatch.setenv(f"RINGPOST_QUEUE_{name.partition('.')[0].replace('-', '_').upper()}", url)
        monkeypatch.setenv("RINGPOST_DATA", str(tmp_path))
        monkeypatch.setenv("RINGPOST_LIVE_ENDPOINT", api.endpoint)
        clock = FakeClock()
        clock.time = time.time()
        store = seeds.opened(tmp_path / "ringpost.sqlite3", clock)
        seeds.plant(store, clock)
        yield House(store, clock)
        live_function.talk.cache_clear()
        store.close()


def waiting(name: str) -> list[dict[str, Any]]:
    """What is in a queue, as Lambda hands it to the function."""
    sqs = boto3.client("sqs", region_name=REGION)
    url = os.environ[f"RINGPOST_QUEUE_{name}"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [{"messageId": one["MessageId"], "body": one["Body"], "eventSource": "aws:sqs"} for one in found]


def test_the_functions_are_made_of_what_the_environment_says(deployed: House, api: WebSocketApi) -> None:
    caller = deployed.tenant_key(demo.DOMAIN_NAME)
    shown = {"Authorization": f"Bearer {token(caller.key_uuid, caller.secret)}"}
    assert handler(connecting(ID, shown), None) == {"statusCode": 200}
    assert handler(saying(ID, {"message": "subscribe", "subscription": "a"}), None) == {"statusCode": 200}
    assert live_function.talk() is live_function.talk()

    before = [row.key for due_list in keys.DUE_LISTS for row in deployed.store.query(due_list, limit=1000)]
    happen(deployed.store, call_event(at=deployed.clock.now()), now=deployed.clock.now() - 1)
    due = [row.key for due_list in keys.DUE_LISTS for row in deployed.store.query(due_list, limit=1000)]
    delivery.delivering().streamed([key for key in due if key not in before])
    assert deliver({"Records": waiting("PUSHES")}, None) == {"batchItemFailures": []}
    assert [one["message"] for one in api.told(ID)] == ["subscribed", "event"]
    assert deliver({"source": "aws.events"}, None)["hung_up"] == 0


def test_the_api_function_tells_links_through_the_same_api(deployed: House, api: WebSocketApi) -> None:
    settings = Settings.read()
    endpoint = wiring.build(settings, lambda _outcome: None, store=deployed.store)
    record = SwitchRecord.model_validate(
        {"switch_uuid": LINK["link_uuid"], "switch_name": "pbx1", "kind": "freeswitch", "via": "link"}
    )
    status = endpoint.ports.connect(record, MemoryScripts()).status()
    assert (status.reachable, status.link) == (False, LinkState(connected=False))
    assert "was never seen" in (status.last_error or "")
