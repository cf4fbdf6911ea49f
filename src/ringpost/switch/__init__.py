"""The switch port: what a telephone switch can be asked, in the words of the telephone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ringpost.model.call import CallOrder, Leg


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the A leg has come. ``cause`` is FreeSWITCH's word, once it has ended or failed."""

    state: Literal["ringing", "answered", "ended"]
    answered: bool = False
    cause: str | None = None


class Switch(Protocol):
    """A telephone switch. Any method may raise ``SwitchRefused`` or ``SwitchUnreachable``."""

    @property
    def is_sandbox(self) -> bool:
        """Whether its calls are simulated."""

    def place(self, order: CallOrder) -> None:
        """Ring A, then connect B. Returns once the switch has taken the order."""

    def await_answer(self, order: CallOrder, seconds: float) -> Progress:
        """Wait until A answers or fails, this long at most."""

    def foretold(self, order: CallOrder) -> Sequence[Leg]:
        """The legs this call will have had, if the switch already knows: the sandbox does.

        Raises what ``place`` would: then the call need not be written down at all.
        """
