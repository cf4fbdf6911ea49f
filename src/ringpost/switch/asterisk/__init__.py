"""Asterisk: through its manager interface, its realtime over HTTP and one generic plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringpost.switch.asterisk.abilities import CAPABILITIES
from ringpost.switch.kinds import Home, Kind
from ringpost.switch.queue_abilities import QueueAbilities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ringpost.model.switch import SwitchRecord
    from ringpost.switch import Switch
    from ringpost.switch.asking import Asks, Fields
    from ringpost.switch.hearing import Ear, Notebook
    from ringpost.switch.kinds import Means, Place


def _connect(record: SwitchRecord, means: Means) -> Switch:
    from ringpost.switch.asterisk.driver import Asterisk

    return Asterisk(record, means.secret, means.clock, resting=means.resting)


def _listen(place: Place) -> Ear:
    from ringpost.switch.asterisk.ear import AsteriskEar

    return AsteriskEar.at(place)


def _asks() -> Asks:
    from ringpost.switch.asterisk.standing import ASKS

    return ASKS


def _pointing(url: str, socket: str) -> Mapping[str, str]:
    from ringpost.switch.asterisk.beside import pointing

    return pointing(url, socket)


def _pointed_at(place: Place) -> str:
    from ringpost.switch.asterisk.beside import pointed_at

    return pointed_at(place)


def _forget(place: Place, asked: Sequence[Fields] | None) -> None:
    from ringpost.switch.asterisk.beside import forget

    forget(place, asked)


def _notebook(place: Place) -> Notebook:
    from ringpost.switch.asterisk.whereabouts import Whereabouts

    return Whereabouts.at(place)


KIND = Kind(
    needs=("address", "user", "secret"),
    capabilities=CAPABILITIES,
    connect=_connect,
    has_tls=True,
    listen=_listen,
    asks=_asks,
    pointing=_pointing,
    pointed_at=_pointed_at,
    forget=_forget,
    queues=QueueAbilities,
    queues_by_link=True,
    notebook=_notebook,
    home=Home(
        "127.0.0.1:5038",
        "asterisk.service",
        "RINGPOST_AMI_PASSWORD",
        ("asterisk/ringpost-secret.conf", "asterisk/ringpost-key.conf"),
    ),
)
