"""The line of one live connection, as uvicorn has it: what uvicorn waits for without end has an end here."""

import asyncio
from typing import TYPE_CHECKING

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent


class LiveLine(WebSocketsSansIOProtocol):
    """One line. Who does not read what is sent is not read either, and cut off after a while."""

    _reading: asyncio.TimerHandle | None = None

    @property
    def is_understood(self) -> bool:
        """Whether its handshake was read: uvicorn neither answers nor ends one that websockets gives up on."""
        return self.handshake_initiated

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._take_up_reading()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """What is sent is not read: whatever else is asked, pings too, would only add to it."""
        super().pause_writing()
        self.transport.pause_reading()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        """It is read again."""
        self._take_up_reading()
        super().resume_writing()
        if not self.read_paused:
            self.transport.resume_reading()

    async def receive(self) -> "ASGIReceiveEvent":
        """What came next. uvicorn goes on reading then, whether it can write or not."""
        message = await super().receive()
        if not self.writable.is_set():
            self.transport.pause_reading()
        return message

    async def run_asgi(self) -> None:
        """Answer, to the end. What is not taken by then is not waited for without end."""
        await super().run_asgi()
        if not self.disconnected:
            self._wait_for_reader()

    def send_receive_event_to_app(self) -> None:
        """Hand on a message; what is no UTF-8 ends the connection, and is no news."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.conn.fail(CloseCode.INVALID_DATA)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def _wait_for_reader(self) -> None:
        self._take_up_reading()
        seconds = self.app_state["connection"].door.patience.reading
        self._reading = self.loop.call_later(seconds, self.transport.abort)

    def _take_up_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
