"""The archive in a folder: for a laptop, for tests, for a small host that wants no AWS.

Its addresses are the local server's, and carry what they permit, signed. A file is written in parts
beside its final name, each on the disk before it is acknowledged, and takes that name once whole:
what was acknowledged survives ``kill -9``, and nobody reads half a file. Of several threads or
processes one at a time writes into a domain.
"""

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, Self

from ringpost.model.errors import Conflict, StoreUnavailable
from ringpost.store.archive import Upload, checked

PATH = "/recordings/"
"""Under which path the server answers."""

PART_BYTES = 4 << 20
"""The local server takes in 8 MiB at once."""

_KEY_FILE = "recordings.key"
_KEY_BYTES = 32
_MAC_BYTES = 32
_BLOCK = 1 << 18

Purpose = Literal["read", "write"]


class Ticket(NamedTuple):
    """What an address permits. ``expires`` is in seconds since 1970."""

    expires: int
    purpose: Purpose
    name: str
    file_name: str


class Part(NamedTuple):
    """Which bytes of a file these are: from ``first`` to before ``end``, of ``total``."""

    first: int
    end: int
    total: int


class FolderArchive:
    """An ``Archive`` in a folder, read and written through the local server.

    ``base_url`` is the server's address without a slash at the end, and may be set once it is known.
    ``secret`` signs; ``now`` is the time in seconds since 1970.
    """

    def __init__(self, folder: Path, base_url: str, secret: bytes, now: Callable[[], float]) -> None:
        self.base_url = base_url
        self._folder = folder
        self._secret = secret
        self._now = now

    @classmethod
    def create(cls, folder: Path, now: Callable[[], float], base_url: str = "") -> Self:
        """The archive in this folder, which is made if need be, and so is its secret."""
        return cls(folder, base_url, _secret(folder), now)

    def upload(self, name: str, seconds: int) -> Upload:
        """Where to PUT a new file within so many seconds."""
        return Upload(self._address("write", name, seconds, ""), PART_BYTES)

    def link(self, name: str, seconds: int, file_name: str) -> str:
        """An address that reads the file for so many seconds."""
        return self._address("read", name, seconds, file_name)

    def size(self, name: str) -> int | None:
        """How many bytes it has; None if it is not there, or not whole yet."""
        with _disk():
            return _size(self._path(name))

    def delete(self, name: str) -> None:
        """Take it away, and what there is of it."""
        whole = self._path(name)
        with _disk():
            if not whole.parent.exists():
                return
        with _alone(whole.parent):
            whole.unlink(missing_ok=True)
            _unfinished(whole).unlink(missing_ok=True)

    def opened(self, token: str, purpose: Purpose) -> Ticket | None:
        """What an address's last segment permits; None if it is not ours, has expired, or is for something else."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if _base64(raw) != token or not hmac.compare_digest(mac, self._mac(purpose, payload)):
            return None
        ticket = Ticket(*json.loads(payload))
        return ticket if self._now() < ticket.expires else None

    def file(self, name: str) -> BinaryIO | None:
        """A whole file, open for reading, for the caller to close; None if it is not there."""
        with _disk():
            try:
                return self._path(name).open("rb")
            except FileNotFoundError:
                return None

    def write(self, name: str, part: Part, body: BinaryIO) -> int:
        """Write a part, unless it is there already; how many bytes are there now. ``part.total``: it is whole.

        Raises ``Conflict`` with the ``size`` so far where a part before it is missing, or where what
        is there is of another total. ``body`` is at hand: others wait while it is read.
        """
        whole = self._path(name)
        with _disk():
            whole.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(whole.parent):
            there = _size(whole)
            if there is None:
                return _extended(whole, part, body)
            if there != part.total:
                raise _does_not_follow(there)
            return there

    def _path(self, name: str) -> Path:
        return self._folder / checked(name)

    def _address(self, purpose: Purpose, name: str, seconds: int, file_name: str) -> str:
        ticket = Ticket(int(self._now()) + seconds, purpose, checked(name), file_name)
        # It begins as a JSON array, so in base64 never as a key does: rp_, rpt_.
        payload = json.dumps(ticket, separators=(",", ":")).encode()
        return f"{self.base_url}{PATH}{_base64(payload + self._mac(purpose, payload))}"

    def _mac(self, purpose: Purpose, payload: bytes) -> bytes:
        key = hmac.digest(self._secret, f"ringpost recordings {purpose}".encode(), hashlib.sha256)
        return hmac.digest(key, payload, hashlib.sha256)


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unfinished(whole: Path) -> Path:
    return whole.with_name(f"{whole.name}.part")


def _extended(whole: Path, part: Part, body: BinaryIO) -> int:
    """Write a part of what is not whole yet; how many bytes are there now."""
    unfinished = _unfinished(whole)
    there = _size(unfinished) or 0
    if not part.first <= there <= part.total:
        raise _does_not_follow(there)
    with _private(unfinished) as file:
        if part.end > there:
            file.seek(part.first)
            shutil.copyfileobj(body, file, _BLOCK)
            there = max(there, file.tell())
        _sync(file)
    if there == part.total:
        unfinished.replace(whole)
        _sync_folder(whole.parent)
    return there


def _does_not_follow(there: int) -> Conflict:
    return Conflict(f"this does not follow on what is there: {there} bytes", size=there)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _secret(folder: Path) -> bytes:
    place, fresh = folder / _KEY_FILE, folder / f"{_KEY_FILE}.new"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        if not place.exists():
            with _private(fresh) as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                _sync(file)
            fresh.replace(place)
            _sync_folder(folder)
        secret = place.read_bytes()
    if len(secret) != _KEY_BYTES:
        raise ValueError(f"{place} is not {_KEY_BYTES} bytes: take it away, and a new one is made")
    return secret


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else changes what is in the folder meanwhile, whatever the thread or process."""
    with _disk(), _handle(folder) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def _handle(folder: Path) -> Iterator[int]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """A name is on the disk only once its folder is."""
    with _handle(folder) as handle:
        os.fsync(handle)


def _private(path: Path) -> BinaryIO:
    """A file of its owner's only, made if need be, to change what is in it."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
