"""Telling: what was heard is handed in, in its order, until the endpoint has it."""

from dataclasses import dataclass

from ringpost.link.beside import Beside, Pause

_AT_ONCE = 100
_LOOKS_EVERY = 0.05
"""Seconds."""


@dataclass(slots=True)
class Telling:
    """The work of handing in notices."""

    link: Beside

    def work(self) -> None:
        """Work until the link is stopping."""
        link = self.link
        pause = Pause(link.stopping)
        while not link.stopping.is_set():
            waiting = link.buffer.first(_AT_ONCE)
            if not waiting:
                link.stopping.wait(_LOOKS_EVERY)
                continue
            answer = link.hand_in(notices=[one.model_dump(exclude_none=True) for one in waiting])
            if answer is None:
                pause.wait()
                continue
            pause.reset()
            link.buffer.forget(answer["taken"])
            if answer["refused"]:
                link.say(f"{answer['refused']} notices were refused: is it this switch's key, and its clock right?")
