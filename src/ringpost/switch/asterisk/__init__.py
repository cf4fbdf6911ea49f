"""Asterisk: through its manager interface, its realtime over HTTP and one generic plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringpost.switch import CALL_ACTIONS
from ringpost.switch.kinds import Kind

if TYPE_CHECKING:
    from ringpost.model.switch import SwitchRecord
    from ringpost.switch import Switch
    from ringpost.switch.hearing import Ear
    from ringpost.switch.kinds import Means, Place


def _connect(record: SwitchRecord, means: Means) -> Switch:
    from ringpost.switch.asterisk.driver import Asterisk

    return Asterisk(record, means.secret, means.clock, resting=means.resting)


def _listen(place: Place) -> Ear:
    from ringpost.switch.asterisk.ear import AsteriskEar

    return AsteriskEar.at(place)


KIND = Kind(
    needs=("address", "user", "secret"),
    capabilities=CALL_ACTIONS,
    connect=_connect,
    has_tls=True,
    listen=_listen,
)
