"""What the client sends."""

import json
from http.server import BaseHTTPRequestHandler

import pytest

from ringpost.client import Client
from tests.serving import Serving, reply


class Echo(Serving):
    """Answers how many bytes came, and what they said."""

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> None:
        reply(asked, 200, json.dumps({"bytes": len(body), "said": json.loads(body)}).encode())


@pytest.mark.parametrize(("text", "bytes_each"), [("x", 1), ("é", 2), ("日", 3), ("😀", 4)])
def test_letters_are_sent_in_no_more_bytes_than_they_have(text: str, bytes_each: int) -> None:
    with Echo() as echo:
        found = Client(echo.url, "key").call("echo", {"text": text * 1000}).json
    assert found["said"] == {"action": "echo", "text": text * 1000}
    assert found["bytes"] < 1000 * bytes_each + 100


def test_half_a_surrogate_arrives_as_it_is() -> None:
    with Echo() as echo:
        assert Client(echo.url, "key").call("echo", {"text": "\ud800é"}).json["said"]["text"] == "\ud800é"
