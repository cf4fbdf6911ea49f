"""The local server's part that reads and writes recordings. The address is the right to; no key is asked for.

GET, HEAD  the file, or the one range of it that ``Range`` asks for
PUT        the file, or the part of it that ``Content-Range`` says: 200 a part, 201 whole,
           409 with the ``size`` so far where it does not follow on what is there
"""

import json
import os
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from ringpost.dispatch.envelope import refusal, success
from ringpost.entry.server import Wsgi, sent, status_line
from ringpost.model.errors import InvalidRequest, MethodNotAllowed, NotFound, Problem, TooLarge
from ringpost.store.archive import content_type, disposition
from ringpost.store.folder import PATH, FolderArchive, Part, Purpose, Ticket

MAX_BYTES = 4 << 30
"""A WAV file's own sizes have 32 bits."""

_BLOCK = 1 << 16
_PURPOSES: dict[str, Purpose] = {"GET": "read", "HEAD": "read", "PUT": "write"}
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,30})-([0-9]{1,30})/([0-9]{1,30})")

Environ = dict[str, Any]
Start = Callable[..., Any]


def application(archive: FolderArchive) -> Wsgi:
    """What answers at the archive's addresses."""

    def answer(environ: Environ, start_response: Start) -> Iterable[bytes]:
        try:
            ticket = _ticket(archive, environ)
            respond = _written if ticket.purpose == "write" else _read
            return respond(archive, ticket, environ, start_response)
        except Problem as problem:
            return _refused(problem, environ, start_response)

    return answer


def wanted(header: str, size: int) -> range | None:
    """The bytes of so many that a ``Range`` asks for; empty if there are none such.

    None: the whole file, since it asks for no range, for several, or for nothing that can be read.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or not size:
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def part(header: str, length: int) -> Part:
    """Which part of a file a body of so many bytes is; without a ``Content-Range``, all of it.

    Raises ``InvalidRequest`` where the two do not agree, ``TooLarge`` over the limit.
    """
    if not header:
        return _limited(Part(0, length, length))
    found = _CONTENT_RANGE.fullmatch(header.strip())
    if found is None:
        raise InvalidRequest("Content-Range must be such as 'bytes 0-999/2000'", parameter="Content-Range")
    first, last, total = map(int, found.groups())
    is_within = first <= last < total
    if not is_within or last + 1 - first != length:
        raise InvalidRequest("Content-Range and the length of the body do not agree", parameter="Content-Range")
    return _limited(Part(first, last + 1, total))


def _limited(one: Part) -> Part:
    if one.total > MAX_BYTES:
        raise TooLarge(f"a recording has at most {MAX_BYTES} bytes")
    return one


def _ticket(archive: FolderArchive, environ: Environ) -> Ticket:
    purpose = _PURPOSES.get(environ["REQUEST_METHOD"])
    if purpose is None:
        raise MethodNotAllowed("a recording is read with GET and written with PUT")
    ticket = archive.opened(environ["PATH_INFO"].removeprefix(PATH), purpose)
    if ticket is None:
        raise _nothing_here()
    return ticket


def _nothing_here() -> NotFound:
    """One sentence for every reason, so that none can be told apart."""
    return NotFound("there is no recording at this address, or no longer: ask for a new address")


def _written(archive: FolderArchive, ticket: Ticket, environ: Environ, start_response: Start) -> Iterable[bytes]:
    one = part(environ.get("HTTP_CONTENT_RANGE", ""), int(environ.get("CONTENT_LENGTH") or 0))
    size = archive.write(ticket.name, one, environ["wsgi.input"])
    status = 201 if size == one.total else 200
    answer = success(status, json.dumps({"size": size, "total": one.total}).encode(), str(uuid.uuid4()))
    return sent(answer, environ, start_response)


def _read(archive: FolderArchive, ticket: Ticket, environ: Environ, start_response: Start) -> Iterable[bytes]:
    file = archive.file(ticket.name)
    if file is None:
        raise _nothing_here()
    status, headers, to_send = _planned(file, ticket, environ)
    start_response(status_line(status), headers)
    if not to_send or environ["REQUEST_METHOD"] == "HEAD":
        file.close()
        return []
    file.seek(to_send.start)
    # The server sends as much of it as Content-Length says, closes it, and holds no thread for a slow reader.
    blocks: Iterable[bytes] = environ["wsgi.file_wrapper"](file, _BLOCK)
    return blocks


def _planned(file: BinaryIO, ticket: Ticket, environ: Environ) -> tuple[int, list[tuple[str, str]], range]:
    """The status, the headers, and the bytes to send."""
    found = os.fstat(file.fileno())
    size, etag = found.st_size, f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
    headers = [
        ("Accept-Ranges", "bytes"),
        ("Cache-Control", "private, no-store"),
        ("Content-Disposition", disposition(ticket.file_name)),
        ("Content-Type", content_type(ticket.name)),
        ("ETag", etag),
        ("X-Content-Type-Options", "nosniff"),
    ]
    is_same = environ.get("HTTP_IF_RANGE", etag) == etag
    asked = wanted(environ.get("HTTP_RANGE", ""), size) if is_same else None
    to_send = range(size) if asked is None else asked
    headers.append(("Content-Length", str(len(to_send))))
    if asked is None:
        return 200, headers, to_send
    if not asked:
        return 416, [*headers, ("Content-Range", f"bytes */{size}")], to_send
    return 206, [*headers, ("Content-Range", f"bytes {asked.start}-{asked.stop - 1}/{size}")], to_send


def _refused(problem: Problem, environ: Environ, start_response: Start) -> Iterable[bytes]:
    answer = refusal(problem, str(uuid.uuid4()))
    headers = {**answer.headers, "Cache-Control": "private, no-store"}
    if problem.status == 405:
        headers["Allow"] = ", ".join(_PURPOSES)
    answer.headers = headers
    return sent(answer, environ, start_response)
