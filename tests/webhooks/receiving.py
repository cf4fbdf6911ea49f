"""A receiver of webhooks over real HTTP, on loopback."""

import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple, Self

from standardwebhooks import Webhook

from ringpost.clock import seconds


class Received(NamedTuple):
    """What came, and when, in seconds since 1970."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verify(self, secret: str) -> None:
        """Raises if it is not signed with the secret."""
        Webhook(secret).verify(self.body, dict(self.headers))

    def seconds_after(self, moment: str) -> float:
        return self.at - seconds(moment)

    @staticmethod
    def read(url: str, headers: Mapping[str, str] | None = None) -> bytes:
        with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers or {})), timeout=10) as answer:
            body: bytes = answer.read()
            return body


@dataclass
class Receiving:
    """Takes whatever is posted, and answers with a status; ``answers`` may be changed meanwhile."""

    answers: Callable[[Received], int] = lambda _: 204
    received: list[Received] = field(default_factory=list)

    def __enter__(self) -> Self:
        taken = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                one = Received(self.path, headers, body, time.time())
                status = taken.answers(one)
                if status < 300:
                    taken.received.append(one)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"
