"""Recordings over real HTTP: read in ranges, written in parts, and nothing without the right address."""

import http.client
import json
import socket
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringpost.auth import tokens
from ringpost.entry import recordings
from ringpost.model.errors import InvalidRequest, TooLarge
from ringpost.store.folder import PART_BYTES, FolderArchive, Part
from tests.entry.answering import listening
from tests.fakes import NOON, FakeClock
from tests.harness import House

WAIT = 30
HOUR = 3600
HOME = "5ab1c2d4-0000-4000-8000-000000000001"
NAME = f"{HOME}/5ab1c2d4-0000-4000-8000-000000000002.wav"
MP3 = f"{HOME}/5ab1c2d4-0000-4000-8000-000000000003.mp3"
SOUND = bytes(range(256)) * 4
SECRET = b"s" * 32


@pytest.fixture
def archive(tmp_path: Path, clock: FakeClock, house: House) -> Iterator[FolderArchive]:
    made = FolderArchive.create(tmp_path / "kept", clock.now)
    with listening(house.endpoint, recordings.application(made)) as made.base_url:
        yield made


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.body)
        return found


def ask(method: str, url: str, body: bytes | None = None, **headers: str) -> Reply:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=WAIT)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, place.path, body, named)
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def put(url: str, body: bytes, first: int, total: int) -> Reply:
    return ask("PUT", url, body, Content_Range=f"bytes {first}-{first + len(body) - 1}/{total}")


def kept(archive: FolderArchive, name: str = NAME, body: bytes = SOUND) -> str:
    """A link to a file that is there."""
    assert archive.write(name, Part(0, len(body), len(body)), BytesIO(body)) == len(body)
    return archive.link(name, HOUR, "call 1.wav")


def writable(archive: FolderArchive) -> str:
    return archive.upload(NAME, HOUR).url


def is_the_one_refusal(reply: Reply) -> bool:
    same = "there is no recording at this address, or no longer: ask for a new address"
    assert reply.headers["Content-Type"] == "application/problem+json"
    return (reply.status, reply.json["code"], reply.json["detail"]) == (404, "not-found", same)


def test_the_file_is_saved_and_neither_shown_nor_cached(archive: FolderArchive) -> None:
    reply = ask("GET", kept(archive))
    assert (reply.status, reply.body) == (200, SOUND)
    found = {name: value for name, value in reply.headers.items() if name not in ("date", "server", "ETag")}
    assert found == {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": 'attachment; filename="call 1.wav"',
        "Content-Length": "1024",
        "Content-Type": "audio/wav",
        "X-Content-Type-Options": "nosniff",
    }
    assert ask("GET", kept(archive, MP3)).headers["Content-Type"] == "audio/mpeg"


@pytest.mark.parametrize(
    ("asked", "said", "body"),
    [
        ("bytes=0-0", "bytes 0-0/1024", SOUND[:1]),
        ("bytes=10-19", "bytes 10-19/1024", SOUND[10:20]),
        ("bytes=1000-", "bytes 1000-1023/1024", SOUND[1000:]),
        ("bytes=1000-9999", "bytes 1000-1023/1024", SOUND[1000:]),
        ("bytes=-4", "bytes 1020-1023/1024", SOUND[-4:]),
        ("bytes=-9999", "bytes 0-1023/1024", SOUND),
        ("Bytes=0-1", "bytes 0-1/1024", SOUND[:2]),
    ],
)
def test_one_range_is_answered(archive: FolderArchive, asked: str, said: str, body: bytes) -> None:
    url = kept(archive)
    reply = ask("GET", url, Range=asked)
    assert (reply.status, reply.headers["Content-Range"], reply.body) == (206, said, body)
    head = ask("HEAD", url, Range=asked)
    assert (head.status, head.headers["Content-Range"], head.body) == (206, said, b"")
    assert head.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=5-1", "bytes=-", "bytes=a-b", "lines=0-1", "bytes=0 - 1"])
def test_what_is_not_one_range_is_answered_with_the_whole(archive: FolderArchive, asked: str) -> None:
    reply = ask("GET", kept(archive), Range=asked)
    assert (reply.status, reply.body) == (200, SOUND)


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_that_is_not_there_is_said(archive: FolderArchive, asked: str) -> None:
    reply = ask("GET", kept(archive), Range=asked)
    assert (reply.status, reply.headers["Content-Range"], reply.body) == (416, "bytes */1024", b"")


def test_a_range_of_another_file_is_answered_with_the_whole(archive: FolderArchive) -> None:
    url = kept(archive)
    etag = ask("HEAD", url).headers["ETag"]
    assert ask("GET", url, Range="bytes=0-1", If_Range=etag).status == 206
    for other in ('"other"', f"W/{etag}", "Sun, 22 Nov 2026 12:00:00 GMT"):
        assert ask("GET", url, Range="bytes=0-1", If_Range=other).body == SOUND


def test_an_empty_file_is_a_file(archive: FolderArchive) -> None:
    assert ask("PUT", writable(archive), b"").status == 201
    for asked in ({}, {"Range": "bytes=0-"}):
        reply = ask("GET", archive.link(NAME, HOUR, "x"), **asked)
        assert (reply.status, reply.headers["Content-Length"], reply.body) == (200, "0", b"")


def test_a_file_may_be_put_at_once(archive: FolderArchive) -> None:
    reply = ask("PUT", writable(archive), SOUND)
    assert (reply.status, reply.json) == (201, {"size": 1024, "total": 1024})
    assert ask("GET", archive.link(NAME, HOUR, "x")).body == SOUND


def test_a_part_as_large_as_is_offered_is_taken(archive: FolderArchive) -> None:
    offered = archive.upload(NAME, HOUR)
    assert offered.part_bytes == PART_BYTES
    reply = put(offered.url, b"x" * PART_BYTES, 0, PART_BYTES + 1)
    assert (reply.status, reply.json["size"]) == (200, PART_BYTES)


def test_a_file_comes_in_parts_and_is_there_once_it_is_whole(archive: FolderArchive) -> None:
    url, link = writable(archive), archive.link(NAME, HOUR, "x")
    assert (put(url, SOUND[:400], 0, 1024).json, archive.size(NAME)) == ({"size": 400, "total": 1024}, None)
    assert is_the_one_refusal(ask("GET", link))
    assert put(url, SOUND[400:800], 400, 1024).status == 200
    assert put(url, SOUND[800:], 800, 1024).status == 201
    assert ask("GET", link).body == SOUND


def test_a_part_that_is_there_is_taken_as_done(archive: FolderArchive) -> None:
    url = writable(archive)
    for _ in range(2):
        assert put(url, SOUND[:400], 0, 1024).json["size"] == 400
    assert put(url, SOUND[100:200], 100, 1024).json["size"] == 400
    for _ in range(2):
        assert put(url, SOUND[400:], 400, 1024).status == 201
    assert put(url, SOUND[:400], 0, 1024).status == 201
    assert ask("GET", archive.link(NAME, HOUR, "x")).body == SOUND


def test_a_gap_is_refused_and_told_where_to_go_on(archive: FolderArchive) -> None:
    url = writable(archive)
    put(url, SOUND[:400], 0, 1024)
    reply = put(url, SOUND[401:], 401, 1024)
    assert (reply.status, reply.json["code"], reply.json["size"]) == (409, "conflict", 400)
    assert put(url, SOUND[400:], 400, 1024).status == 201


def test_what_is_there_is_not_overwritten_by_a_file_of_another_length(archive: FolderArchive) -> None:
    url = writable(archive)
    put(url, SOUND[:400], 0, 1024)
    assert ask("PUT", url, b"short").json["size"] == 400
    put(url, SOUND[400:], 400, 1024)
    for body in (b"short", SOUND * 2):
        assert (ask("PUT", url, body).status, ask("PUT", url, body).json["size"]) == (409, 1024)
    assert ask("GET", archive.link(NAME, HOUR, "x")).body == SOUND


def test_an_interrupted_upload_goes_on(archive: FolderArchive) -> None:
    url = writable(archive)
    put(url, SOUND[:400], 0, 1024)
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "", place.port or 0), WAIT) as line:
        about = "Host: localhost\r\nContent-Length: 624\r\nContent-Range: bytes 400-1023/1024\r\n"
        line.sendall(f"PUT {place.path} HTTP/1.1\r\n{about}\r\n".encode() + SOUND[400:600])
    assert put(url, SOUND[400:], 400, 1024).json == {"size": 1024, "total": 1024}
    assert ask("GET", archive.link(NAME, HOUR, "x")).body == SOUND


def test_a_part_that_was_half_written_is_written_again(archive: FolderArchive) -> None:
    assert archive.write(NAME, Part(0, 400, 1024), BytesIO(SOUND[:250])) == 250
    assert put(writable(archive), SOUND[:400], 0, 1024).json["size"] == 400
    assert put(writable(archive), SOUND[400:], 400, 1024).status == 201
    assert ask("GET", archive.link(NAME, HOUR, "x")).body == SOUND


def test_a_file_that_lacks_only_its_name_gets_it(archive: FolderArchive, tmp_path: Path) -> None:
    put(writable(archive), SOUND[:400], 0, 1024)
    (tmp_path / "kept" / f"{NAME}.part").write_bytes(SOUND)
    assert put(writable(archive), SOUND[400:], 400, 1024).status == 201
    assert archive.size(NAME) == 1024


def test_several_may_upload_the_same_file_at_once(archive: FolderArchive) -> None:
    url, start = writable(archive), threading.Barrier(8)

    def upload(_: int) -> list[int]:
        start.wait(WAIT)
        return [put(url, SOUND[first : first + 64], first, 1024).status for first in range(0, 1024, 64)]

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(upload, range(8)))
    assert {one[-1] for one in statuses} == {201}
    assert {status for one in statuses for status in one} <= {200, 201}
    assert ask("GET", archive.link(NAME, HOUR, "x")).body == SOUND


def test_slow_readers_hold_nobody_up(tmp_path: Path, clock: FakeClock, house: House) -> None:
    archive = FolderArchive.create(tmp_path / "kept", clock.now)
    link = kept(archive, body=bytes(64 << 20))
    with listening(house.endpoint, recordings.application(archive)) as url:
        place = urlsplit(url + link)
        with socket.create_connection((place.hostname or "", place.port or 0), WAIT) as line:
            line.sendall(f"GET {place.path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert line.recv(12) == b"HTTP/1.1 200"
            assert ask("GET", url + link, Range="bytes=0-3").body == bytes(4)


@pytest.mark.parametrize(("total", "status"), [(4 << 30, 200), ((4 << 30) + 1, 413), (10**29, 413)])
def test_a_file_has_at_most_four_gibibytes(archive: FolderArchive, total: int, status: int) -> None:
    assert put(writable(archive), b"RIFF", 0, total).status == status


@pytest.mark.parametrize(
    "asked", ["bytes 0-4/1024", "bytes 3-0/1024", "bytes 0-3/3", "bytes 0-3/*", "bytes */1024", "0-3", "bytes -3-0/4"]
)
def test_a_part_says_which_it_is(archive: FolderArchive, asked: str) -> None:
    reply = ask("PUT", writable(archive), b"RIFF", Content_Range=asked)
    assert (reply.status, reply.json["code"]) == (400, "invalid-request")


def test_an_address_is_good_for_one_thing(archive: FolderArchive) -> None:
    link = kept(archive)
    assert is_the_one_refusal(ask("PUT", link, SOUND))
    assert is_the_one_refusal(ask("GET", writable(archive)))
    assert ask("HEAD", writable(archive)).status == 404
    reply = ask("DELETE", link)
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, PUT")


def test_an_address_is_good_for_a_while(archive: FolderArchive, clock: FakeClock) -> None:
    link, url = kept(archive), archive.upload(MP3, HOUR).url
    clock.time += HOUR - 1
    assert ask("GET", link).status == 200
    assert put(url, b"RI", 0, 4).status == 200
    clock.time += 1
    assert is_the_one_refusal(ask("GET", link))
    assert is_the_one_refusal(put(url, b"FF", 2, 4))


def test_an_address_is_good_with_one_secret(archive: FolderArchive, tmp_path: Path, clock: FakeClock) -> None:
    kept(archive)
    other = FolderArchive(tmp_path / "kept", archive.base_url, SECRET, clock.now)
    assert is_the_one_refusal(ask("GET", other.link(NAME, HOUR, "x")))


def to_another_file(raw: bytes) -> bytes:
    return raw.replace(NAME.encode(), MP3.encode())


def to_the_end_of_time(raw: bytes) -> bytes:
    return raw.replace(b"[1", b"[9", 1)


def to_writing(raw: bytes) -> bytes:
    return raw.replace(b'"read"', b'"write"')


@pytest.mark.parametrize("change", [to_another_file, to_the_end_of_time, to_writing, lambda raw: raw[:-1]])
def test_a_changed_address_is_none(archive: FolderArchive, change: Callable[[bytes], bytes]) -> None:
    kept(archive, MP3)
    link = kept(archive)
    start, _, token = link.rpartition("/")
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert change(raw) != raw
    changed = f"{start}/{urlsafe_b64encode(change(raw)).decode().rstrip('=')}"
    assert is_the_one_refusal(ask("GET", changed))
    assert is_the_one_refusal(ask("PUT", changed, SOUND))


@pytest.mark.parametrize(
    "path",
    [
        "/recordings/",
        f"/recordings/{NAME}",
        "/recordings/../recordings.key",
        "/recordings/..%2frecordings.key",
        "/recordings/%2e%2e/%2e%2e/etc/passwd",
        "/recordings//etc/passwd",
        "/recordings/%00",
        "/recordings/%C3%AB",
        "/recordings/x/{token}",
        "/recordings/{token}/",
        "/recordings/./{token}",
        "/recordings/{token}=",
        "/recordings/{token}%00",
    ],
)
def test_a_path_is_no_way_in(archive: FolderArchive, path: str) -> None:
    token = kept(archive).rpartition("/")[2]
    assert is_the_one_refusal(ask("GET", archive.base_url + path.format(token=token)))
    assert is_the_one_refusal(ask("PUT", archive.base_url + path.format(token=token), SOUND))


def test_what_was_deleted_is_not_there(archive: FolderArchive) -> None:
    link = kept(archive)
    archive.delete(NAME)
    assert is_the_one_refusal(ask("GET", link))


def test_a_disk_that_fails_is_said(archive: FolderArchive, tmp_path: Path) -> None:
    (tmp_path / "kept" / HOME).write_text("in the way")
    for reply in (ask("GET", archive.link(NAME, HOUR, "x")), ask("PUT", writable(archive), SOUND)):
        assert (reply.status, reply.json["code"], reply.headers["Retry-After"]) == (503, "store-unavailable", "1")


def test_the_endpoint_answers_as_ever(archive: FolderArchive, house: House) -> None:
    for path in ("", "/recordings", "/action-list"):
        assert ask("GET", archive.base_url + path).json["code"] == "method-not-allowed"
    with listening(house.endpoint) as url:
        assert ask("POST", f"{url}/recordings/x", b"{}").json["code"] == "unauthorized"


@given(st.text() | st.from_regex(r"bytes=[0-9]{0,30}-[0-9]{0,30}", fullmatch=True), st.integers(0, 1 << 40))
@example("bytes=-9999999999999999999999999", 5)
@example("bytes=٣-٤", 5)
def test_whatever_a_range_says_it_stays_within_the_file(header: str, size: int) -> None:
    found = recordings.wanted(header, size)
    assert not found or 0 <= found.start < found.stop <= size


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(1, 1024))
def test_a_range_is_what_it_says(first: int, more: int, size: int) -> None:
    file, last = SOUND[:size], first + more
    for header, expected in (
        (f"bytes={first}-{last}", file[first : last + 1]),
        (f"bytes={first}-", file[first:]),
        (f"bytes=-{more}", file[-more:] if more else b""),
    ):
        found = recordings.wanted(header, size)
        assert found is not None
        assert file[found.start : found.stop] == expected
    assert recordings.wanted(f"bytes={last + 1}-{first}", size) is None


@given(st.text() | st.from_regex(r"bytes [0-9]{1,40}-[0-9]{1,40}/[0-9]{1,40}", fullmatch=True), st.integers(0, 100))
def test_a_part_is_one_or_refused(header: str, length: int) -> None:
    try:
        found = recordings.part(header, length)
    except (InvalidRequest, TooLarge):
        return
    assert 0 <= found.first <= found.end == found.first + length <= found.total <= recordings.MAX_BYTES


ALONE = FolderArchive(Path("nowhere"), "", SECRET, lambda: NOON)


def token_of(address: str) -> str:
    return address.rpartition("/")[2]


@given(st.text(), st.integers(1, 10**9))
def test_a_token_says_what_it_was_made_for(file_name: str, seconds: int) -> None:
    read, write = token_of(ALONE.link(NAME, seconds, file_name)), token_of(ALONE.upload(NAME, seconds).url)
    assert ALONE.opened(read, "read") == (NOON + seconds, "read", NAME, file_name)
    assert ALONE.opened(write, "write") == (NOON + seconds, "write", NAME, "")
    assert ALONE.opened(read, "write") is None
    assert ALONE.opened(write, "read") is None


@given(st.text(), st.integers(1, 10**9))
def test_a_token_is_no_key(file_name: str, seconds: int) -> None:
    for token in (token_of(ALONE.link(NAME, seconds, file_name)), token_of(ALONE.upload(NAME, seconds).url)):
        assert tokens.read(token) == tokens.Credentials("", "")
        for scheme in ("Bearer", "Basic"):
            assert tokens.presented({"authorization": f"{scheme} {token}"}) == tokens.Credentials("", "")
        assert token.startswith("Wz")


@given(st.data())
def test_a_token_with_any_other_character_is_none(data: st.DataObject) -> None:
    token = token_of(ALONE.link(NAME, HOUR, data.draw(st.text(max_size=8))))
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters() | st.sampled_from("ABCXYZabcxyz0189-_+/=."))
    changed = token[:place] + other + token[place + 1 :]
    assert (ALONE.opened(changed, "read") is None) == (changed != token)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]*", fullmatch=True))
def test_anything_else_is_no_token(text: str) -> None:
    assert ALONE.opened(text, "read") is None
    assert ALONE.opened(text, "write") is None
