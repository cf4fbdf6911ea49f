"""That a phone of the live suite knows its own tone from anything else, and silence from both."""

import math
from array import array
from pathlib import Path

from tests.live.phones import Ear, Heard


def sound(hertz: float, seconds: float, loudness: int = 8000) -> bytes:
    samples = (int(loudness * math.sin(math.tau * hertz * at / 8000)) for at in range(int(8000 * seconds)))
    return array("h", samples).tobytes()


def test_hears_the_tone_anything_else_and_silence_each_once_while_the_file_grows(tmp_path: Path) -> None:
    file = tmp_path / "dump.wav"
    file.write_bytes(bytes(44) + sound(400, 1.05))
    ear = Ear(file)
    assert rounded(ear.heard()) == (1, 0)
    with file.open("ab") as more:
        more.write(sound(400, 0.05) + bytes(16000) + sound(700, 0.5) + sound(400, 1, 10))
    assert rounded(ear.heard()) == (1.1, 0.5)
    assert rounded(ear.heard()) == (1.1, 0.5)


def rounded(heard: Heard) -> tuple[float, float]:
    return round(heard.tone, 1), round(heard.anything_else, 1)
