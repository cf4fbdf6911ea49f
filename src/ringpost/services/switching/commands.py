"""Commands for links: written down before they are sent, so that any process can take the answer in, once."""

import json
import logging
from collections.abc import Callable

from ringpost.clock import seconds, stamp
from ringpost.context import Context, Moved
from ringpost.model.record import Entity
from ringpost.model.values import Timestamp
from ringpost.store import Put, Row, Store, keys
from ringpost.switch.calls import Answer, Outcome

__all__ = ["Answer", "CommandRow", "answered", "begun"]

_KEPT = 3600
_PART = 150_000
"""Characters: written as a text of JSON they are twice as many at most, and a row has 400,000 bytes."""
_log = logging.getLogger("ringpost")


class CommandPart(Entity):
    """A part of an outcome that is more than a row holds: of its JSON, in ASCII."""

    text: str


class CommandRow(Entity):
    """A command of which somebody awaits the outcome, until then. In ``parts`` rows, if it is more than one holds."""

    switch_uuid: str
    until: Timestamp
    outcome: Outcome | None = None
    parts: int = 0
    version: int = 1

    @property
    def is_answered(self) -> bool:
        """Whether there is an outcome."""
        return self.outcome is not None or self.parts > 0

    def row(self, command_uuid: str) -> Row:
        """As it is kept, for an hour."""
        return Row(keys.command(command_uuid), self.model_dump_json(), self.version, self._expires)

    def answered(self, command_uuid: str, outcome: Outcome) -> list[Put]:
        """What is to be written when it was answered so, all at once."""
        text = json.dumps(outcome.model_dump(mode="json"))
        parts = [text[start : start + _PART] for start in range(0, len(text), _PART)]
        is_whole = len(parts) == 1
        members = {"outcome": outcome} if is_whole else {"parts": len(parts)}
        after = self.model_copy(update={**members, "version": self.version + 1})
        puts = [Put(after.row(command_uuid), if_version=self.version)]
        for number, part in enumerate(() if is_whole else parts):
            body = CommandPart(text=part).model_dump_json()
            puts.append(Put(Row(keys.command_part(command_uuid, number), body, 1, self._expires)))
        return puts

    @property
    def _expires(self) -> int:
        return int(seconds(self.until)) + _KEPT


def answered(context: Context, switch_uuid: str, answer: Answer, may_log: Callable[[], object] = bool) -> bool:
    """Take in what a command came to: of its switch's link, the first, and in time. All else changes nothing: False.

    That is logged, unless ``may_log`` raises: whoever answers what nobody asked can do so without end.
    """
    known = context.store.get(keys.command(answer.command_uuid), CommandRow)
    why_not = _why_not(known, switch_uuid, answer, context.now)
    if known is None or why_not:
        may_log()
        level = logging.INFO if known is None else logging.WARNING
        _log.log(level, "an answer to command %s is passed over: %s", answer.command_uuid, why_not)
        return False
    for put in known.answered(answer.command_uuid, answer.outcome):
        context.store.stage(put, Moved())
    return True


def outcome(store: Store, command_uuid: str) -> Outcome | None:
    """What a command came to, as far as that is known: one read, and one for each part."""
    row = store.get(keys.command(command_uuid))
    known = CommandRow.model_validate_json(row.body) if row else None
    if known is None or not known.parts:
        return known.outcome if known else None
    rows = [store.get(keys.command_part(command_uuid, number)) for number in range(known.parts)]
    texts = [CommandPart.model_validate_json(part.body).text for part in rows if part]
    return Outcome.model_validate_json("".join(texts))


def _why_not(known: CommandRow | None, switch_uuid: str, answer: Answer, now: str) -> str | None:
    if known is None:
        return "nobody has asked for it"
    if switch_uuid != known.switch_uuid or answer.switch_uuid != known.switch_uuid:
        return "it is another switch's"
    if known.is_answered:
        return "it was answered before"
    return "it comes too late" if now > known.until else None


def begun(switch_uuid: str, now: float, wait: float) -> CommandRow:
    """A command that is asked now, whose outcome is awaited for so many seconds."""
    return CommandRow(switch_uuid=switch_uuid, until=stamp(now + wait))
