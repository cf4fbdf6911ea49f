"""What the archive's port promises, on every adapter; and what only a folder or only a bucket can do to us."""

import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from botocore.stub import Stubber
from moto import mock_aws

from ringpost.entry import recordings
from ringpost.model.errors import StoreUnavailable
from ringpost.store import s3
from ringpost.store.archive import Archive, disposition
from ringpost.store.folder import FolderArchive, Part
from ringpost.store.s3 import S3Archive
from tests.entry.answering import listening
from tests.entry.test_recordings import HOME, HOUR, MP3, NAME, SECRET, SOUND
from tests.fakes import NOON, FakeClock
from tests.harness import House
from tests.store import at_once

REGION = "eu-central-1"
BUCKET = "recordings"


def bucket() -> S3Archive:
    client = s3.connect(region_name=REGION)
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return S3Archive(BUCKET, client)


@pytest.fixture(params=["folder", "s3"])
def archive(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock, house: House) -> Iterator[Archive]:
    if request.param == "s3":
        with mock_aws():
            yield bucket()
        return
    folder = FolderArchive.create(tmp_path / "kept", clock.now)
    with listening(house.endpoint, recordings.application(folder)) as folder.base_url:
        yield folder


@pytest.fixture
def http() -> Iterator[requests.Session]:
    """A client, which sends no key and asks no proxy."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


def put(http: requests.Session, archive: Archive, name: str, body: bytes) -> None:
    """Put a file as the archive says."""
    place = archive.upload(name, HOUR)
    size = place.part_bytes or len(body)
    for first in range(0, len(body), size):
        part = body[first : first + size]
        said = {"Content-Range": f"bytes {first}-{first + len(part) - 1}/{len(body)}"} if place.part_bytes else {}
        http.put(place.url, part, headers=said, timeout=30).raise_for_status()


def test_what_was_put_is_there(archive: Archive, http: requests.Session) -> None:
    assert archive.size(NAME) is None
    put(http, archive, NAME, SOUND)
    assert archive.size(NAME) == len(SOUND)
    assert archive.size(MP3) is None


def test_a_long_file_is_put_as_the_archive_says(archive: Archive, http: requests.Session) -> None:
    body = os.urandom(9 << 20)
    put(http, archive, NAME, body)
    assert http.get(archive.link(NAME, HOUR, "x.wav"), timeout=30).content == body


@pytest.mark.parametrize(("name", "content_type"), [(NAME, "audio/wav"), (MP3, "audio/mpeg")])
def test_a_link_reads_it_without_a_key(archive: Archive, http: requests.Session, name: str, content_type: str) -> None:
    put(http, archive, name, SOUND)
    answer = http.get(archive.link(name, HOUR, 'a"b\r\n.wav'), timeout=30)
    assert (answer.status_code, answer.content) == (200, SOUND)
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a_b_.wav"'


def test_a_link_reads_a_range(archive: Archive, http: requests.Session) -> None:
    put(http, archive, NAME, SOUND)
    answer = http.get(archive.link(NAME, HOUR, "x.wav"), headers={"Range": "bytes=10-19"}, timeout=30)
    assert (answer.status_code, answer.content) == (206, SOUND[10:20])
    assert answer.headers["Content-Range"] == "bytes 10-19/1024"


def test_what_was_deleted_is_gone(archive: Archive, http: requests.Session) -> None:
    put(http, archive, NAME, SOUND)
    link = archive.link(NAME, HOUR, "x.wav")
    archive.delete(NAME)
    assert archive.size(NAME) is None
    assert http.get(link, timeout=30).status_code in (403, 404), "S3 says which only to those who may list"


def test_deletes_what_is_not_there_in_peace(archive: Archive, http: requests.Session) -> None:
    archive.delete(NAME)
    put(http, archive, MP3, SOUND)
    archive.delete(NAME)
    assert archive.size(MP3) == len(SOUND)


@pytest.mark.parametrize(
    "name",
    ["", "x", f"/{NAME}", f"../{NAME}", f"{NAME}\n", NAME[:-4], f"{NAME}.part", NAME.upper(), f"{HOME}/../x.wav"],
)
def test_names_are_ours(archive: Archive, name: str) -> None:
    uses: list[Callable[[], object]] = [
        lambda: archive.upload(name, HOUR),
        lambda: archive.link(name, HOUR, "x.wav"),
        lambda: archive.size(name),
        lambda: archive.delete(name),
    ]
    for use in uses:
        with pytest.raises(ValueError, match="does not name a recording"):
            use()


@pytest.mark.parametrize(
    ("file_name", "safe"),
    [
        ("2026-11-22 +12025550142.wav", "2026-11-22 +12025550142.wav"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a"; x="b', "a_ x_b"),
        ("Zoë 日本.wav", "Zo_ _.wav"),
        ("..", "recording"),
        ("", "recording"),
        ("x" * 200 + ".wav", "x" * 96 + ".wav"),
    ],
)
def test_a_file_name_is_made_safe(file_name: str, safe: str) -> None:
    assert disposition(file_name) == f'attachment; filename="{safe}"'


def test_a_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    archive = FolderArchive.create(tmp_path / "deep" / "kept", lambda: NOON)
    archive.write(NAME, Part(0, 4, 4), BytesIO(b"RIFF"))
    archive.write(MP3, Part(0, 2, 4), BytesIO(b"RI"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "deep").rglob("*")}
    folders = {"kept", HOME}
    files = {"recordings.key", NAME[37:], f"{MP3[37:]}.part"}
    assert modes == dict.fromkeys(folders, 0o700) | dict.fromkeys(files, 0o600)


def test_what_came_in_part_is_deleted_too(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path, "", SECRET, lambda: NOON)
    archive.write(NAME, Part(0, 2, 4), BytesIO(b"RI"))
    archive.delete(NAME)
    assert list((tmp_path / HOME).iterdir()) == []


def test_a_folder_keeps_its_secret(tmp_path: Path) -> None:
    link = FolderArchive.create(tmp_path, lambda: NOON).link(NAME, HOUR, "x.wav")
    assert FolderArchive.create(tmp_path, lambda: NOON).link(NAME, HOUR, "x.wav") == link
    assert FolderArchive.create(tmp_path / "other", lambda: NOON).link(NAME, HOUR, "x.wav") != link


def test_a_secret_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "recordings.key").touch()
    with pytest.raises(ValueError, match=r"recordings\.key is not 32 bytes"):
        FolderArchive.create(tmp_path, lambda: NOON)


def test_several_processes_may_make_the_folder_at_once(tmp_path: Path) -> None:
    folders = [tmp_path / f"x{number // 4}" for number in range(80)]
    with at_once.processes() as pool:
        links = list(pool.map(at_once.link_made, folders, [NAME] * 80, timeout=60))
    assert len(set(zip(folders, links, strict=True))) == len(set(links)) == 20


def test_several_processes_may_write_the_same_file(tmp_path: Path) -> None:
    with at_once.processes() as pool:
        assert list(pool.map(at_once.extended, [tmp_path] * 8, [NAME] * 8, [SOUND] * 8, timeout=60)) == [1024] * 8
    assert (tmp_path / NAME).read_bytes() == SOUND


def test_a_disk_that_fails_is_unavailable(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path, "", SECRET, lambda: NOON)
    (tmp_path / HOME).write_text("in the way")
    uses: list[Callable[[], object]] = [
        lambda: archive.size(NAME),
        lambda: archive.file(NAME),
        lambda: archive.delete(NAME),
        lambda: archive.write(NAME, Part(0, 4, 4), BytesIO(b"RIFF")),
    ]
    for use in uses:
        with pytest.raises(StoreUnavailable):
            use()


def test_addresses_are_the_regions_and_signed_for_a_while() -> None:
    for region in (REGION, "us-east-1"):
        archive = S3Archive(BUCKET, s3.connect(region_name=region, aws_access_key_id="a", aws_secret_access_key="b"))
        for url in (archive.upload(NAME, 60).url, archive.link(NAME, 60, "x.wav")):
            place = urlsplit(url)
            asked = parse_qs(place.query)
            assert (place.scheme, place.netloc) == ("https", f"{BUCKET}.s3.{region}.amazonaws.com")
            assert place.path == f"/{NAME}"
            assert (asked["X-Amz-Expires"], asked["X-Amz-SignedHeaders"]) == (["60"], ["host"])
            assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]


@mock_aws
def test_a_bucket_needs_no_client_of_ours() -> None:
    bucket()
    assert S3Archive(BUCKET).size(NAME) is None


@mock_aws
def test_a_bucket_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable):
        S3Archive("nowhere", s3.connect(region_name=REGION)).delete(NAME)


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_bucket_that_does_not_say_is_unavailable(status: int) -> None:
    client = s3.connect(region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as s3_says:
        s3_says.add_client_error("head_object", str(status), http_status_code=status)
        with pytest.raises(StoreUnavailable):
            S3Archive(BUCKET, client).size(NAME)


def test_an_s3_that_does_not_answer_is_unavailable() -> None:
    client = s3.connect(
        region_name=REGION, endpoint_url="http://127.0.0.1:9", aws_access_key_id="a", aws_secret_access_key="b"
    )
    for use in (S3Archive(BUCKET, client).size, S3Archive(BUCKET, client).delete):
        with pytest.raises(StoreUnavailable):
            use(NAME)


def test_a_page_is_told_from_where_a_bucket_is_read() -> None:
    client = s3.connect(region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    archive = S3Archive("recordings", client)
    assert archive.origin == "https://recordings.s3.eu-central-1.amazonaws.com"
    assert archive.link(NAME, 60, "a.wav").startswith(f"{archive.origin}/")
