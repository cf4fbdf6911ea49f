"""All that a link does to stand in, put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ringpost.link import standing_time
from ringpost.link.asking import WITHIN, Asking
from ringpost.link.beside import Beside
from ringpost.link.forgetting import Forgetting
from ringpost.link.handing_in import HandingIn, put_aside_in
from ringpost.link.kept_answers import KeptAnswers, opened
from ringpost.link.loopback import Loopback
from ringpost.link.standing import Standing
from ringpost.link.standing_time import HOURS, StandingTime
from ringpost.link.warming import A_SECOND, Warming
from ringpost.link.watching import Watching
from ringpost.link.work import Work
from ringpost.switch.asking import Asks, Fields


@dataclass(slots=True)
class StandingIn:
    """What stands in for the endpoint beside a switch. ``standing`` is told of changes by whoever hears of them."""

    kept: KeptAnswers
    standing: Standing
    loopback: Loopback
    watching: Watching
    warming: Warming
    handing_in: HandingIn
    forgetting: Forgetting

    @classmethod
    def beside(
        cls,
        link: Beside,
        asks: Asks,
        folder: Path,
        address: tuple[str, int],
        forget: Callable[[Sequence[Fields] | None], None],
        *,
        hours: float = HOURS,
        within: float = WITHIN,
        a_second: float = A_SECOND,
        elapsed: Callable[[], float] = standing_time.elapsed,
    ) -> "StandingIn":
        """Open what is kept, and the door on loopback; ``forget`` is the switch's. ``OSError`` if the port is taken."""
        name = link.switch.lower()
        kept = opened(folder / f"standing-{name}.sqlite3", link.switch, link.client.key_id, link.say)
        time = StandingTime(kept, link.clock, hours, elapsed)
        questions = {question.action: question for question in asks.questions}
        forgetting = Forgetting(link, forget)
        standing = Standing(link, questions, Asking(link.client, within), kept, time, forget=forgetting.these)
        loopback = Loopback(link, standing, asks.records, address)
        loopback.open()
        return cls(
            kept,
            standing,
            loopback,
            Watching(link, kept, time, standing),
            Warming(link, standing, a_second),
            HandingIn(link, put_aside_in(folder, link.switch)),
            forgetting,
        )

    @property
    def works(self) -> tuple[Work, ...]:
        """What goes on side by side."""
        return (self.loopback, self.watching, self.warming, self.handing_in, self.forgetting)

    def close(self) -> None:
        """Let go of all of it, once nothing works any more."""
        self.standing.asking.close()
        self.kept.close()
