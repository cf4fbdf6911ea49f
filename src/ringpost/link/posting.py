"""Posting: what a command came to, over HTTPS, where it is too large for the live connection."""

from dataclasses import dataclass

from ringpost.link.beside import Beside
from ringpost.switch.calls import Answer


@dataclass(frozen=True, slots=True)
class Posting:
    """The ``Post`` of a link."""

    link: Beside

    def post(self, answer: Answer) -> None:
        """Hand it in. ``OSError`` if it was not taken."""
        if self.link.call("switch-link", {"answer": answer.model_dump(mode="json")}) is None:
            raise OSError("the endpoint did not take it")
