"""The local server in a thread, as long as a test needs it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ringpost.dispatch.pipeline import Endpoint
from ringpost.entry.connections import Patience
from ringpost.entry.cors import Origins
from ringpost.entry.hosts import Hosts
from ringpost.entry.live import Live
from ringpost.entry.operators_page import OperatorsPage
from ringpost.entry.server import Answering, Server, application, bound

WAIT = 30


@contextmanager
def listening(
    endpoint: Endpoint,
    recordings: Answering | None = None,
    patience: Patience | None = None,
    origins: Origins | None = None,
    base_path: str = "",
    live: Live | None = None,
    page: OperatorsPage | None = None,
) -> Iterator[str]:
    """Where it answers."""
    [line] = bound("127.0.0.1", 0)
    host, port = line.getsockname()
    answering = application(endpoint, Hosts([host]), recordings, origins, base_path, live, page)
    server = Server(answering, patience or Patience())
    thread = threading.Thread(target=server.run, args=([line],))
    thread.start()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(WAIT)
        assert not thread.is_alive()
