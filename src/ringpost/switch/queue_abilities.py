"""What a kind of switch can do of a queue's options; a queue that wants another is refused, and never changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ringpost.model.queue import STRATEGIES, Queue, Strategy
from ringpost.switch import CALL_ACTIONS, QUEUE_ACTIONS

OPTIONS = (
    "ring_seconds",
    "retry_seconds",
    "wrap_up_seconds",
    "longest_wait",
    "most_waiting",
    "join_empty",
    "leave_empty",
    "announce_position",
    "announce_wait",
    "music",
    "record",
    "pause_on",
    "name_prefix",
    "penalty",
)
"""What may differ from a new queue's, and not every switch can do; ``penalty`` is of its members."""


@dataclass(frozen=True, slots=True)
class QueueAbilities:
    """The strategies and options a kind has; ``instead`` says, of those it has not, what to take."""

    strategies: tuple[Strategy, ...] = STRATEGIES
    options: tuple[str, ...] = OPTIONS
    instead: Mapping[str, str] = field(default_factory=dict)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """All that a switch can do that has queues so."""
        return (*CALL_ACTIONS, *QUEUE_ACTIONS, *self.named)

    @property
    def named(self) -> tuple[str, ...]:
        """How they are listed among a switch's capabilities."""
        return (*(f"queue.strategy={one}" for one in self.strategies), *(f"queue.{one}" for one in self.options))

    def lacking(self, queue: Queue) -> Iterator[tuple[str, str]]:
        """The parameters of a queue that the kind cannot do, and what to do about each."""
        if queue.strategy not in self.strategies:
            usual = f"take one of {', '.join(self.strategies)}"
            yield "strategy", f"{queue.strategy}: {self.instead.get(queue.strategy, usual)}"
        for option in OPTIONS:
            if option not in self.options and _uses(queue, option):
                yield option, f"{option}: {self.instead.get(option, 'leave it out')}"


def _uses(queue: Queue, option: str) -> bool:
    if option == "penalty":
        return any(member.penalty for member in queue.members)
    return bool(getattr(queue, option) != Queue.model_fields[option].default)
