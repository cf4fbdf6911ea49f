"""A server on loopback, as long as a test needs it."""

import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Serving(ABC):
    """Whatever is posted, put or deleted there, ``answer`` answers it."""

    @abstractmethod
    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> None:
        """Answer a request, perhaps with ``reply``."""

    def __enter__(self) -> Self:
        here = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                here.answer(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def do_PUT(self) -> None:
                self.do_POST()

            def do_DELETE(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"


def reply(asked: BaseHTTPRequestHandler, status: int, body: bytes = b"", sent: int | None = None) -> None:
    """Send an answer, or no more than so many bytes of its body."""
    asked.send_response(status)
    asked.send_header("Content-Length", str(len(body)))
    asked.end_headers()
    asked.wfile.write(body[:sent])
