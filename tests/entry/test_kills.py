"""Endpoint and link are killed, again and again, while commands, events and records flow: all of it counts once.

``make test-kills``. ``RINGPOST_KILLS`` says how many, ``RINGPOST_CRASH_SEED`` has the same struck at the same steps.
"""

import os
import sys
import threading
from pathlib import Path

import pytest

from tests.entry.commanding import CommandedWorks, Commands, Records
from tests.entry.crashing import LONGEST
from tests.entry.test_crashes import Round, seeded, were_told
from tests.webhooks.receivers import until

KILLS = int(os.environ.get("RINGPOST_KILLS", "20"))
_CALLS, _BLOWS = 3, 5
_MORTAL = (("endpoint", "link"), ("endpoint",), ("link",))
_IS_UP_FIRST = 0.7
"""How often whatever is killed works when it is; the other times it may be starting."""
_LONGEST_WORK = 0.5


class Blow(Round):
    """Some calls, and the works struck as they work."""

    works: CommandedWorks

    def strike(self) -> None:
        """Kill one of them, or both at once."""
        if self.chance.random() < _IS_UP_FIRST:
            self.works.start()
            until(self.works.is_reachable, LONGEST)
            threading.Event().wait(self.chance.uniform(0, _LONGEST_WORK))
        super().strike()


@pytest.mark.kills
def test_no_command_is_done_twice_and_nothing_acknowledged_is_lost_whatever_is_killed(tmp_path: Path) -> None:
    killed = calls = 0
    with seeded() as chance, CommandedWorks(tmp_path) as works:
        until(works.is_reachable, LONGEST)
        commands, records = Commands(works), Records(works)
        with commands.going_on(), records.going_on():
            while killed < KILLS:
                mortal = chance.choice(_MORTAL)
                one = Blow(works, chance, *mortal, calls=_CALLS, blows=_BLOWS)
                one.play()
                until(works.is_reachable, LONGEST)
                were_told(works, one.plays, exactly=False)
                killed, calls = killed + one.killed, calls + len(one.calls)
        commands.were_done()
        records.are_there()
    done, acknowledged = len(works.switch.sent), len(commands.acknowledged)
    sys.stdout.write(
        f"{killed} killed: {done} commands done, {acknowledged} acknowledged, {dict(commands.refused)} not;"
        f" longest {commands.longest:.1f} s; {len(records.taken)} records, {calls} calls\n"
    )
