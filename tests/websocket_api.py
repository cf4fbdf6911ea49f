"""API Gateway's WebSocket API on loopback: what it hands a function, and its management API, as documented.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""

import json
import re
import threading
from base64 import b64encode
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

from tests.serving import Serving

STAGE = "live"
MOST_BYTES, MOST_IN_A_FRAME = 128 << 10, 32 << 10
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
_PLACE = re.compile(rf"/{STAGE}/@connections/([^/]+)")
_SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/[a-z0-9-]+/execute-api/aws4_request, .*")


class WebSocketApi(Serving):
    """Who is there, and the frames of each message it was sent. While it is not ``free``, nobody is answered."""

    def __init__(self) -> None:
        self.there: dict[str, list[list[bytes]]] = {}
        self.closed: list[str] = []
        self.asked: list[str] = []
        self.answers: list[tuple[int, str]] = []
        """What the next requests are told, whoever they are about."""
        self.free = threading.Event()
        self.free.set()

    @property
    def endpoint(self) -> str:
        """Where its management API is."""
        return f"{self.url}/{STAGE}"

    def told(self, connection_id: str) -> list[dict[str, Any]]:
        """The messages a client was sent, put together from their frames."""
        return [json.loads(b"".join(frames)) for frames in self.there[connection_id]]

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> None:
        """A request of the management API."""
        self.asked.append(f"{asked.command} {asked.path}")
        place = _PLACE.fullmatch(asked.path)
        if not self.free.is_set():
            self.free.wait(30)
            return
        if self.answers:
            _refuse(asked, *self.answers.pop(0))
        elif place is None or not _SIGNED.fullmatch(asked.headers.get("Authorization", "")):
            _refuse(asked, 403, "ForbiddenException")
        elif (connection_id := unquote(place[1])) not in self.there:
            _refuse(asked, 410, "GoneException")
        elif asked.command == "DELETE":
            del self.there[connection_id]
            self.closed.append(connection_id)
            _reply(asked, 204)
        elif len(body) > MOST_BYTES:
            _refuse(asked, 413, "PayloadTooLargeException")
        else:
            starts = range(0, len(body), MOST_IN_A_FRAME)
            self.there[connection_id].append([body[start : start + MOST_IN_A_FRAME] for start in starts])
            _reply(asked, 200)


def _refuse(asked: BaseHTTPRequestHandler, status: int, code: str) -> None:
    """As it does: the error's name in a header, and no body where somebody is gone."""
    body = b"" if status == 410 else json.dumps({"message": f"{code} it is"}).encode()
    _reply(asked, status, body, {"x-amzn-ErrorType": code})


def _reply(
    asked: BaseHTTPRequestHandler, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> None:
    asked.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        asked.send_header(name, value)
    asked.end_headers()
    asked.wfile.write(body)


def connecting(connection_id: str, headers: Mapping[str, str] | None = None, source_ip: str = "192.0.2.1") -> Any:
    """What the function is handed when somebody connects."""
    sent = {"Host": "example.execute-api.us-east-1.amazonaws.com", "Sec-WebSocket-Version": "13", **(headers or {})}
    return {
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "requestContext": _about("CONNECT", "$connect", connection_id, source_ip),
        "isBase64Encoded": False,
    }


def saying(connection_id: str, message: str | bytes | Mapping[str, Any]) -> Any:
    """What it is handed when somebody says something: bytes are a binary message."""
    text = json.dumps(message) if isinstance(message, Mapping) else message
    is_binary = isinstance(text, bytes)
    return {
        "requestContext": {**_about("MESSAGE", "$default", connection_id), "messageId": "Kq1hTcqCoAMCJ5w="},
        "body": b64encode(text).decode() if isinstance(text, bytes) else text,
        "isBase64Encoded": is_binary,
    }


def leaving(connection_id: str) -> Any:
    """What it is handed when somebody is gone, however that came."""
    return {
        "headers": {"Host": "example.execute-api.us-east-1.amazonaws.com"},
        "requestContext": {
            **_about("DISCONNECT", "$disconnect", connection_id),
            "disconnectStatusCode": 1005,
            "disconnectReason": "",
        },
        "isBase64Encoded": False,
    }


def _about(kind: str, route: str, connection_id: str, source_ip: str = "192.0.2.1") -> dict[str, Any]:
    return {
        "routeKey": route,
        "eventType": kind,
        "extendedRequestId": "Kq1hSGaIoAMFTqQ=",
        "requestTime": "27/Nov/2026:12:00:00 +0000",
        "messageDirection": "IN",
        "stage": STAGE,
        "connectedAt": 1795780800000,
        "requestTimeEpoch": 1795780800000,
        "identity": {"sourceIp": source_ip},
        "requestId": "Kq1hSGaIoAMFTqQ=",
        "domainName": "example.execute-api.us-east-1.amazonaws.com",
        "connectionId": connection_id,
        "apiId": "example",
    }
