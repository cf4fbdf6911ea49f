"""Phones that call, each with a tone of its own, and that know whose tones they hear: a whole room of them is light.

What they say and hear is PCMU; of what they hear the last seconds are kept.
"""

import cmath
import math
import re
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from tests.live.own_transfers import Dialog, OwnTransfers
from tests.live.patience import eventually
from tests.live.phones import ADDRESS

_RATE, _PACKET, _WINDOW = 8000, 160, 800
_AMPLITUDE, _HEARD, _SOUND = 2000, 100_000, 30_000
"""How loud a tone is, what power of one is that tone heard, and what is anything at all."""
_KEPT = 300
"""Packets: six seconds."""


def _encoded(sample: int) -> int:
    sign, size = (0x80, -sample) if sample < 0 else (0, sample)
    size = min(size, 32_635) + 132
    exponent = max(0, size.bit_length() - 8)
    return ~(sign | exponent << 4 | size >> exponent + 3 & 15) & 255


def _decoded(byte: int) -> int:
    value = ~byte & 255
    size = (((value & 15) << 3) + 132) << (value >> 4 & 7)
    return 132 - size if value & 0x80 else size - 132


_SAMPLES = [_decoded(byte) for byte in range(256)]


class Toned(OwnTransfers):
    """The phone of an extension that says one tone: of 300, 400, … Hz, as ``place`` has it."""

    def __init__(self, number: str, domain: str, password: str, sip: str, place: int) -> None:
        super().__init__(number, domain, password, sip)
        self.number = number
        self.frequency = 300 + 100 * place
        self._turns = [cmath.exp(-1j * math.tau * self.frequency * at / _RATE) for at in range(_WINDOW)]
        wave = (_AMPLITUDE * math.sin(math.tau * self.frequency * at / _RATE) for at in range(_WINDOW))
        self._tone = bytes(_encoded(int(sample)) for sample in wave)
        self._heard: deque[tuple[float, bytes]] = deque(maxlen=_KEPT)
        self._there: tuple[str, int] | None = None
        self._media.settimeout(0.2)
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._speak, self._hear)]

    def __enter__(self) -> Self:
        super().__enter__()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.hangs_up_all()
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        super().__exit__(kind, error, at)

    def hangs_up_all(self) -> None:
        for dialog in self.dialogs():
            self.hangs_up(dialog)

    def dialogs(self) -> list[Dialog]:
        """Its calls that are up."""
        return [dialog for dialog in self._calls.values() if dialog.state == "answered"]

    def hears(self, others: Iterable["Toned"], seconds: float = 1.0) -> tuple[set[str], bool]:
        """The numbers whose tones it hears from now on, and whether it hears anything else."""
        began = time.time()
        eventually(lambda: time.time() > began + seconds, "somebody listens for a while")
        samples = [_SAMPLES[byte] for at, packet in list(self._heard) if at >= began for byte in packet]
        windows = [samples[at : at + _WINDOW] for at in range(0, len(samples) - _WINDOW + 1, _WINDOW)]
        if not windows:
            return set(), False
        powers = {other.number: other.power_in(windows) for other in others}
        whole = sum(sum(sample * sample for sample in window) / _WINDOW for window in windows) / len(windows)
        return {number for number, power in powers.items() if power > _HEARD}, whole - sum(powers.values()) > _SOUND

    def power_in(self, windows: Sequence[Sequence[int]]) -> float:
        """How much of its tone is in what somebody has heard."""
        parts = (abs(sum(map(complex.__mul__, map(complex, window), self._turns)) / _WINDOW) ** 2 for window in windows)
        return 2 * sum(parts) / len(windows)

    def _answered(self, dialog: Dialog, message: str) -> None:
        port = re.search(r"(?m)^m=audio (\d+)", message)
        if port:
            self._there = (ADDRESS, int(port[1]))
        super()._answered(dialog, message)

    def _speak(self) -> None:
        sequence, due = 0, time.monotonic()
        while not self._is_over.is_set():
            due += _PACKET / _RATE
            time.sleep(max(0.0, due - time.monotonic()))
            sequence += 1
            if self._there is None or not self.dialogs():
                continue
            at = sequence * _PACKET % _WINDOW
            head = b"\x80\x00" + (sequence & 0xFFFF).to_bytes(2) + (sequence * _PACKET & 0xFFFFFFFF).to_bytes(4)
            self._media.sendto(head + b"tone" + self._tone[at : at + _PACKET], self._there)

    def _hear(self) -> None:
        while not self._is_over.is_set():
            try:
                packet = self._media.recv(2_000)
            except TimeoutError:
                continue
            except OSError:
                return
            if packet[1] & 127 == 0:
                self._heard.append((time.time(), packet[12:]))


def talk_with_each_other(phones: Sequence[Toned]) -> bool:
    """Whether each hears all the others, and nothing else."""
    return who_hears_whom(phones) == {
        one.number: {other.number for other in phones if other is not one} for one in phones
    }


def who_hears_whom(phones: Sequence[Toned], seconds: float = 1.0) -> dict[str, set[str]]:
    """Whose tones each hears, all in the same second."""
    found: dict[str, set[str]] = {}

    def listen(phone: Toned) -> None:
        found[phone.number] = phone.hears(phones, seconds)[0]

    threads = [threading.Thread(target=listen, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
