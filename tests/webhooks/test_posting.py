import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ipaddress import IPv4Network
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.webhooks.addresses import Reach
from ringpost.webhooks.posting import EXCERPT, MOST_ANSWER, MOST_RETRY_AFTER, Answer, HttpsPosting
from tests.authority import Authority
from tests.fakes import NOON

HOST = "hooks.example.net"
SOON = 0.5
"""Seconds: the deadline of a post that meets it. The receivers would keep it up for ever."""
LOOPBACK = Reach((IPv4Network("127.0.0.1/32"),))
NO_CAS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

Serve = Callable[["Receiver", socket.socket], None]


class Receiver:
    """A server on loopback. Each connection goes to ``serve``, in a thread of its own; ``stopping`` ends them all."""

    def __init__(self, serve: Serve, context: ssl.SSLContext | None = None) -> None:
        self.serve = serve
        self.context = context
        self.connections = 0
        self.heard: list[bytes] = []
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *exc: object) -> None:
        self.stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:  # the list may grow meanwhile, at its end
            thread.join(10)
            assert not thread.is_alive()

    def url(self, scheme: str = "http", path: str = "/hook?a=b", host: str = HOST) -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def hear(self, link: socket.socket) -> bytes:
        """A request, headers and body."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += link.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += link.recv(65536)
        self.heard.append(head + b"\r\n\r\n" + body)
        return body

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, accepted)

    def _serve(self, accepted: socket.socket) -> None:
        accepted.settimeout(10)
        with accepted, suppress(OSError):
            if self.context is None:
                self.serve(self, accepted)
            else:
                with self.context.wrap_socket(accepted, server_side=True) as link:
                    self.serve(self, link)


class Resolver:
    """Answers with one list after another; the last stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


def posting(
    seconds: float = 10, resolve: Any = None, context: ssl.SSLContext = NO_CAS, reach: Reach = LOOPBACK
) -> HttpsPosting:
    return HttpsPosting(
        reach, seconds=seconds, now=lambda: NOON, resolve=resolve or Resolver(["127.0.0.1"]), context=context
    )


def answering(data: bytes) -> Serve:
    """Hears the request, says that, hangs up."""

    def serve(receiver: Receiver, link: socket.socket) -> None:
        receiver.hear(link)
        link.sendall(data)

    return serve


def dribbling(start: bytes, slowly: bytes = b"") -> Serve:
    """Says the start at once, the rest byte by byte, and after it an x for ever."""

    def serve(receiver: Receiver, link: socket.socket) -> None:
        receiver.hear(link)
        link.sendall(start)
        rest = slowly
        while not receiver.stopping.wait(0.002):
            link.sendall(rest[:1] or b"x")
            rest = rest[1:]

    return serve


def flooding(start: bytes, more: bytes) -> Serve:
    """Says that, and something more for ever."""

    def serve(receiver: Receiver, link: socket.socket) -> None:
        receiver.hear(link)
        link.sendall(start)
        while not receiver.stopping.is_set():
            link.sendall(more)

    return serve


def hang(receiver: Receiver, link: socket.socket) -> None:
    receiver.stopping.wait()


def hang_up(receiver: Receiver, link: socket.socket) -> None:
    pass


def posted(serve: Serve, seconds: float = 10, body: bytes = b"{}") -> Answer:
    with Receiver(serve) as receiver:
        return posting(seconds).post(receiver.url(), {}, body)


def failed(error: str, answer: Answer) -> None:
    assert answer == Answer(error=error, seconds=answer.seconds)


OK = b"HTTP/1.1 204 No Content\r\n\r\n"


# What is sent


def test_posts_the_body_with_the_headers() -> None:
    with Receiver(answering(OK)) as receiver:
        headers = {"Content-Type": "application/json", "webhook-id": "msg_1"}
        answer = posting().post(receiver.url(), headers, b'{"a": "\xc3\xa9"}')
    assert answer == Answer(status=204, seconds=answer.seconds)
    assert receiver.heard == [
        b"POST /hook?a=b HTTP/1.1\r\n"
        b"Host: hooks.example.net:%d\r\n"
        b"Content-Type: application/json\r\n"
        b"webhook-id: msg_1\r\n"
        b"Content-Length: 11\r\n"
        b"Connection: close\r\n\r\n"
        b'{"a": "\xc3\xa9"}' % receiver.port
    ]


def test_a_body_may_be_empty_or_long() -> None:
    for body in (b"", b"x" * 3_000_000):
        with Receiver(answering(OK)) as receiver:
            assert posting().post(receiver.url(), {}, body).status == 204
        assert receiver.heard[0].partition(b"\r\n\r\n")[2] == body


@pytest.mark.parametrize(
    "headers",
    [
        {"a": "b\r\nX: y"},
        {"a": "b\n"},
        {"a": "b\rc"},
        {"a": "b\0"},
        {"a": "é"},
        {"a": "\ud800"},
        {"a\r\nX": "y"},
        {"a:": "b"},
        {"a b": "c"},
        {"": "x"},
        {"é": "x"},
        {"HOST": "other.example.net"},
        {"content-length": "0"},
        {"Transfer-Encoding": "chunked"},
        {"connection": "keep-alive"},
        {"Expect": "100-continue"},
    ],
)
def test_headers_that_cannot_be_sent_are_a_bug_of_ours(headers: dict[str, str]) -> None:
    with Receiver(answering(OK)) as receiver:
        with pytest.raises(ValueError, match="header"):
            posting().post(receiver.url(), {"fine": "1", **headers}, b"")
        assert receiver.connections == 0


def test_a_headers_value_is_not_in_what_is_said_about_it() -> None:
    with pytest.raises(ValueError) as info:
        posting().post("http://127.0.0.1/", {"Authorization": "top-secret\n"}, b"")
    assert "top-secret" not in str(info.value)


# What is answered


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_success_is_a_status_and_no_more(status: int) -> None:
    answer = posted(answering(b"HTTP/1.1 %d Fine\r\n\r\nthanks" % status))
    assert answer == Answer(status=status, seconds=answer.seconds)


@pytest.mark.parametrize("status", [304, 400, 401, 404, 410, 413, 429, 500, 503, 599, 999])
def test_a_failure_is_a_status_too(status: int) -> None:
    answer = posted(answering(b"HTTP/1.1 %d No\r\nContent-Length: 2\r\n\r\nno" % status))
    assert answer == Answer(status=status, seconds=answer.seconds, excerpt="" if status == 304 else "no")


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        (b"", ""),
        (b"out of\r\n\tmemory\0\x1b[31m", "out of memory [31m"),
        ("trop de données".encode(), "trop de données"),
        (b"Zo\xeb", "Zo\ufffd"),
        ("a\u202eb\ufeffc\u2028d".encode(), "a b c d"),
        (b"x" * 5000, "x" * EXCERPT),
        (b"\0" * 5000 + b"late", "late"),
    ],
)
def test_the_beginning_of_a_failures_body_is_kept(body: bytes, excerpt: str) -> None:
    assert posted(answering(b"HTTP/1.1 500 No\r\n\r\n" + body)).excerpt == excerpt


def test_a_body_in_chunks_is_put_together() -> None:
    chunks = b"3\r\nout\r\n1;x=y\r\n \r\n9\r\nof memory\r\n0\r\nTrailer: x\r\n\r\n"
    answer = posted(answering(b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks))
    assert (answer.status, answer.excerpt) == (500, "out of memory")


@pytest.mark.parametrize(
    "chunks", [b"", b"9\r\nshort", b"zz\r\n", b"5\r\nshort\r\n-1\r\n", b"5\r\nshort\r\n" + b"9" * 99]
)
def test_a_body_that_does_not_end_properly_takes_nothing_from_the_status(chunks: bytes) -> None:
    for status in (200, 500):
        answer = posted(answering(b"HTTP/1.1 %d X\r\nTransfer-Encoding: chunked\r\n\r\n" % status + chunks))
        assert (answer.status, answer.error) == (status, None)
        assert answer.excerpt in {"", "short"}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"120", 120),
        (b" 7 ", 7),
        (b"0", 0),
        (b"99999999999999999999", MOST_RETRY_AFTER),
        (b"Sun, 22 Nov 2026 12:01:30 GMT", 90),
        (b"Sunday, 22-Nov-26 12:01:30 GMT", 90),
        (b"Sun, 22 Nov 2026 13:01:30 +0100", 90),
        (b"Sun, 22 Nov 2026 12:01:30 -0000", 90),
        (b"Sun, 22 Nov 2026 11:59:00 GMT", 0),
        (b"Fri, 31 Dec 9999 23:59:59 GMT", MOST_RETRY_AFTER),
        (b"Mon, 01 Jan 0001 00:00:00 GMT", 0),
        (b"", None),
        (b"-1", None),
        (b"1.5", None),
        (b"1e3", None),
        (b"\xb2", None),
        (b"9" * 5000, None),
        (b"soon", None),
        (b"Sun, 32 Nov 2026 12:01:30 GMT", None),
        (b"Sun, 22 Nov 99999 12:01:30 GMT", None),
        (b"Sun, 22 Nov 2026 12:01:30 +9999999999", None),
        (b"Sun, 22 Nov 2026 12:01:30 +99999999999999999999", None),
    ],
)
def test_says_when_the_receiver_wants_to_be_tried_again(value: bytes, seconds: float | None) -> None:
    for status in (429, 503):
        answer = posted(answering(b"HTTP/1.1 %d Later\r\nRetry-After: %s\r\n\r\n" % (status, value)))
        assert (answer.status, answer.retry_after) == (status, seconds)


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9: +-]{1,25}")))
def test_any_retry_after_is_seconds_within_a_day_or_none(text: str) -> None:
    value = text.encode("latin-1", errors="replace").replace(b"\r", b"").replace(b"\n", b"")
    answer = posted(answering(b"HTTP/1.1 429 Later\r\nRetry-After: %s\r\n\r\n" % value))
    assert answer.status == 429
    assert answer.retry_after is None or 0 <= answer.retry_after <= MOST_RETRY_AFTER


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_nothing_is_called(status: int) -> None:
    with Receiver(answering(OK)) as other:
        moved = b"HTTP/1.1 %d Moved\r\nLocation: %s\r\n\r\n" % (status, other.url(host="127.0.0.1").encode())
        assert posted(answering(moved)).status == status
        assert other.connections == 0


def test_a_cookie_is_not_sent_back() -> None:
    with Receiver(answering(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n\r\n")) as receiver:
        one = posting()
        for _ in range(2):
            assert one.post(receiver.url(), {}, b"").status == 200
    assert len(receiver.heard) == 2
    assert not any(b"cookie" in request.lower() for request in receiver.heard)


@pytest.mark.parametrize(
    "before",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3,
        b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n",
    ],
)
def test_what_only_informs_is_passed_over(before: bytes) -> None:
    answer = posted(answering(before + b"HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\nsad"))
    assert (answer.status, answer.excerpt) == (500, "sad")


def test_an_answer_may_come_before_all_was_heard() -> None:
    def serve(receiver: Receiver, link: socket.socket) -> None:
        link.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")

    for _ in range(20):
        answer = posted(serve, body=b"x" * 3_000_000)
        assert (answer.status, answer.excerpt) == (413, "big")


def test_threads_share_one() -> None:
    def echo(receiver: Receiver, link: socket.socket) -> None:
        link.sendall(b"HTTP/1.1 500 No\r\n\r\n" + receiver.hear(link))

    with Receiver(echo) as receiver, ThreadPoolExecutor(8) as pool:
        one = posting()
        bodies = [f"body {number}" for number in range(40)]
        answers = pool.map(lambda body: one.post(receiver.url(), {}, body.encode()), bodies)
        assert [answer.excerpt for answer in answers] == bodies


# Bad receivers


def test_a_receiver_that_is_not_there_is_said() -> None:
    with Receiver(hang) as receiver:
        url = receiver.url()
    failed("connection refused", posting().post(url, {}, b""))


def test_a_receiver_that_hangs_up_at_once_is_said() -> None:
    failed("connection closed", posted(hang_up))


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nA: b"])
def test_a_receiver_that_resets_the_connection_is_said(said: bytes) -> None:
    def serve(receiver: Receiver, link: socket.socket) -> None:
        receiver.hear(link)
        link.sendall(said)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    failed("connection closed", posted(serve))


@pytest.mark.parametrize(
    "serve",
    [
        hang,
        dribbling(b""),
        dribbling(b"HTTP/1.1 200 OK\r\nA: "),
        dribbling(b"", b"HTTP/1.1 200 OK\r\nA: "),
        dribbling(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    ],
)
def test_a_receiver_that_does_not_answer_is_given_up(serve: Serve) -> None:
    failed("timeout", posted(serve, SOON))


def test_a_receiver_that_does_not_listen_is_given_up() -> None:
    failed("timeout", posted(hang, SOON, body=b"x" * 30_000_000))


def test_a_receiver_that_does_not_accept_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for link in waiting:
            link.setblocking(False)
            link.connect_ex(("127.0.0.1", port))
        failed("timeout", posting(SOON).post(f"http://{HOST}:{port}/", {}, b""))
        for link in waiting:
            link.close()


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("head", [b"", b"Content-Length: 9999999\r\n"])
def test_a_body_that_never_ends_costs_no_more_than_the_deadline(status: int, head: bytes) -> None:
    answer = posted(dribbling(b"HTTP/1.1 %d X\r\n%s\r\n" % (status, head)), SOON)
    assert (answer.status, answer.error) == (status, None)


@pytest.mark.parametrize("head", [b"", b"Content-Length: 999999999\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_a_huge_body_is_not_read(head: bytes) -> None:
    more = b"400\r\n" + b"x" * 1024 + b"\r\n"
    answer = posted(flooding(b"HTTP/1.1 500 No\r\n%s\r\n" % head, more))
    assert answer.status == 500
    assert answer.excerpt.endswith("xxx")
    assert len(answer.excerpt) == EXCERPT


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"HTTP/1.1 200 OK\r\nA: ", b"x" * 1000),
        (b"HTTP/1.1 200 ", b"x" * 1000),
        (b"", b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"),
    ],
)
def test_huge_headers_are_not_read(start: bytes, more: bytes) -> None:
    failed("too long", posted(flooding(start, more)))


def test_informing_for_ever_is_no_answer() -> None:
    answer = posted(flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n"))
    assert answer.error in {"too long", "not http"}  # it depends on how many of them this Python takes


def test_headers_have_a_limit() -> None:
    line = b"A: %s\r\n" % (b"x" * 995)
    head = b"HTTP/1.1 200 OK\r\n" + line * (MOST_ANSWER // len(line) - 1)
    assert posted(answering(head + b"\r\n")).status == 200
    failed("too long", posted(answering(head + line * 2 + b"\r\n")))


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x15\x03\x01\x00\x02\x02\x0a",
        b"\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/7.0 200 OK\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 2000 + b"\r\n",
    ],
)
def test_what_is_not_http_is_said(garbage: bytes) -> None:
    failed("not http", posted(answering(garbage)))


PIECES = [
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 \r\n\r\n", b"HTTP/1.0 500\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"Content-Length: -5\r\n", b"Content-Length: x\r\n"),
    *(b"Retry-After: 5\r\n", b"Content-Type: =?x?q?\xff?=\r\n", b" folded\r\n", b"no colon\r\n", b": \r\n"),
    *(b"\r\n", b"\n", b"\r", b"5\r\n", b"-5\r\n", b"hello", b"0\r\n", b"\0", b"\xff"),
]


@given(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)))
def test_whatever_a_receiver_says_there_is_a_status_or_an_error(data: bytes) -> None:
    answer = posted(answering(data))
    assert (answer.status is None) != (answer.error is None)
    assert answer.error in {None, "not http", "connection closed"}
    assert answer.status is None or 200 <= answer.status <= 999


# Where it goes


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.net/",
        "https://hooks.example.net:8443/",
        "https://10.0.0.1/",
        "https://me@hooks.example.net/",
        "https://hooks.example.net\\x/",
        "",
        "\ud800",
    ],
)
def test_an_address_that_may_not_be_called_is_refused_and_not_resolved(url: str) -> None:
    resolver = Resolver(["8.8.8.8"])
    answer = posting(resolve=resolver, reach=Reach()).post(url, {}, b"")
    assert answer.error is not None
    assert answer.error.startswith("refused address: it must ")
    assert resolver.asked == []


@pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"]])
def test_a_name_that_leads_to_a_private_address_is_refused(found: list[str]) -> None:
    answer = posting(resolve=Resolver(found), reach=Reach()).post("https://hooks.example.net/", {}, b"")
    failed("refused address: the name leads to an address that is not public", answer)


def test_a_name_is_asked_about_once_and_what_it_led_to_is_called() -> None:
    resolver = Resolver(["127.0.0.1"], ["127.0.0.2"])
    with Receiver(answering(OK)) as receiver:
        one = posting(resolve=resolver)
        assert one.post(receiver.url(), {}, b"").status == 204
        assert resolver.asked == [HOST]
        answer = one.post(receiver.url(), {}, b"")
        failed("refused address: only an own network may be called other than by https on port 443", answer)
        assert receiver.connections == 1


def test_a_literal_is_called_without_asking() -> None:
    resolver = Resolver(["127.0.0.2"])
    with Receiver(answering(OK)) as receiver:
        assert posting(resolve=resolver).post(receiver.url(host="127.0.0.1"), {}, b"").status == 204
    assert b"\r\nHost: 127.0.0.1:%d\r\n" % receiver.port in receiver.heard[0]
    assert resolver.asked == []


def test_a_name_that_is_not_found_is_said() -> None:
    def fails(*_: object, **__: object) -> list[tuple[Any, ...]]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    failed("name not found", posting(resolve=fails).post("http://hooks.example.net/", {}, b""))


def test_an_address_without_a_way_to_it_is_said() -> None:
    anywhere = Reach((IPv4Network("255.255.255.255/32"),))  # to connect there is refused by the kernel itself
    answer = posting(reach=anywhere).post("http://255.255.255.255/", {}, b"")
    failed("no connection", answer)


def test_the_time_to_find_a_name_counts() -> None:
    late = threading.Event()

    def resolve(*_: object, **__: object) -> list[tuple[Any, ...]]:
        late.wait(SOON)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    with Receiver(answering(OK)) as receiver:
        failed("timeout", posting(SOON, resolve).post(receiver.url(), {}, b""))
        assert receiver.connections == 0


# TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


def secured(authority: Authority, server: ssl.SSLContext | None, serve: Serve, seconds: float = 10) -> Answer:
    with Receiver(serve, server) as receiver:
        return posting(seconds, context=authority.trusted()).post(receiver.url("https"), {}, b"{}")


def test_posts_over_tls_under_the_hosts_own_name(authority: Authority) -> None:
    names: list[str | None] = []
    server = authority.server(HOST)
    server.sni_callback = lambda _, name, __: names.append(name)
    with Receiver(answering(b"HTTP/1.1 500 No\r\n\r\nsad"), server) as receiver:
        answer = posting(context=authority.trusted()).post(receiver.url("https"), {}, b"x" * 300_000)
    assert (answer.status, answer.excerpt) == (500, "sad")
    assert names == [HOST]
    assert receiver.heard[0].startswith(b"POST /hook?a=b HTTP/1.1\r\nHost: hooks.example.net:%d\r\n" % receiver.port)


def test_an_ip_address_may_be_certified(authority: Authority) -> None:
    with Receiver(answering(OK), authority.server("127.0.0.1")) as receiver:
        answer = posting(context=authority.trusted()).post(receiver.url("https", host="127.0.0.1"), {}, b"")
    assert answer.status == 204


@pytest.mark.parametrize(
    ("certified", "called", "words"),
    [
        ("other.example.net", HOST, "Hostname mismatch"),
        ("127.0.0.1", HOST, "Hostname mismatch"),
        (HOST, "127.0.0.1", "IP address mismatch"),
        ("127.0.0.2", "127.0.0.1", "IP address mismatch"),
    ],
)
def test_a_certificate_for_another_host_is_refused(
    authority: Authority, certified: str, called: str, words: str
) -> None:
    with Receiver(answering(OK), authority.server(certified)) as receiver:
        answer = posting(context=authority.trusted()).post(receiver.url("https", host=called), {}, b"secret")
    assert answer.error is not None
    assert answer.error.startswith(f"tls: {words}")
    assert receiver.heard == []


def test_a_certificate_that_has_expired_is_refused(authority: Authority) -> None:
    failed("tls: certificate has expired", secured(authority, authority.server(HOST, days=-1), answering(OK)))


@pytest.mark.parametrize("context", [NO_CAS, None])
def test_a_certificate_of_an_unknown_ca_is_refused(authority: Authority, context: ssl.SSLContext | None) -> None:
    with Receiver(answering(OK), authority.server(HOST)) as receiver:
        one = HttpsPosting(LOOPBACK, resolve=Resolver(["127.0.0.1"]), context=context)
        answer = one.post(receiver.url("https"), {}, b"")
    assert answer.error is not None
    assert answer.error.startswith("tls: unable to get local issuer certificate")
    assert receiver.heard == []


def test_what_does_not_speak_tls_is_said(authority: Authority) -> None:
    def serve(receiver: Receiver, link: socket.socket) -> None:
        link.recv(65536)
        link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    answer = secured(authority, None, serve)
    assert answer.error is not None
    assert answer.error.startswith("tls: ")
    assert "_" not in answer.error


def test_a_receiver_that_hangs_up_on_tls_is_said(authority: Authority) -> None:
    answer = secured(authority, None, hang_up)
    assert answer.error == "connection closed" or (answer.error or "").startswith("tls: ")


def dribble_a_record(receiver: Receiver, link: socket.socket) -> None:
    """The beginning of a TLS record of 16 KiB, and then its bytes one by one."""
    for byte in (b"\x16\x03\x03\x40\x00\x02\x00\x3f\xf0", *[b"\3"] * 16000):
        if receiver.stopping.wait(0.01):
            return
        link.sendall(byte)


@pytest.mark.parametrize("serve", [hang, dribble_a_record])
def test_a_handshake_that_never_ends_is_given_up(authority: Authority, serve: Serve) -> None:
    failed("timeout", secured(authority, None, serve, SOON))


@pytest.mark.parametrize("serve", [hang, dribbling(b""), dribbling(b"HTTP/1.1 200 OK\r\nA: ")])
def test_over_tls_too_a_receiver_that_does_not_answer_is_given_up(authority: Authority, serve: Serve) -> None:
    failed("timeout", secured(authority, authority.server(HOST), serve, SOON))


def test_over_tls_too_a_receiver_that_does_not_listen_is_given_up(authority: Authority) -> None:
    with Receiver(hang, authority.server(HOST)) as receiver:
        one = posting(SOON, context=authority.trusted())
        failed("timeout", one.post(receiver.url("https"), {}, b"x" * 30_000_000))
