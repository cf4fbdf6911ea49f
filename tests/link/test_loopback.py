"""The door on loopback: what it takes, from whom, and for how long."""

import socket
import threading
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringpost.link.loopback import is_loopback
from tests.link.standing import Asked, Lab
from tests.link.test_standing import REGISTERS
from tests.webhooks.receivers import until


def sent(asked: Asked, raw: bytes) -> bytes:
    """What is answered to bytes that are sent as they are."""
    server = asked.stands.loopback.server
    assert server is not None
    with closing(socket.create_connection(server.server_address[:2], timeout=10)) as line:
        line.sendall(raw)
        line.shutdown(socket.SHUT_WR)
        found = b""
        while piece := line.recv(65536):
            found += piece
        return found


def status(answer: bytes) -> int:
    return int(answer.split()[1]) if answer else 0


POST = b"POST /freeswitch-xml HTTP/1.1\r\nHost: 127.0.0.1:1\r\n"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (POST + b"Content-Length: 9\r\n\r\nsection=x", 200),
        (POST.replace(b"127.0.0.1:1", b"localhost") + b"Content-Length: 9\r\n\r\nsection=x", 200),
        (POST.replace(b"127.0.0.1:1", b"[::1]:80") + b"Content-Length: 9\r\n\r\nsection=x", 200),
        (POST.replace(b"127.0.0.1", b"evil.example.net") + b"Content-Length: 9\r\n\r\nsection=x", 421),
        (POST + b"Origin: https://evil.example.net\r\nContent-Length: 9\r\n\r\nsection=x", 403),
        (b"POST /freeswitch-xml HTTP/1.1\r\nContent-Length: 9\r\n\r\nsection=x", 421),
        (POST + b"Content-Length: 7\r\n\r\nno=form", 400),
        (POST + b"\r\n", 411),
        (POST + b"Content-Length: -1\r\n\r\n", 411),
        (POST + b"Content-Length: x\r\n\r\n", 411),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (POST + b"Content-Length: 99999999\r\n\r\n", 413),
        (POST + b"Content-Length: 30\r\n\r\nsection=x", 400),
        (POST.replace(b"xml", b"cdr") + b"Content-Type: application/json\r\nContent-Length: 30\r\n\r\n{}", 400),
        (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (POST + b"Content-Length: 9\r\nContent-Length: 2\r\n\r\nsection=x", 411),
        (POST.replace(b"xml", b"acl") + b"Content-Length: 1\r\n\r\nx", 404),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
def test_takes_what_a_switch_posts_and_nothing_else(raw: bytes, wanted: int, lab: Lab) -> None:
    with lab.link() as asked:
        assert status(sent(asked, raw)) == wanted


def test_waits_for_nobody_longer_than_its_patience(lab: Lab) -> None:
    with lab.link() as asked:
        asked.stands.loopback.patience = 0.3
        server = asked.stands.loopback.server
        assert server is not None
        with closing(socket.create_connection(server.server_address[:2], timeout=10)) as line:
            stop = threading.Event()

            def drips() -> None:
                while not stop.wait(0.05):
                    try:
                        line.sendall(b"P")
                    except OSError:
                        return

            dripping = threading.Thread(target=drips)
            dripping.start()
            until(lambda: hung_up(line), 10)
            stop.set()
            dripping.join(10)
        assert asked.is_known(REGISTERS)


def hung_up(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except ConnectionError:
        return True


def test_has_no_more_connections_than_it_may(lab: Lab) -> None:
    with lab.link() as asked:
        server = asked.stands.loopback.server
        assert server is not None
        lines = [socket.create_connection(server.server_address[:2], timeout=10) for _ in range(70)]
        until(lambda: sum(is_closed(line) for line in lines) >= 6, 10)
        for line in lines:
            line.close()
        until(lambda: knows(asked), 20)


def is_closed(line: socket.socket) -> bool:
    line.settimeout(0.001)
    try:
        return line.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def knows(asked: Asked) -> bool:
    try:
        return asked.is_known(REGISTERS)
    except Exception:  # noqa: BLE001 - it has no room yet
        return False


def test_whatever_is_posted_is_answered(lab: Lab) -> None:
    with lab.link() as asked:

        @settings(max_examples=60, deadline=None)
        @given(body=st.binary(max_size=200))
        def is_answered(body: bytes) -> None:
            assert asked.post(body).status in (200, 400)

        is_answered()


@pytest.mark.parametrize(
    ("host", "is_one"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True), ("192.0.2.1", False), ("0.0.0.0", False),
     ("::", False), ("localhost.example.net", False), ("", False), ("::ffff:192.0.2.1", False)],
)  # fmt: skip
def test_loopback_is_what_only_this_machine_reaches(host: str, is_one: bool) -> None:
    assert is_loopback(host) is is_one
