"""Commands for links: written down before they are sent, so that any process can take the answer in, once."""

import logging
from collections.abc import Callable

from ringpost.clock import seconds, stamp
from ringpost.context import Context, Moved
from ringpost.model.record import Entity
from ringpost.model.values import Timestamp
from ringpost.store import Put, Row, keys
from ringpost.switch.calls import Answer, Outcome

__all__ = ["Answer", "CommandRow", "answered", "begun"]

_KEPT = 3600
_log = logging.getLogger("ringpost")


class CommandRow(Entity):
    """A command of which somebody awaits the outcome, until then."""

    switch_uuid: str
    until: Timestamp
    outcome: Outcome | None = None
    version: int = 1

    def row(self, command_uuid: str) -> Row:
        """As it is kept, for an hour."""
        expires = int(seconds(self.until)) + _KEPT
        return Row(keys.command(command_uuid), self.model_dump_json(), self.version, expires)


def answered(context: Context, switch_uuid: str, answer: Answer, may_log: Callable[[], object] = bool) -> bool:
    """Take in what a command came to: of its switch's link, the first, and in time. All else changes nothing: False.

    That is logged, unless ``may_log`` raises: whoever answers what nobody asked can do so without end.
    """
    known = context.store.get(keys.command(answer.command_uuid), CommandRow)
    why_not = _why_not(known, switch_uuid, answer, context.now)
    if known is None or why_not:
        may_log()
        _log.warning("an answer to command %s is passed over: %s", answer.command_uuid, why_not)
        return False
    after = known.model_copy(update={"outcome": answer.outcome, "version": known.version + 1})
    context.store.stage(Put(after.row(answer.command_uuid), if_version=known.version), Moved())
    return True


def _why_not(known: CommandRow | None, switch_uuid: str, answer: Answer, now: str) -> str | None:
    if known is None:
        return "nobody has asked for it"
    if switch_uuid != known.switch_uuid or answer.switch_uuid != known.switch_uuid:
        return "it is another switch's"
    if known.outcome is not None:
        return "it was answered before"
    return "it comes too late" if now > known.until else None


def begun(switch_uuid: str, now: float, wait: float) -> CommandRow:
    """A command that is asked now, whose outcome is awaited for so many seconds."""
    return CommandRow(switch_uuid=switch_uuid, until=stamp(now + wait))
