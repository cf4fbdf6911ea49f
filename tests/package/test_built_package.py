"""What `sam build` ships: started as Lambda starts it, and looked through."""

import importlib.util
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ringpost.auth.tokens import token
from ringpost.entry import demo
from ringpost.settings import DYNAMODB_CLIENTS
from ringpost.store import keys
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.fakes import FakeClock
from tests.package.compiled import CompiledModule, compiled
from tests.package.emulator import API, DELIVERY, LIVE, Emulator, needed
from tests.store.dynamo import DynamoServer
from tests.webhooks.receivers import event, happen, put_webhook, states, webhook
from tests.websocket_api import WebSocketApi, connecting, leaving, saying

pytestmark = pytest.mark.package

_ROOT = Path(__file__).parents[2]
_LARGEST = 60_000_000
_DETAILS = "domain-details"


@pytest.fixture
def function(tmp_path: Path) -> Iterator[Emulator]:
    """The function in a fresh execution environment, on the demo store."""
    with Emulator(tmp_path / "log", RINGPOST_STORE="demo", AWS_SAM_LOCAL="true") as emulator:
        yield emulator


@pytest.fixture
def package() -> Path:
    """The folder that becomes the function."""
    return needed("RINGPOST_PACKAGE")


def test_a_cold_and_a_warm_function_answer_the_sample_event(function: Emulator) -> None:
    cold, warm = function.invoke(_event(_DETAILS)), function.invoke(_event(_DETAILS))
    assert (cold["statusCode"], warm["statusCode"]) == (200, 200)
    assert cold["headers"]["Content-Type"] == "application/json"
    assert json.loads(cold["body"])["domain_name"] == demo.DOMAIN_NAME
    assert warm["body"] == cold["body"]


def test_an_unknown_action_is_a_problem_and_not_a_failed_invocation(function: Emulator) -> None:
    event = _event(_DETAILS)
    answer = function.invoke(event | {"body": json.dumps({"action": "no-such-action"})})
    problem = json.loads(answer["body"])
    assert answer["statusCode"] == 404
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert (problem["code"], problem["status"]) == ("unknown-action", 404)
    assert problem["request_id"] == event["requestContext"]["requestId"]


def test_without_a_key_nothing_is_answered(function: Emulator) -> None:
    event = _event(_DETAILS)
    del event["headers"]["authorization"]
    answer = function.invoke(event)
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["code"] == "unauthorized"


def test_header_names_are_read_as_sam_local_start_api_writes_them(function: Emulator) -> None:
    event = _event(_DETAILS)
    event["headers"] = {name.title(): value for name, value in event["headers"].items()}
    assert function.invoke(event)["statusCode"] == 200


def test_every_sample_event_finds_in_the_package_what_it_needs(function: Emulator) -> None:
    statuses = {file.stem: function.invoke(_event(file.stem))["statusCode"] for file in _events()}
    assert len(statuses) > 30
    assert {name: status for name, status in statuses.items() if status >= 500} == {}


def test_a_request_leaves_one_line_that_is_its_metrics_too_and_no_secret(function: Emulator) -> None:
    event = _event(_DETAILS)
    function.invoke(event)
    (line,) = [json.loads(line) for line in function.written()]

    assert line["request_id"] == event["requestContext"]["requestId"]
    assert (line["key_id"], line["action"], line["outcome"]) == (demo.PUBLIC_KEY_UUID, _DETAILS, "ok")
    assert (line["Requests"], line["Duration"] > 0) == (1, True)
    assert [metric["Name"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]] == ["Requests", "Duration"]
    everything = "\n".join(function.written())
    assert demo.PUBLIC_SECRET not in everything
    assert event["headers"]["authorization"].split()[1] not in everything


def test_a_refused_request_leaves_no_secret_either(function: Emulator) -> None:
    event = _event(_DETAILS)
    event["headers"]["authorization"] = f"Bearer rp_{demo.PUBLIC_KEY_UUID}_{'5e' * 32}"
    assert function.invoke(event)["statusCode"] == 401
    written = function.written()
    assert [json.loads(line)["outcome"] for line in written] == ["unauthorized"]
    assert "5e" * 32 not in "\n".join(written)


def test_tracing_finds_what_it_needs_in_what_is_left_of_botocore(tmp_path: Path) -> None:
    with Emulator(tmp_path / "log", RINGPOST_DATA=str(tmp_path), RINGPOST_TRACE="true") as emulator:
        assert emulator.invoke(_event(_DETAILS))["statusCode"] == 401


def test_the_demo_store_with_its_public_key_starts_under_sam_local_only(tmp_path: Path) -> None:
    with Emulator(tmp_path / "log", RINGPOST_STORE="demo") as emulator:
        assert "sam local only" in emulator.invoke(_event(_DETAILS))["errorMessage"]


class Receiver(HTTPServer):
    """A receiver on loopback that notes what comes."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        super().__init__(("127.0.0.1", 0), Hearing)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Hearing(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.headers["webhook-signature"], json.loads(body)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join(10)


@pytest.fixture
def queues() -> Iterator[dict[str, str]]:
    """An SQS on loopback, as the function is told of it."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    about = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL_SQS": f"http://{host}:{port}",
    }
    sqs = _sqs(about)
    first_tries = sqs.create_queue(QueueName="first-tries.fifo", Attributes={"FifoQueue": "true"})
    later, pushes = sqs.create_queue(QueueName="later"), sqs.create_queue(QueueName="pushes")
    yield {
        **about,
        "RINGPOST_QUEUE_FIRST_TRIES": first_tries["QueueUrl"],
        "RINGPOST_QUEUE_LATER": later["QueueUrl"],
        "RINGPOST_QUEUE_PUSHES": pushes["QueueUrl"],
    }
    server.stop()


def _sqs(about: dict[str, str]) -> Any:
    """Ours, outside of the function."""
    return boto3.client(
        "sqs",
        region_name="us-east-1",
        endpoint_url=about["AWS_ENDPOINT_URL_SQS"],
        aws_access_key_id=about["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=about["AWS_SECRET_ACCESS_KEY"],
    )


def test_an_event_goes_from_the_stream_through_the_queue_to_its_receiver(
    tmp_path: Path, queues: dict[str, str], receiver: Receiver
) -> None:
    now = time.time() - 1
    store = SqliteStore(tmp_path / "ringpost.sqlite3")
    hears = put_webhook(store, webhook(url=receiver.url))
    happen(store, event(at=now), now=now)
    about = {"RINGPOST_DATA": str(tmp_path), "RINGPOST_WEBHOOK_NETWORKS": "127.0.0.1/32"}
    with Emulator(tmp_path / "log", DELIVERY, **about, **queues) as function:
        assert function.invoke({"source": "aws.events", "detail-type": "Scheduled Event"}) == {"swept": 0, "hung_up": 0}
        for _ in ("the event", "its delivery"):
            assert function.invoke(_streamed(store)) == {"batchItemFailures": []}
        sqs, queue = _sqs(queues), queues["RINGPOST_QUEUE_FIRST_TRIES"]
        (message,) = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
        record = {"messageId": message["MessageId"], "body": message["Body"], "eventSource": "aws:sqs"}
        assert function.invoke({"Records": [record]}) == {"batchItemFailures": []}
        (line,) = [json.loads(line) for line in function.written()]

    ((signature, told),) = receiver.heard
    assert (signature[:3], told["type"]) == ("v1,", "extension.created")
    assert states(store, hears) == ["delivered"]
    assert (line["message"], line["state"], line["status"]) == ("delivery", "delivered", 204)
    store.close()


@pytest.fixture
def gateway() -> Iterator[WebSocketApi]:
    """A WebSocket API on loopback."""
    with WebSocketApi() as running:
        yield running


def test_somebody_connects_listens_and_is_told(tmp_path: Path, queues: dict[str, str], gateway: WebSocketApi) -> None:
    """Through both functions, and the client of the management API that is left in the package."""
    store, clock = SqliteStore(tmp_path / "ringpost.sqlite3"), FakeClock()
    seeds.plant(store, clock)
    about = {**queues, "RINGPOST_DATA": str(tmp_path), "RINGPOST_LIVE_ENDPOINT": gateway.endpoint}
    shown = {"Authorization": f"Bearer {token(demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)}"}
    connection_id = "L0SM9cOFvHcCIAg="
    with Emulator(tmp_path / "live", LIVE, **about) as live:
        refused = live.invoke(connecting(connection_id, {"Authorization": "Bearer rp_x_y"}))
        assert (refused["statusCode"], json.loads(refused["body"])["code"]) == (401, "unauthorized")
        assert live.invoke(connecting(connection_id, shown)) == {"statusCode": 200}
        gateway.there[connection_id] = []
        subscribe = {"message": "subscribe", "subscription": "a", "domain_name": demo.DOMAIN_NAME}
        for message in ("no JSON", {"message": "heartbeat"}, subscribe):
            assert live.invoke(saying(connection_id, message)) == {"statusCode": 200}
    told = [one["message"] for one in gateway.told(connection_id)]
    assert told == ["refused", "heartbeat", "subscribed"]

    happen(store, event(at=time.time() - 1, domain_uuid=demo.DOMAIN_UUID), now=time.time() - 1)
    with Emulator(tmp_path / "delivery", DELIVERY, **about) as delivery:
        assert delivery.invoke(_streamed(store)) == {"batchItemFailures": []}
        found = _sqs(queues).receive_message(QueueUrl=queues["RINGPOST_QUEUE_PUSHES"], MaxNumberOfMessages=10)
        records = [
            {"messageId": one["MessageId"], "body": one["Body"], "eventSource": "aws:sqs"} for one in found["Messages"]
        ]
        assert delivery.invoke({"Records": records}) == {"batchItemFailures": []}
        assert delivery.invoke({"source": "aws.events"})["hung_up"] == 0
    assert "event" in [one["message"] for one in gateway.told(connection_id)]

    with Emulator(tmp_path / "leaving", LIVE, **about) as live:
        assert live.invoke(leaving(connection_id)) == {"statusCode": 200}
    assert store.query(keys.LIVE) == []
    store.close()


def _streamed(store: SqliteStore) -> dict[str, Any]:
    """The table's stream, when all that is due is new."""
    due = [row.key for due_list in keys.DUE_LISTS for row in store.query(due_list)]
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "dynamodb": {"Keys": {"pk": {"S": key.partition}, "sk": {"S": key.sort}}},
            }
            for key in due
        ]
    }


def test_the_package_is_our_code_the_pinned_dependencies_and_nothing_else(package: Path) -> None:
    installed = {one.metadata["Name"].lower().replace("_", "-"): one for one in distributions(path=[str(package)])}
    assert {f"{name}=={one.version}" for name, one in installed.items()} == _pinned()

    recorded = {str(file) for one in installed.values() for file in one.files or ()}
    ours = _files(_ROOT / "src" / "ringpost") | _files(_ROOT / "actions")
    assert {name for name in _files(package, package) if name not in recorded} == ours


def test_the_package_is_small_enough(package: Path) -> None:
    size = sum(file.stat().st_size for file in package.rglob("*") if file.is_file())
    assert size <= _LARGEST, f"{size:,} bytes"


def test_the_package_is_compiled_for_its_python_and_names_no_machine(package: Path) -> None:
    sources = sorted(file.relative_to(package).as_posix() for file in package.rglob("*.py"))
    assert compiled(package) == [
        CompiledModule(source, importlib.util.MAGIC_NUMBER, 1, f"/var/task/{source}") for source in sources
    ]


@pytest.mark.parametrize("handler", [API, DELIVERY, LIVE])
def test_a_cold_start_compiles_no_module(package: Path, tmp_path: Path, handler: str) -> None:
    """In a process of its own, which tells of all that is compiled: that of a class made at run time has no file."""
    program = (
        "import importlib, sys; tell = sys.stderr.write\n"
        "sys.addaudithook(lambda what, of: what == 'compile' and f'{of[1]}'.endswith('.py') and tell(f'{of[1]}\\n'))\n"
        f"importlib.import_module({handler.rpartition('.')[0]!r})"
    )
    about = {"PYTHONPATH": str(package), "RINGPOST_DATA": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-S", "-c", program], env=about, capture_output=True, text=True, check=True)
    assert [line for line in done.stderr.splitlines() if line.startswith(str(package))] == []


def test_dynamodb_is_asked_through_the_client_that_is_chosen_with_what_is_in_the_package(tmp_path: Path) -> None:
    """A table that is not there: what is left of boto3 and botocore is enough to be told so."""
    server = DynamoServer()
    about = {
        "RINGPOST_STORE": "dynamodb:no-such-table",
        "AWS_ENDPOINT_URL_DYNAMODB": server.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    try:
        for client in DYNAMODB_CLIENTS:
            server.operations.clear()
            with Emulator(tmp_path / client, RINGPOST_DYNAMODB_CLIENT=client, **about) as function:
                assert function.invoke(_event(_DETAILS))["statusCode"] == 500
            assert set(server.operations) == {"GetItem"}
    finally:
        server.stop()


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((_ROOT / "events" / f"{name}.json").read_text())
    return event


def _events() -> list[Path]:
    return sorted((_ROOT / "events").glob("*.json"))


def _pinned() -> set[str]:
    lines = (_ROOT / "requirements" / "runtime.txt").read_text().splitlines()
    return {line.split()[0] for line in lines if re.match(r"[a-z0-9]", line)}


def _files(folder: Path, root: Path | None = None) -> set[str]:
    root = root or folder.parent
    files = (file.relative_to(root) for file in folder.rglob("*") if file.is_file())
    return {file.as_posix() for file in files if "__pycache__" not in file.parts}
