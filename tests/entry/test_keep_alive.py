"""A connection to the local server is kept from one request to the next, and no longer than it is of use."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from ringpost.entry.connections import Patience
from tests.entry.answering import WAIT, listening
from tests.harness import Caller, House

DETAILS = json.dumps({"action": "domain-details", "domain_name": "fusionpbx.example.net"})


@pytest.fixture
def url(house: House) -> Iterator[str]:
    with listening(house.endpoint) as url:
        yield url


@pytest.fixture
def client(url: str) -> Iterator[http.client.HTTPConnection]:
    """The standard library's client, which connects anew if it was hung up on: ``socket`` tells."""
    place = urlsplit(url)
    with closing(http.client.HTTPConnection(place.hostname or "", place.port, timeout=WAIT)) as client:
        client.connect()
        yield client


def asked(client: http.client.HTTPConnection, body: str | None, **more: str) -> int:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    client.request("POST" if body is not None else "GET", "/", body, headers)
    answer = client.getresponse()
    answer.read()
    return answer.status


def test_a_client_asks_many_times_over_one_connection(client: http.client.HTTPConnection, tenant: Caller) -> None:
    line = client.sock
    assert [asked(client, DETAILS, **tenant.basic) for _ in range(50)] == [200] * 50
    assert client.sock is line


@pytest.mark.parametrize(
    ("body", "status"),
    [(DETAILS, 401), ("{", 401), (None, 405), ('{"action": "nope"}', 404), ("[]", 400), ("a=1", 415)],
)
def test_a_refusal_is_no_reason_to_hang_up(
    client: http.client.HTTPConnection, tenant: Caller, body: str | None, status: int
) -> None:
    line = client.sock
    key = tenant.basic if status != 401 else {}
    assert asked(client, body, **key) == status
    assert asked(client, DETAILS, **tenant.basic) == 200
    assert client.sock is line


def test_whoever_wants_it_closed_has_it_closed(client: http.client.HTTPConnection, tenant: Caller) -> None:
    assert asked(client, DETAILS, Connection="close", **tenant.basic) == 200
    assert client.sock is None


def test_what_was_too_large_to_be_read_ends_it(client: http.client.HTTPConnection, tenant: Caller) -> None:
    assert asked(client, "x" * (2 << 20), **tenant.basic) == 413
    assert client.sock is None


def raw(url: str) -> socket.socket:
    place = urlsplit(url)
    return socket.create_connection((place.hostname or "", place.port or 0), WAIT)


def until_closed(line: socket.socket) -> bytes:
    said = b""
    while piece := line.recv(1 << 16):
        said += piece
    return said


def request(tenant: Caller, version: str = "1.1", more: str = "") -> bytes:
    head = f"POST / HTTP/{version}\r\nHost: localhost\r\nAuthorization: {tenant.basic['authorization']}\r\n{more}"
    return f"{head}Content-Length: {len(DETAILS)}\r\n\r\n{DETAILS}".encode()


def test_requests_sent_at_once_are_answered_in_turn(url: str, tenant: Caller) -> None:
    with closing(raw(url)) as line:
        line.sendall(request(tenant) * 4 + request(tenant, more="Connection: close\r\n"))
        said = until_closed(line)
    assert said.count(b"HTTP/1.1 200") == 5
    assert said.lower().count(b"connection: close") == 1


def test_http_1_0_has_one_request_a_connection(url: str, tenant: Caller) -> None:
    with closing(raw(url)) as line:
        line.sendall(request(tenant, "1.0"))
        assert until_closed(line).count(b" 200 ") == 1


def test_a_kept_connection_that_is_idle_is_closed_in_time(house: House, tenant: Caller) -> None:
    with listening(house.endpoint, patience=Patience(idle=1)) as url, closing(raw(url)) as line:
        line.sendall(request(tenant))
        assert until_closed(line).count(b" 200 ") == 1


def test_the_second_request_of_a_connection_has_no_more_time_than_the_first(house: House, tenant: Caller) -> None:
    with listening(house.endpoint, patience=Patience(head=0.5)) as url, closing(raw(url)) as line:
        line.sendall(request(tenant) + b"POST / HTTP/1.1\r\nHost: loc")
        said = until_closed(line)
    assert (said.count(b" 200 "), said.count(b" 408 ")) == (1, 1)
