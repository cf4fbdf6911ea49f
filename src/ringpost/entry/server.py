"""The local server: the same endpoint behind waitress, with threads."""

import logging
import sys
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from ringpost.dispatch.envelope import MAX_BODY
from ringpost.dispatch.http import HttpAnswer, HttpRequest
from ringpost.dispatch.pipeline import Endpoint, Outcome

_THREADS = 32
_TAKEN_IN = 8 * MAX_BODY
_RECORDINGS = "/recordings/"

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def application(endpoint: Endpoint, recordings: Wsgi | None = None) -> Wsgi:
    """The endpoint as a WSGI application, and what answers under ``/recordings/``, if anything does."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if recordings is not None and environ["PATH_INFO"].startswith(_RECORDINGS):
            return recordings(environ, start_response)
        answered = endpoint.answer(
            HttpRequest(
                method=environ["REQUEST_METHOD"],
                path=environ["PATH_INFO"],
                headers=_headers(environ),
                body=environ["wsgi.input"].read(MAX_BODY + 1),
                source_ip=environ["REMOTE_ADDR"],
                request_id=str(uuid.uuid4()),
                query=dict(parse_qsl(environ["QUERY_STRING"])),
            )
        )
        return sent(answered, environ, start_response)

    return answer


def sent(answered: HttpAnswer, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """An answer, said as WSGI says it."""
    start_response(status_line(answered.status), [("Content-Type", answered.content_type), *answered.headers.items()])
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    return [answered.body, b"\n" if answered.content_type.endswith("json") else b""]


def status_line(status: int) -> str:
    """The number and what it is called."""
    return f"{status} {HTTPStatus(status).phrase}"


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return headers


def report(outcome: Outcome) -> None:
    """One line a request."""
    milliseconds = outcome.seconds * 1000
    print(
        f"{outcome.status} {outcome.action} {outcome.code} {milliseconds:.1f} ms"
        f" key={outcome.key_uuid} request={outcome.request_id}",
        file=sys.stderr,
        flush=True,
    )


def serve(
    endpoint: Endpoint, host: str, port: int, ready: Callable[[str], None], recordings: Wsgi | None = None
) -> None:
    """Answer until interrupted. ``ready`` is told the address once it is listening."""
    from waitress.server import create_server

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    server: Any = create_server(
        application(endpoint, recordings),
        host=host,
        port=port,
        threads=_THREADS,
        max_request_body_size=_TAKEN_IN,
        ident="ringpost",
    )
    listening = getattr(server, "effective_listen", None) or [(server.effective_host, server.effective_port)]
    for address, number in listening:
        ready(f"http://[{address}]:{number}" if ":" in address else f"http://{address}:{number}")
    try:
        server.run()
    finally:
        server.close()
