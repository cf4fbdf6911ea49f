"""Carrying: recordings are put where the endpoint says."""

import http.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ringpost.link.beside import Beside, Pause
from ringpost.link.buffer import File

_LOOKS_EVERY = 0.2
_PUT_SECONDS = 60.0


@dataclass(slots=True)
class Carrying:
    """The work of handing in recordings."""

    link: Beside

    def work(self) -> None:
        """Work until the link is stopping."""
        pause = Pause(self.link.stopping)
        while not self.link.stopping.is_set():
            files = self.link.buffer.files()
            done = [self._carried(file) for file in files]
            if files and not any(done):
                pause.wait()
            else:
                pause.reset()
                self.link.stopping.wait(_LOOKS_EVERY)

    def _carried(self, file: File) -> bool:
        """Hand in one recording; whether that is done with."""
        if self.link.recordings is None:  # nobody has said yet
            return False
        try:
            return self._handed_in(file, self.link.recordings / file.path, self.link.recordings)
        except (OSError, RuntimeError, http.client.HTTPException) as error:  # a loop of links is a RuntimeError
            self.link.say_once("recordings", f"{file.path} cannot be handed in: {error}")
            return False

    def _handed_in(self, file: File, path: Path, folder: Path) -> bool:
        if not path.resolve().is_relative_to(folder.resolve()):
            self.link.buffer.forget_file(file.path)  # a voicemail message, or what a dialplan of its own has recorded
            return True
        if not path.is_file() or not path.stat().st_size:
            self.link.say(f"{path} is not there any more, or empty")
            self.link.buffer.forget_file(file.path)
            return True
        answer = self.link.hand_in(recordings=[file.about.model_dump()])
        if answer is None:
            return False
        [place] = answer["recordings"]
        if place["url"] is not None:
            put(place["url"], path, place["part_bytes"])
            answer = self.link.hand_in(recordings=[{**file.about.model_dump(), "uploaded": True}])
            if answer is None or answer["recordings"][0]["url"] is not None:
                return False
        self.link.buffer.forget_file(file.path)
        return True


def put(url: str, path: Path, part_bytes: int | None) -> None:
    """Put a file there, whole or in parts. Raises ``OSError`` if it was not taken."""
    total = path.stat().st_size
    with path.open("rb") as file:
        if part_bytes is None:
            _put(url, file, total, {})
            return
        for start in range(0, max(total, 1), part_bytes):
            part = file.read(part_bytes)
            end = max(start + len(part) - 1, 0)
            _put(url, part, len(part), {"Content-Range": f"bytes {start}-{end}/{total}"})


def _put(url: str, body: Any, length: int, headers: dict[str, str]) -> None:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.netloc, timeout=_PUT_SECONDS)
    try:
        line.request(
            "PUT", parts._replace(scheme="", netloc="").geturl(), body, {"Content-Length": str(length), **headers}
        )
        answer = line.getresponse()
        answer.read()
        if answer.status >= 300:
            raise OSError(f"{answer.status} {answer.reason}")
    finally:
        line.close()
