"""Handing in: the switch's records go to the endpoint, in their order; what it refuses for good is put aside."""

import json
import os
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

import click

from ringpost.client import Answer
from ringpost.clock import stamp
from ringpost.link.beside import Beside, Pause
from ringpost.switch.hearing import PostedRecord

_FOR_GOOD = frozenset({"invalid-request", "not-found", "too-large", "not-json", "cannot-comply"})
"""Codes of refusals that would be the same another time."""
_TRIES = 5
"""How often one that breaks something at the endpoint holds up the others."""
_LOOKS_EVERY = 0.2


def put_aside_in(folder: Path, switch: str) -> Path:
    """The file of the records of a switch that were refused."""
    return folder / f"refused-{switch.lower()}.jsonl"


@dataclass(slots=True)
class HandingIn:
    """The work of handing in records. ``aside`` is the file of those that were refused, a JSON object a line."""

    link: Beside
    aside: Path

    def work(self) -> None:
        """Work until the link is stopping."""
        link, pause, tries = self.link, Pause(self.link.stopping), 0
        while not link.stopping.is_set():
            first = link.buffer.first_record()
            if first is None:
                link.stopping.wait(_LOOKS_EVERY)
                continue
            answer = self._answered(first[1])
            if answer is not None and self._is_done(first[1], answer):
                link.buffer.forget_record(first[0])
                pause.reset()
                tries = 0
                continue
            tries += answer is not None and answer.code == "internal"
            if tries >= _TRIES:
                link.say("a record breaks something at the endpoint: it comes after the others")
                link.buffer.put_last(first[0])
                tries = 0
            pause.wait()

    def _answered(self, record: PostedRecord) -> Answer | None:
        try:
            answer = self.link.client.post(record.action, record.body, record.content_type, record.query)
        except click.ClickException as error:
            self.link.say_once("handing in", error.message)
            return None
        if answer.is_good and not _is_ours(answer):
            self.link.say_once("handing in", "what answers is not Ringpost: is RINGPOST_URL right?")
            return None
        return answer

    def _is_done(self, record: PostedRecord, answer: Answer) -> bool:
        if answer.is_good:
            self.link.say_once("handing in", "records are handed in")
            return True
        if answer.code not in _FOR_GOOD:
            self.link.say_once("handing in", f"a record is not taken: {answer.why}")
            return False
        self._put_aside(record, answer)
        self.link.say(f"a record was refused, and is in {self.aside}: {answer.why}")
        return True

    def _put_aside(self, record: PostedRecord, answer: Answer) -> None:
        line = {
            "at": stamp(self.link.clock.now()),
            "action": record.action,
            "query": record.query,
            "content_type": record.content_type,
            "why": answer.why,
            "body": b64encode(record.body).decode(),
        }
        with os.fdopen(os.open(self.aside, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _is_ours(answer: Answer) -> bool:
    return "x-request-id" in {name.lower() for name in answer.headers}
