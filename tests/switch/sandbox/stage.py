"""The sandbox's side of the suite for every switch."""

from collections.abc import Iterator
from contextlib import contextmanager

from ringpost.switch.sandbox.driver import SandboxSwitch
from ringpost.switch.scripts import Script
from tests.fakes import NOON, FakeClock, MemoryScripts
from tests.switch.staging import CALL, HOME, Stage, order

_ENDS_FOR = {"USER_BUSY": "5550140", "CALL_REJECTED": "5550142", "USER_NOT_REGISTERED": "5550143"}


class SandboxStage:
    def __init__(self, clock: FakeClock) -> None:
        scripts = MemoryScripts()
        self.switch = SandboxSwitch(clock, scripts)
        scripts.scripts[CALL] = Script(order=order(), extensions=("100", "101"))
        clock.time = NOON + 3
        self.a, self.b = (leg.leg_uuid for leg in self.switch.calls(HOME)[0].legs)

    def next_call(self, cause: str | None) -> str:
        return _ENDS_FOR[cause] if cause else "100"

    def has_no_leg(self, cause: str) -> bool:
        return False


@contextmanager
def staged(clock: FakeClock) -> Iterator[Stage]:
    yield SandboxStage(clock)
