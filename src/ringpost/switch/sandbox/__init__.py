"""The sandbox: calls that are played."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringpost.model.errors import CannotComply
from ringpost.switch.kinds import Kind
from ringpost.switch.queue_abilities import QueueAbilities

if TYPE_CHECKING:
    from ringpost.model.switch import SwitchRecord
    from ringpost.switch import Switch
    from ringpost.switch.kinds import Means


def _connect(record: SwitchRecord, means: Means) -> Switch:
    from ringpost.switch.sandbox.driver import SandboxSwitch

    if means.scripts is None:
        raise CannotComply("the sandbox's calls are played where they are written down, beside no switch")
    return SandboxSwitch(means.clock, means.scripts)


KIND = Kind(needs=(), capabilities=QueueAbilities().capabilities, connect=_connect, queues=QueueAbilities)
