"""Either end of a live connection, by itself."""

import asyncio
import threading
from collections import deque
from pathlib import Path

import pytest
from websockets.sync.server import ServerConnection, serve

from ringpost.client import Client
from ringpost.clock import SystemClock
from ringpost.entry.live import MOST_UNREAD, LocalSockets, _End
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer
from ringpost.link.wire import Wire
from ringpost.live import messages
from ringpost.live.ports import Gone
from ringpost.live_client import LiveClient
from ringpost.switch import calls
from ringpost.switch.calls import Command
from tests.switch.staging import HOME, NOBODY
from tests.webhooks.receivers import until


def test_who_reads_nothing_is_said_nothing_more() -> None:
    async def said() -> int:
        sockets, end = LocalSockets(), _End("192.0.2.1")
        name = sockets.new_id()
        sockets.enter(name, end, 10)
        for many in range(100):
            try:
                sockets.send(name, "x" * (MOST_UNREAD // 4))
            except Gone:
                return many
        return 100

    assert asyncio.run(said()) == 4


def test_a_long_message_goes_in_frames_that_api_gateway_takes() -> None:
    frames: list[int] = []

    def heard(line: ServerConnection) -> None:
        frames.extend(len(part.encode()) for part in line.recv_streaming() if isinstance(part, str))

    with serve(heard, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        port = server.socket.getsockname()[1]
        with LiveClient(f"ws://127.0.0.1:{port}/live", "rp_x") as line:
            line.say(messages.Authenticate.model_construct(message="authenticate", token="日" * 30_000))
            until(lambda: sum(frames) > 90_000)
        server.shutdown()
        thread.join(10)
    assert max(frames) <= 32 << 10


class Line:
    """A live connection as a link has it, on which a test says what is heard."""

    def __init__(self, *heard: object) -> None:
        self.heard = deque(heard)
        self.is_closed = False

    def say(self, message: object) -> None:
        """It is said to nobody."""

    def hear(self, seconds: float) -> object:
        if self.is_closed:
            raise OSError("closed")
        return self.heard.popleft() if self.heard else threading.Event().wait(min(seconds, 0.02)) or None

    def close(self) -> None:
        self.is_closed = True


class Takes:
    def __init__(self) -> None:
        self.taken: list[str] = []

    def take(self, command: Command) -> None:
        self.taken.append(command.command_uuid)


@pytest.fixture
def beside(tmp_path: Path) -> Beside:
    client = Client("http://127.0.0.1:1", "rp_x")
    return Beside("pbx1", client, Buffer(tmp_path / "link.sqlite3"), SystemClock(), lambda _: None)


def test_a_connection_is_replaced_in_time_and_what_was_sent_to_the_old_one_is_done(beside: Beside) -> None:
    linked = messages.Linked(switch_uuid=NOBODY)
    asked = calls.asked("calls", HOME)
    command = Command(command_uuid=NOBODY, switch_uuid=NOBODY, switch_name="pbx1", asked=asked, seconds=5)
    old, new, takes = Line(linked), Line(linked), Takes()
    lines = deque([old, new])

    def connect() -> Line:
        if len(lines) == 1:
            old.heard.append(messages.Command(command=command))  # it was on its way
        return lines.popleft()

    wire = Wire(beside, connect, takes, lasts=0.05)  # type: ignore[arg-type] # Line hears what a test says
    thread = threading.Thread(target=wire.work, daemon=True)
    thread.start()
    until(lambda: old.is_closed, 10)
    beside.stopping.set()
    thread.join(10)
    assert takes.taken == [NOBODY]
    beside.buffer.close()
