"""A receiver of webhooks over real HTTP, on loopback."""

import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import NamedTuple

from standardwebhooks import Webhook

from ringpost.clock import seconds
from tests.serving import Serving, reply


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
class Receiving(Serving):
    """Takes whatever is posted, and answers with a status; ``answers`` may be changed meanwhile."""

    answers: Callable[[Received], int] = lambda _: 204
    received: list[Received] = field(default_factory=list)

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> None:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        one = Received(asked.path, headers, body, time.time())
        status = self.answers(one)
        if status < 300:
            self.received.append(one)
        reply(asked, status)
