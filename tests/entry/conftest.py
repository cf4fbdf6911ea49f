"""The endpoint over real HTTP, for the command line to call."""

import threading
from collections.abc import Iterator

import pytest
from waitress.server import create_server

from ringpost.entry.server import application
from tests.harness import House


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """Where it answers. The loop is ours: closing the socket under waitress' own would break it now and then."""
    server = create_server(application(house.endpoint), host="127.0.0.1", port=0)
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            server.asyncore.loop(timeout=0.5, map=server._map, count=1)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    stopping.set()
    server.pull_trigger()
    thread.join(10)
    server.task_dispatcher.shutdown()
    server.asyncore.close_all(server._map)
