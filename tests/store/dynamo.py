"""A DynamoDB to test against: a moto server on loopback, made to behave as the real one does.

moto races in transactions and ignores ``ClientRequestToken``: here one lock is around it, and a
token's second use is answered as its first, and no more of a table is copied than may change. In front of it
faults can be put: throttling, replies that are lost, and calls that hang.
"""

import copy
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.looking_away import untraced

TABLE = "ringpost"
Start = Callable[..., Any]


class PromptTable(Table):
    """moto sorts the whole table for each query, and copies every value of it for each write of a transaction."""

    def query(self, hash_key: DynamoType, *more: Any, **named: Any) -> Any:
        partition = copy.copy(self)
        partition.items = {hash_key: self.items.get(hash_key, {})}
        return super(PromptTable, partition).query(hash_key, *more, **named)

    def __deepcopy__(self, memo: dict[int, Any]) -> "PromptTable":
        """Rows are put and deleted, never changed in place: a copy may have the same."""
        backup = copy.copy(self)
        backup.items = defaultdict(dict, {partition: dict(rows) for partition, rows in self.items.items()})
        return backup


class Quiet(WSGIRequestHandler):
    def handle(self) -> None:
        """Answer a connection's requests: none of this is ours."""
        with untraced():
            super().handle()

    def log_request(self, *_: Any) -> None:
        """Say nothing."""

    def connection_dropped(self, *_: Any) -> None:
        """A lost reply takes its connection along."""
        self.close_connection = True


class DynamoServer:
    """A DynamoDB on loopback, with faults on demand."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()
        self._answered: dict[str, tuple[int, bytes]] = {}
        self.faults: list[str] = []
        self.operations: list[str] = []
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def make_table(self, name: str, *, stream: bool = False) -> None:
        schema = {"pk": "HASH", "sk": "RANGE"}
        streaming = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}} if stream else {}
        self.ask(
            "CreateTable",
            {
                "TableName": name,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": one, "AttributeType": "S"} for one in schema],
                "KeySchema": [{"AttributeName": one, "KeyType": kind} for one, kind in schema.items()],
                **streaming,
            },
        )
        self._tables()[name].__class__ = PromptTable

    def copy_rows(self, source: str, target: str) -> None:
        """Have the rows of one table in another: moto is asked for each by itself, and slow at it."""
        tables = self._tables()
        for partition, rows in tables[source].items.items():
            tables[target].items[partition] = dict(rows)

    def _tables(self) -> dict[str, Table]:
        return dynamodb_backends["123456789012"]["us-east-1"].tables

    def ask(self, operation: str, body: dict[str, Any], service: str = "DynamoDB") -> Any:
        """Ask moto itself, past the faults; the table's stream is the service DynamoDBStreams."""
        headers = [
            ("X-Amz-Target", f"{service}_20120810.{operation}"),
            ("Authorization", "AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/dynamodb/aws4_request"),
        ]
        request = Request.from_values(method="POST", data=json.dumps(body), headers=headers)
        status, answer = self._moto_answer(request)
        assert status == 200, answer
        return json.loads(answer)

    def _answer(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()
        operation = request.headers["X-Amz-Target"].rpartition(".")[2]
        self.operations.append(operation)
        fault = self.faults.pop(0) if self.faults else ""
        if fault in _ERRORS:
            status, kind = _ERRORS[fault]
            answer = Response(json.dumps({"__type": kind, "message": fault}), status, mimetype=_MIME)
            return answer(environ, start)
        if fault.startswith("refused:"):
            kind = _CORAL + fault.partition(":")[2]
            return Response(json.dumps({"__type": kind, "message": fault}), 400, mimetype=_MIME)(environ, start)
        if fault.startswith("cancelled:"):
            reasons = fault.partition(":")[2].split(",")
            return Response(json.dumps(_cancelled(reasons)), 400, mimetype=_MIME)(environ, start)
        status, body = self._idempotent(request)
        if fault == "lost reply":
            raise ConnectionAbortedError("the reply is lost")
        if fault == "half a reply":
            start(f"{status} OK", [("Content-Type", _MIME), ("Content-Length", str(len(body)))])
            return [body[: len(body) // 2]]
        if fault == "a page":
            body, status = b"<html>Sign in to this network</html>", 200
        return Response(body, status, mimetype=_MIME)(environ, start)

    def _idempotent(self, request: Request) -> tuple[int, bytes]:
        token = json.loads(request.get_data()).get("ClientRequestToken")
        with self._lock:
            if token in self._answered:
                return self._answered[token]
            status, body = self._moto_answer(request)
            if token and status == 200:
                self._answered[token] = (status, body)
            return status, body

    def _moto_answer(self, request: Request) -> tuple[int, bytes]:
        again = {"wsgi.input": BytesIO(request.get_data()), "HTTP_HOST": "dynamodb.us-east-1.amazonaws.com"}
        with untraced():
            answer = Response.from_app(self._moto, request.environ | again)
            return answer.status_code, answer.get_data()


_MIME = "application/x-amz-json-1.0"
_PREFIX = "com.amazonaws.dynamodb.v20120810#"
_CORAL = "com.amazon.coral.service#"
_ERRORS = {
    "throttled": (400, f"{_PREFIX}ProvisionedThroughputExceededException"),
    "request limit": (400, f"{_PREFIX}RequestLimitExceeded"),
    "throttling": (400, "com.amazon.coral.availability#ThrottlingException"),
    "internal": (500, f"{_PREFIX}InternalServerError"),
}


def _cancelled(reasons: list[str]) -> dict[str, Any]:
    return {
        "__type": f"{_PREFIX}TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons"
        f" [{', '.join(reasons)}]",
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
