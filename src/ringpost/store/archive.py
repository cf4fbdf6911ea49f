"""The archive port: where recordings are kept.

A recording never passes through an action: whoever has it PUTs it where ``upload`` says, whoever
wants it reads it where ``link`` says. Either address is the right to do that one thing for a while.
"""

import re
from dataclasses import dataclass
from typing import Protocol

_NAME = re.compile(r"[0-9a-f-]{36}/[0-9a-f-]{36}\.(wav|mp3)")
_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._+-]+")
_LONGEST_FILE_NAME = 100


@dataclass(frozen=True, slots=True)
class Upload:
    """Where a file is put, and how.

    ``part_bytes`` is None: the whole file in one PUT. Else in parts of at most that many bytes, in
    order, each a PUT with ``Content-Range: bytes first-last/total``.
    """

    url: str
    part_bytes: int | None


class Archive(Protocol):
    """Where recordings are kept: files under names of ours. Any method may raise ``StoreUnavailable``.

    A name is ``<domain uuid>/<recording uuid>.wav``, or ``.mp3``; any other is a ``ValueError``.
    """

    def upload(self, name: str, seconds: int) -> Upload:
        """Where to PUT a new file within so many seconds."""

    def link(self, name: str, seconds: int, file_name: str) -> str:
        """An address that reads the file for so many seconds, ranges too; no key is needed.

        It is saved as ``file_name``, or what is left of that once it is safe. Whether there is a
        file is not looked up.
        """

    def size(self, name: str) -> int | None:
        """How many bytes it has; None if it is not there, or not whole yet."""

    def delete(self, name: str) -> None:
        """Take it away, and what there is of it; nothing happens if it is not there."""


def checked(name: str) -> str:
    """The name, if it is one. Any other is a mistake of ours, so a ``ValueError``."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} does not name a recording")
    return name


def content_type(name: str) -> str:
    """What kind of file that is."""
    return _TYPES[checked(name).rpartition(".")[2]]


def disposition(file_name: str) -> str:
    """A ``Content-Disposition`` that saves the file under this name, or what is left of it once it is safe."""
    safe = _UNSAFE.sub("_", file_name)[-_LONGEST_FILE_NAME:].strip(". ")
    return f'attachment; filename="{safe or "recording"}"'
