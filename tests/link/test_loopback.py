"""The door on loopback: what it takes, from whom, and for how long."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

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


@pytest.fixture
def full(lab: Lab) -> Iterator[tuple[Asked, list[socket.socket]]]:
    """A link with all connections it may have, and one more that waits."""
    with lab.link() as asked, ExitStack() as stack:
        loopback = asked.stands.loopback
        assert loopback.server is not None
        here, many = loopback.server.server_address[:2], loopback.most_at_once + 1
        lines = [stack.enter_context(socket.create_connection(here, timeout=10)) for _ in range(many)]
        lines[-1].sendall(POST + b"Content-Length: 9\r\n\r\nsection=x")
        lines[-1].settimeout(0.5)
        with pytest.raises(TimeoutError):
            lines[-1].recv(1)
        lines[-1].settimeout(10)
        yield asked, lines


def test_one_more_than_it_may_have_waits_until_there_is_room(full: tuple[Asked, list[socket.socket]]) -> None:
    _, [first, *_, one_more] = full
    first.close()
    assert status(one_more.recv(65536)) == 200


def test_stops_though_it_has_no_room(full: tuple[Asked, list[socket.socket]]) -> None:
    loopback = full[0].stands.loopback
    loopback.link.stopping.set()
    until(lambda: loopback.server is None, 5)


def test_all_of_two_hundred_questions_at_once_are_answered(lab: Lab) -> None:
    with lab.link() as asked, ThreadPoolExecutor(200) as pool:
        raw = POST + b"Content-Length: 9\r\n\r\nsection=x"
        together = threading.Barrier(200)

        def ask(_: int) -> int:
            together.wait(20)
            return status(sent(asked, raw))

        assert set(pool.map(ask, range(200))) == {200}


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
