"""What each kind of switch can do of a queue, as docs/call-centre.md shows it, read from the kinds themselves."""

import re
from collections.abc import Iterator

from ringpost.model.queue import STRATEGIES
from ringpost.switch.kinds import kinds
from ringpost.switch.queue_abilities import OPTIONS, QueueAbilities

_TABLE = re.compile(r"^\| option \|.*?\n(?=\n|\Z)", re.MULTILINE | re.DOTALL)


def page(text: str) -> str:
    """docs/call-centre.md with the table as it is now."""
    return _TABLE.sub(lambda _: "".join(f"{line}\n" for line in _table()), text)


def _table() -> Iterator[str]:
    names = [name for name, kind in kinds().items() if kind.queues() is not None]
    yield f"| option | {' | '.join(names)} |"
    yield f"|---|{'---|' * len(names)}"
    can = {name: kinds()[name].queues() or QueueAbilities() for name in names}
    for strategy in STRATEGIES:
        yield _row(f"`strategy` `{strategy}`", (_cell(can[name], strategy, can[name].strategies) for name in names))
    for option in OPTIONS:
        yield _row(f"`{option}`", (_cell(can[name], option, can[name].options) for name in names))


def _row(what: str, cells: Iterator[str]) -> str:
    return f"| {what} | {' | '.join(cells)} |"


def _cell(can: QueueAbilities, what: str, has: tuple[str, ...]) -> str:
    return "yes" if what in has else f"no: {can.instead.get(what, 'leave it out')}"
