"""What the local server puts up with: the half sent, the slow, the many, the malformed. Nobody else waits for them."""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest

from ringpost.client import Client
from ringpost.dispatch.http import HttpAnswer, HttpRequest
from ringpost.dispatch.limits import source_of
from ringpost.entry import recordings
from ringpost.entry.connections import Patience
from ringpost.entry.server import bound
from ringpost.store.folder import FolderArchive, Part
from tests.entry.answering import WAIT, listening
from tests.fakes import FakeClock
from tests.harness import House
from tests.webhooks.receivers import until

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
NAME = "5ab1c2d4-0000-4000-8000-000000000001/5ab1c2d4-0000-4000-8000-000000000002.wav"
LARGE = 16 << 20
DESCRIPTORS = Path("/proc/self/fd")


class Answers:
    """An endpoint that answers ``/slow`` once it may, ``/large`` with 16 MiB, and else with what it was asked."""

    def __init__(self) -> None:
        self.asked: list[HttpRequest] = []
        self.goes_on = threading.Event()

    def answer(self, request: HttpRequest) -> HttpAnswer:
        self.asked.append(request)
        if request.path == "/slow":
            assert self.goes_on.wait(WAIT)
        body = bytes(LARGE) if request.path == "/large" else request.path.encode() + request.body
        return HttpAnswer(200, body, "text/plain", {"X-Request-Id": request.request_id})

    def has_had(self, count: int) -> Callable[[], bool]:
        return lambda: len(self.asked) >= count


class Line:
    """A connection, byte by byte."""

    def __init__(self, url: str, source: str = "127.0.0.1") -> None:
        place = urlsplit(url)
        self._socket = socket.create_connection((place.hostname or "", place.port or 0), WAIT, (source, 0))
        self._said = b""

    def close(self) -> None:
        self._socket.close()

    def send(self, text: bytes) -> "Line":
        self._socket.sendall(text)
        return self

    def ask(self, path: str = "/", body: bytes = b"") -> "Line":
        return self.send(
            b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (path.encode(), len(body)) + body
        )

    def rest(self) -> bytes:
        """All it says before it hangs up."""
        with suppress(ConnectionResetError):
            while piece := self._socket.recv(1 << 16):
                self._said += piece
        return self._said

    def answer(self) -> tuple[int, bytes]:
        """The next answer: its status and its body."""
        while b"\r\n\r\n" not in self._said:
            self._more()
        head, _, self._said = self._said.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split()[0])
        while len(self._said) < length:
            self._more()
        body, self._said = self._said[:length], self._said[length:]
        return int(head.split()[1]), body

    def _more(self) -> None:
        piece = self._socket.recv(1 << 16)
        assert piece, "it hung up"
        self._said += piece

    def is_reset(self, sent: bytes) -> bool:
        """Whether the other side does not want to hear this any more."""
        try:
            self.send(sent)
        except ConnectionError:
            return True
        return False

    @property
    def is_cut(self) -> bool:
        """Whether the other side has hung up already."""
        self._socket.setblocking(False)
        try:
            return self._socket.recv(1) == b""
        except BlockingIOError:
            return False
        except ConnectionResetError:
            return True
        finally:
            self._socket.settimeout(WAIT)


class Lines:
    """Connections to one server, all closed in the end."""

    def __init__(self, url: str, stack: ExitStack) -> None:
        self.url = url
        self._stack = stack

    def new(self, source: str = "127.0.0.1") -> Line:
        return self._stack.enter_context(closing(Line(self.url, source)))


@pytest.fixture
def endpoint() -> Iterator[Answers]:
    made = Answers()
    yield made
    made.goes_on.set()


@contextmanager
def lines(endpoint: Answers, **patience: float) -> Iterator[Lines]:
    with listening(endpoint, patience=Patience(**patience)) as url, ExitStack() as stack:  # type: ignore[arg-type]
        yield Lines(url, stack)
        endpoint.goes_on.set()


def code(said: bytes) -> tuple[int, str]:
    """The status of an only answer, and its code; it hung up after it."""
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    assert b"x-request-id: " in head.lower()
    problem = json.loads(body)
    assert int(head.split()[1]) == problem["status"]
    return problem["status"], problem["code"]


@pytest.mark.parametrize("begun", [b"P", HEAD, HEAD + b"Content-Length: 2\r\n", HEAD + b"X-A: " + b"a" * 9000])
def test_a_head_that_stays_half_sent_is_given_up(endpoint: Answers, begun: bytes) -> None:
    with lines(endpoint, head=0.2) as made:
        assert code(made.new().send(begun).rest()) == (408, "too-slow")


def test_who_says_nothing_is_told_nothing(endpoint: Answers) -> None:
    with lines(endpoint, head=0.2) as made:
        assert made.new().rest() == b""


def test_more_of_a_head_buys_no_more_time(endpoint: Answers) -> None:
    with lines(endpoint, head=0.3) as made:
        line = made.new().send(HEAD[:16])
        until(lambda: line.is_reset(b"X"), WAIT)


def test_the_second_head_has_its_deadline_too(endpoint: Answers) -> None:
    with lines(endpoint, head=0.2) as made:
        line = made.new().ask("/first")
        assert line.answer() == (200, b"/first")
        assert code(line.send(HEAD).rest()) == (408, "too-slow")
        line = made.new().send(HEAD + b"Content-Length: 0\r\n\r\n" + HEAD)
        assert line.answer() == (200, b"/")
        assert code(line.rest()) == (408, "too-slow")


def test_a_connection_is_kept_for_a_while(endpoint: Answers) -> None:
    with lines(endpoint, head=0.2) as made:
        line = made.new().ask()
        assert line.answer() == (200, b"/")
        assert made.new().rest() == b"", "by now a head would be late"
        assert line.ask("/again").answer() == (200, b"/again")


def test_an_idle_connection_is_kept_no_longer(endpoint: Answers) -> None:
    with lines(endpoint, idle=1) as made:
        line = made.new().ask()
        assert (line.answer(), line.rest()) == ((200, b"/"), b"")


@pytest.mark.parametrize("framed", [b"Content-Length: 9\r\n\r\n{}", b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"])
def test_a_body_that_stays_half_sent_is_given_up(endpoint: Answers, framed: bytes) -> None:
    with lines(endpoint, body=0.2, lingering=0.1) as made:
        assert code(made.new().send(HEAD + framed).rest()) == (408, "too-slow")
    assert not endpoint.asked


def test_others_are_answered_while_120_send_a_byte_now_and_then(endpoint: Answers) -> None:
    with lines(endpoint) as made:
        slow = [made.new() for _ in range(120)]
        for byte in HEAD[:8]:
            for line in slow:
                line.send(bytes([byte]))
            assert made.new().ask("/quick").answer() == (200, b"/quick")
        for line in slow:
            line.send(HEAD[8:] + b"Content-Length: 100\r\n\r\n{")
        assert made.new().ask("/quick").answer() == (200, b"/quick")


@pytest.mark.parametrize("expects", [b"", b"Expect: 100-continue\r\n"])
@pytest.mark.parametrize("length", [(1 << 20) + 1, 8_000_000, 10**18])
def test_a_body_that_is_too_large_is_refused_unread(endpoint: Answers, length: int, expects: bytes) -> None:
    with lines(endpoint, lingering=0.1) as made:
        for sent in (b"", b"x" * 10):
            line = made.new().send(HEAD + expects + b"Content-Length: %d\r\n\r\n" % length + sent)
            assert code(line.rest()) == (413, "too-large")
    assert not endpoint.asked


def test_who_sends_too_much_before_reading_reads_the_refusal(endpoint: Answers) -> None:
    with lines(endpoint) as made:
        for framed in (b"Content-Length: 8000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n7a1200\r\n"):
            line = made.new().send(HEAD + framed + b"x" * 7_999_999)
            assert line.answer()[0] == 413


def test_a_body_without_an_end_comes_to_one(endpoint: Answers) -> None:
    chunk = b"10000\r\n" + b"x" * (1 << 16) + b"\r\n"
    with lines(endpoint) as made:
        line, sent = made.new().send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n"), 0
        with suppress(ConnectionError):
            while sent < 1000:
                line.send(chunk)
                sent += 1
        assert sent < 500
    assert not endpoint.asked


@pytest.mark.parametrize("framed", [b"Content-Length: 2\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_a_body_is_asked_for_where_that_is_expected(endpoint: Answers, framed: bytes) -> None:
    body = b"{}" if b"Length" in framed else b"2\r\n{}\r\n0\r\n\r\n"
    with lines(endpoint) as made:
        line = made.new().send(HEAD + b"Expect: 100-continue\r\n" + framed + b"\r\n")
        go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
        assert line._socket.recv(len(go_on), socket.MSG_WAITALL) == go_on
        assert line.send(body).answer() == (200, b"/{}")


def test_a_body_of_a_mebibyte_is_taken(endpoint: Answers) -> None:
    with lines(endpoint) as made:
        assert made.new().ask("/", b"x" * (1 << 20)).answer() == (200, b"/" + b"x" * (1 << 20))


def test_the_one_that_is_waited_for_longest_gives_way(endpoint: Answers) -> None:
    with lines(endpoint, of_one_source=4) as made:
        working = made.new().ask("/slow")
        until(endpoint.has_had(1), WAIT)
        first, second = made.new().send(b"P"), made.new().ask()
        assert second.answer()[0] == 200
        third = made.new().ask()
        assert third.answer()[0] == 200
        assert made.new().ask().answer()[0] == 200
        until(lambda: first.is_cut, WAIT)
        assert not second.is_cut
        assert second.ask().answer()[0] == 200
        assert made.new().ask().answer()[0] == 200
        until(lambda: third.is_cut, WAIT)
        assert second.ask().answer()[0] == 200
        endpoint.goes_on.set()
        assert working.answer() == (200, b"/slow")


def test_where_all_are_worked_on_the_new_one_is_turned_away(endpoint: Answers) -> None:
    with lines(endpoint, of_one_source=3) as made:
        working = [made.new().ask("/slow") for _ in range(3)]
        until(endpoint.has_had(3), WAIT)
        until(lambda: made.new().is_cut, WAIT)
        assert made.new("127.0.0.2").ask().answer() == (200, b"/"), "it is another source's"
        endpoint.goes_on.set()
        assert {line.answer() for line in working} == {(200, b"/slow")}


def test_of_all_too_many_one_of_the_largest_source_gives_way(endpoint: Answers) -> None:
    with lines(endpoint, connections=5) as made:
        small = made.new("127.0.0.2").send(b"P")
        many = [made.new().send(b"P") for _ in range(4)]
        assert made.new("127.0.0.3").ask().answer()[0] == 200
        until(lambda: many[0].is_cut, WAIT)
        assert not small.is_cut
        assert [line.is_cut for line in many[1:]] == [False] * 3


@pytest.mark.parametrize(
    ("address", "same", "other"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::1"),
        ("fe80::1%eth0", "fe80::2%eth1", "::1"),
        ("nowhere", "nowhere", ""),
    ],
)
def test_a_source_is_what_one_machine_has_to_itself(address: str, same: str, other: str) -> None:
    assert source_of(address) == source_of(same) != source_of(other)


def test_half_sent_bodies_of_one_source_weigh_so_much_and_no_more(endpoint: Answers) -> None:
    half = HEAD + b"Content-Length: 1000000\r\n\r\n" + b"x" * 900_000
    with lines(endpoint, bytes_of_one_source=2 << 20) as made:
        other = made.new("127.0.0.2").send(half)
        first, *rest = [made.new().send(half) for _ in range(3)]
        until(lambda: first.is_cut, WAIT)
        for line in (*rest, other):
            assert line.send(b"x" * 100_000).answer()[0] == 200


def test_half_sent_bodies_of_all_sources_weigh_so_much_and_no_more(endpoint: Answers) -> None:
    half = HEAD + b"Content-Length: 1000000\r\n\r\n" + b"x" * 900_000
    with lines(endpoint, bytes_of_one_source=2 << 20, bytes_in_all=3 << 20) as made:
        many = [made.new(f"127.0.0.{number}").send(half) for number in (2, 2, 3)]
        last = made.new("127.0.0.4").send(half)
        until(lambda: many[0].is_cut, WAIT)
        for line in (*many[1:], last):
            assert line.send(b"x" * 100_000).answer()[0] == 200


def test_who_does_not_read_his_answer_is_given_up(endpoint: Answers) -> None:
    with lines(endpoint, reading=0.2) as made:
        line = made.new().ask("/large")
        until(endpoint.has_had(1), WAIT)
        until(lambda: line.is_reset(b"X"), WAIT)
        assert len(line.rest()) < LARGE


def test_who_reads_his_answer_piece_by_piece_has_it_all(endpoint: Answers) -> None:
    with lines(endpoint, reading=2) as made:
        line, size = made.new().ask("/large"), 0
        while size < LARGE:
            size += len(line._socket.recv(10_000))


def test_those_that_do_not_read_hold_nobody_up(endpoint: Answers) -> None:
    with lines(endpoint) as made:
        for _ in range(40):
            made.new().ask("/large")
        assert made.new().ask().answer() == (200, b"/")


def test_slow_requests_hold_no_quick_one_up(endpoint: Answers) -> None:
    with lines(endpoint) as made:
        slow = [made.new(source).ask("/slow") for source in ("127.0.0.2", "127.0.0.1") for _ in range(100)]
        until(endpoint.has_had(200), WAIT)
        assert made.new().ask("/quick").answer() == (200, b"/quick")
        endpoint.goes_on.set()
        assert {line.answer() for line in slow} == {(200, b"/slow")}


def test_one_source_leaves_threads_for_others(endpoint: Answers) -> None:
    with lines(endpoint) as made:
        for _ in range(300):
            made.new().ask("/slow")
        until(endpoint.has_had(128), WAIT)
        assert made.new("127.0.0.2").ask("/quick").answer() == (200, b"/quick")


def test_no_answer_waits_for_an_acknowledgement() -> None:
    [line] = bound("127.0.0.1", 0)
    with closing(line), closing(Line("http://{}:{}".format(*line.getsockname()))), line.accept()[0] as accepted:
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_requests_sent_at_once_are_answered_in_their_order(endpoint: Answers) -> None:
    with lines(endpoint) as made:
        line = made.new()
        for number in range(200):
            line.ask(f"/{number}", b"{}")
        assert [line.answer()[1] for _ in range(200)] == [f"/{number}{{}}".encode() for number in range(200)]


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"POST / HTTP/1.1\r\n\r\n",
        HEAD + b"Host: localhost\r\n\r\n",
        HEAD + b"A b: c\r\n\r\n",
        HEAD + b"A: \x00\r\n\r\n",
        HEAD + b"X: " + b"x" * (16 << 10),
        HEAD + b"X: " + b"x" * (16 << 10) + b"\r\n\r\n",
        HEAD + b"a:b\r\n" * 40_000 + b"\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: +2\r\n\r\n{}",
        HEAD + b"Content-Length: 0x2\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        HEAD + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n",
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: x\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        CHUNKED + b"x\r\n",
        CHUNKED + b"-2\r\n{}\r\n",
        CHUNKED + b"2\r\n{}xx0\r\n\r\n",
        CHUNKED + b"f" * 21 + b"\r\n",
        CHUNKED + b"2;" + b"x" * (17 << 10),
        CHUNKED + b"1\r\nx\r\n" * 50_000,
    ],
)
def test_what_is_no_request_is_said_to_be_none(endpoint: Answers, sent: bytes) -> None:
    with lines(endpoint, lingering=0.1) as made:
        assert code(made.new().send(sent).rest()) == (400, "invalid-request")
        assert made.new().ask().answer() == (200, b"/")
    assert len(endpoint.asked) == 1


def test_headers_are_what_they_were(endpoint: Answers) -> None:
    with lines(endpoint) as made:
        head = HEAD + b"X-Forwarded-For: 192.0.2.9\r\nForwarded: for=192.0.2.9\r\nX-A: 1\r\nx-a: 2\r\nX_A: 3\r\n"
        assert made.new().send(head.replace(b" / ", b" /a%20b?c=d&e=%C3%AB ") + b"\r\n").answer()[0] == 200
    [asked] = endpoint.asked
    assert (asked.source_ip, asked.path, asked.query) == ("127.0.0.1", "/a b", {"c": "d", "e": "ë"})
    assert (asked.headers["x-a"], asked.headers["x_a"]) == ("1, 2", "3")


def is_there(url: str) -> bool:
    """Whether it takes connections."""
    try:
        Line(url).close()
    except ConnectionRefusedError:
        return False
    return True


def test_what_is_under_way_is_finished_before_it_stops(endpoint: Answers) -> None:
    def goes_on_once_it_stops() -> None:
        until(lambda: not is_there(url), WAIT)
        endpoint.goes_on.set()

    with ExitStack() as stack:
        with listening(endpoint) as url:
            made = Lines(url, stack)
            working, idle, half = made.new().ask("/slow"), made.new().ask(), made.new().send(HEAD)
            assert idle.answer()[0] == 200
            until(endpoint.has_had(2), WAIT)
            threading.Thread(target=goes_on_once_it_stops).start()
        assert working.answer() == (200, b"/slow")
        assert [line.rest() for line in (working, idle, half)] == [b""] * 3


def test_what_is_half_sent_does_not_keep_it_from_stopping(endpoint: Answers) -> None:
    with ExitStack() as stack:
        with listening(endpoint, patience=Patience(stopping=0.1)) as url:
            made = Lines(url, stack)
            half, unread = made.new().send(HEAD + b"Content-Length: 9\r\n\r\n{"), made.new().ask("/large")
            until(endpoint.has_had(1), WAIT)
        assert half.rest() == b""
        assert len(unread.rest()) < LARGE


@contextmanager
def sounding(house: House, folder: Path, clock: FakeClock, **patience: float) -> Iterator[FolderArchive]:
    made = FolderArchive.create(folder, clock.now)
    given = Patience(**patience)  # type: ignore[arg-type]
    with listening(house.endpoint, recordings.application(made), given) as made.base_url:
        yield made


def begin(line: Line, address: str, size: int) -> Line:
    path = urlsplit(address).path.encode()
    return line.send(b"PUT %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (path, size))


def test_an_upload_that_stays_half_sent_is_given_up_and_goes_on_later(
    house: House, tmp_path: Path, clock: FakeClock
) -> None:
    sound = os.urandom(3_000_000)
    with sounding(house, tmp_path, clock, upload=0.5, lingering=0.1) as archive, ExitStack() as stack:
        url = archive.upload(NAME, 60).url
        made = Lines(archive.base_url, stack)
        line = begin(made.new(), url, len(sound)).send(sound[:2_500_000])
        assert code(line.rest()) == (408, "too-slow")
        assert begin(made.new(), url, len(sound)).send(sound).answer()[0] == 201
        file = archive.file(NAME)
        assert file
        with file:
            assert file.read() == sound


@pytest.mark.parametrize(("address", "status"), [("/recordings/nonsense", 404), ("good", 413)])
def test_an_upload_that_is_not_taken_is_not_read(
    house: House, tmp_path: Path, clock: FakeClock, address: str, status: int
) -> None:
    with sounding(house, tmp_path, clock, lingering=0.1) as archive, ExitStack() as stack:
        line = Lines(archive.base_url, stack).new()
        url = archive.upload(NAME, 60).url if address == "good" else address
        assert code(begin(line, url, (8 << 20) + 1).send(b"RIFF").rest())[0] == status


def test_a_part_says_how_long_it_is(house: House, tmp_path: Path, clock: FakeClock) -> None:
    with sounding(house, tmp_path, clock, lingering=0.1) as archive, ExitStack() as stack:
        path = urlsplit(archive.upload(NAME, 60).url).path.encode()
        head = b"PUT %b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nRIFF\r\n0\r\n\r\n" % path
        assert Lines(archive.base_url, stack).new().send(head).answer()[0] == 400


def test_a_reader_that_stopped_holds_no_file_open(house: House, tmp_path: Path, clock: FakeClock) -> None:
    with sounding(house, tmp_path, clock, reading=0.2) as archive, ExitStack() as stack:
        archive.write(NAME, Part(0, LARGE, LARGE), BytesIO(bytes(LARGE)))
        line = Lines(archive.base_url, stack).new()
        path = urlsplit(archive.link(NAME, 60, "x")).path.encode()
        line.send(b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % path)

        def is_open() -> bool:
            return any(os.path.realpath(one).endswith(".wav") for one in DESCRIPTORS.iterdir())

        until(is_open, WAIT)
        until(lambda: not is_open(), WAIT)


def test_https_against_http_is_named(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with listening(house.endpoint) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 30) as line:
            line.sendall(bytes.fromhex("16030100c8010000c40303") + bytes(200))
            answer = b"".join(iter(lambda: line.recv(4096), b""))
        assert answer.startswith(b"HTTP/1.1 400")
        assert b"speaks http and was asked in https" in answer
        client = Client(f"https://{host}:{port}", "rp_x")
        with pytest.raises(click.ClickException, match="speaks http, it seems, and was asked in https"):
            client.call("action-list", {})
    assert "was asked in https" in caplog.text


def test_http_against_https_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()

        def alert() -> None:
            line, _ = server.accept()
            with line:
                line.recv(4096)
                line.sendall(bytes.fromhex("15030100020246"))
                line.shutdown(socket.SHUT_WR)
                while line.recv(4096):
                    pass  # what is unread when it closes would reset the line

        other = threading.Thread(target=alert)
        other.start()
        with pytest.raises(click.ClickException, match="speaks https, and was asked in http"):
            Client(f"http://{host}:{port}", "rp_x").call("action-list", {})
        other.join(30)
