"""The operator's page: the files of ``console/``, and nothing else, at ``/console/``.

They are read once, at the start: what a browser asks for is only ever looked up among them.
"""

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import ringpost
from ringpost.entry.exchange import Exchange
from ringpost.model.errors import MethodNotAllowed, NotFound

PATH = "/console"
_SELF = "'self'"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_METHODS = ("GET", "HEAD")
_WORTH_PACKING = 512


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    packed: bytes | None
    content_type: str
    etag: str


def folder() -> Path:
    """Where the page is: in the installed package, or beside ``src/`` in a checkout."""
    package = Path(ringpost.__file__).parent
    installed = package / "console"
    return installed if installed.is_dir() else package.parents[1] / "console"


def security_headers(media: Iterable[str] = ()) -> dict[str, str]:
    """What a browser may do on the page. ``media``: origins that recordings are played from, besides our own."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"media-src {' '.join([_SELF, *media])}; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


class OperatorsPage:
    """What answers at ``/console/``."""

    def __init__(self, files: Path, media: Iterable[str] = ()) -> None:
        self._headers = {**security_headers(media), "Cache-Control": "no-cache"}
        found = (path for path in files.rglob("*") if path.is_file() and path.suffix in _TYPES)
        self._files = {path.relative_to(files).as_posix(): _read(path) for path in found}

    def has(self, path: str) -> bool:
        """Whether a path is the page's."""
        return path == PATH or path.startswith(f"{PATH}/")

    async def answer(self, exchange: Exchange) -> None:
        """Answer with the file, or 304 if the browser has it."""
        if exchange.method not in _METHODS:
            exchange.also_said = {**exchange.also_said, "Allow": ", ".join(_METHODS)}
            raise MethodNotAllowed("the operator's page is read with GET")
        if exchange.path == PATH:
            await self._send(exchange, 308, {"Location": "console/", "Content-Length": "0"}, b"")
            return
        file = self._files.get(exchange.path.removeprefix(f"{PATH}/") or "index.html")
        if file is None:
            raise NotFound("the operator's page has no such file")
        if file.etag in exchange.headers.get("if-none-match", ""):
            await self._send(exchange, 304, {"ETag": file.etag}, b"")
            return
        packs = file.packed is not None and "gzip" in exchange.headers.get("accept-encoding", "")
        body = file.packed if packs and file.packed is not None else file.body
        said = {
            "Content-Type": file.content_type,
            "Content-Length": str(len(body)),
            "ETag": file.etag,
            "Vary": "Accept-Encoding",
            **({"Content-Encoding": "gzip"} if packs else {}),
        }
        await self._send(exchange, 200, said, body if exchange.method == "GET" else b"")

    async def _send(self, exchange: Exchange, status: int, said: Mapping[str, str], body: bytes) -> None:
        await exchange.begin(status, {**said, **self._headers})
        await exchange.end(body)


def _read(path: Path) -> _File:
    body = path.read_bytes()
    packed = gzip.compress(body, mtime=0) if len(body) >= _WORTH_PACKING else None
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return _File(body, packed, _TYPES[path.suffix], etag)
