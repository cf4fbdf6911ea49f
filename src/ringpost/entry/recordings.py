"""The local server's part that reads and writes recordings. The address is the right to; no key is asked for.

GET, HEAD  the file, or the one range of it that ``Range`` asks for
PUT        the file, or the part of it that ``Content-Range`` says: 200 a part, 201 whole,
           409 with the ``size`` so far where it does not follow on what is there
"""

import json
import os
import re
from collections.abc import Mapping
from io import BytesIO
from typing import BinaryIO

from ringpost.dispatch.envelope import refusal, success
from ringpost.entry.exchange import Exchange
from ringpost.entry.server import Answering
from ringpost.model.errors import InvalidRequest, MethodNotAllowed, NotFound, Problem, TooLarge
from ringpost.store.archive import content_type, disposition
from ringpost.store.folder import PATH, FolderArchive, Part, Purpose, Ticket

MAX_BYTES = 4 << 30
"""A WAV file's own sizes have 32 bits."""

_AT_ONCE = 8 << 20
"""Bytes that are taken in one PUT, within the server's patience with an upload."""
_WRITTEN = 1 << 20
"""Bytes that are brought to the disk at once."""
_BLOCK = 1 << 18
_PURPOSES: dict[str, Purpose] = {"GET": "read", "HEAD": "read", "PUT": "write"}
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,30})-([0-9]{1,30})/([0-9]{1,30})")


def application(archive: FolderArchive) -> Answering:
    """What answers at the archive's addresses."""

    async def answer(exchange: Exchange) -> None:
        try:
            ticket = _ticket(archive, exchange)
            respond = _written if ticket.purpose == "write" else _read
            await respond(archive, ticket, exchange)
        except Problem as problem:
            await _refused(problem, exchange)

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


def _ticket(archive: FolderArchive, exchange: Exchange) -> Ticket:
    purpose = _PURPOSES.get(exchange.method)
    if purpose is None:
        raise MethodNotAllowed("a recording is read with GET and written with PUT")
    ticket = archive.opened(exchange.path.removeprefix(PATH), purpose)
    if ticket is None:
        raise _nothing_here()
    return ticket


def _nothing_here() -> NotFound:
    """One sentence for every reason, so that none can be told apart."""
    return NotFound("there is no recording at this address, or no longer: ask for a new address")


async def _written(archive: FolderArchive, ticket: Ticket, exchange: Exchange) -> None:
    if exchange.length is None:
        raise InvalidRequest("say the length of the part", parameter="Content-Length")
    one = part(exchange.headers.get("content-range", ""), exchange.length)
    size = await _taken(archive, ticket, exchange, one)
    status = 201 if size == one.total else 200
    said = json.dumps({"size": size, "total": one.total}).encode()
    await exchange.answer(success(status, said, exchange.request_id))


async def _taken(archive: FolderArchive, ticket: Ticket, exchange: Exchange, one: Part) -> int:
    """Write a part in blocks, as it comes; how many bytes are there now."""
    block, first, size = bytearray(), one.first, 0
    async for piece in exchange.uploaded(_AT_ONCE):
        block += piece
        exchange.connection.holds(len(block))
        if len(block) >= _WRITTEN:
            size = await _kept(archive, ticket, exchange, Part(first, first + len(block), one.total), block)
            first, block = first + len(block), bytearray()
    if block or first == one.first:
        size = await _kept(archive, ticket, exchange, Part(first, one.end, one.total), block)
    return size


async def _kept(archive: FolderArchive, ticket: Ticket, exchange: Exchange, one: Part, block: bytearray) -> int:
    return await exchange.run(archive.write, ticket.name, one, BytesIO(block))


async def _read(archive: FolderArchive, ticket: Ticket, exchange: Exchange) -> None:
    file = await exchange.run(archive.file, ticket.name)
    if file is None:
        raise _nothing_here()
    with file:
        status, headers, to_send = _planned(file, ticket, exchange.headers)
        await exchange.begin(status, headers)
        left = len(to_send) if exchange.method == "GET" else 0
        file.seek(to_send.start)
        while left and (block := await exchange.run(file.read, min(left, _BLOCK))):
            await exchange.write(block)  # waits for a slow reader, and holds no thread for him
            left -= len(block)
        await exchange.end()


def _planned(file: BinaryIO, ticket: Ticket, asked_with: Mapping[str, str]) -> tuple[int, Mapping[str, str], range]:
    """The status, the headers, and the bytes to send."""
    found = os.fstat(file.fileno())
    size, etag = found.st_size, f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
    is_same = asked_with.get("if-range", etag) == etag
    asked = wanted(asked_with.get("range", ""), size) if is_same else None
    to_send = range(size) if asked is None else asked
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": disposition(ticket.file_name),
        "Content-Length": str(len(to_send)),
        "Content-Type": content_type(ticket.name),
        "ETag": etag,
        "X-Content-Type-Options": "nosniff",
    }
    if asked is None:
        return 200, headers, to_send
    if not asked:
        return 416, {**headers, "Content-Range": f"bytes */{size}"}, to_send
    return 206, {**headers, "Content-Range": f"bytes {asked.start}-{asked.stop - 1}/{size}"}, to_send


async def _refused(problem: Problem, exchange: Exchange) -> None:
    answer = refusal(problem, exchange.request_id)
    headers = {**answer.headers, "Cache-Control": "private, no-store"}
    if problem.status == 405:
        headers["Allow"] = ", ".join(_PURPOSES)
    answer.headers = headers
    await exchange.answer(answer)
