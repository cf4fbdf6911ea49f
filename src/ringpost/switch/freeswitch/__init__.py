"""FreeSWITCH: through its event socket, its mod_xml_curl and its mod_json_cdr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringpost.switch.freeswitch.abilities import ABILITIES
from ringpost.switch.kinds import Home, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ringpost.model.switch import SwitchRecord
    from ringpost.switch import Switch
    from ringpost.switch.asking import Asks
    from ringpost.switch.hearing import Ear
    from ringpost.switch.kinds import Means, Place


def _connect(record: SwitchRecord, means: Means) -> Switch:
    from ringpost.switch.freeswitch.driver import FreeSwitch

    return FreeSwitch(record, means.secret, means.clock, resting=means.resting)


def _listen(place: Place) -> Ear:
    from ringpost.switch.freeswitch.ear import FreeSwitchEar
    from ringpost.switch.freeswitch.esl import EventSocket

    return FreeSwitchEar(EventSocket(place.host, place.port, user=place.user, password=place.password))


def _asks() -> Asks:
    from ringpost.switch.freeswitch.standing import ASKS

    return ASKS


def _pointing(url: str, socket: str) -> Mapping[str, str]:
    from ringpost.switch.freeswitch.beside import pointing

    return pointing(url, socket)


def _pointed_at(place: Place) -> str:
    from ringpost.switch.freeswitch.beside import pointed_at

    return pointed_at(place)


KIND = Kind(
    needs=("address", "secret"),
    capabilities=ABILITIES.capabilities,
    connect=_connect,
    listen=_listen,
    asks=_asks,
    pointing=_pointing,
    pointed_at=_pointed_at,
    queues=lambda: ABILITIES,
    home=Home("127.0.0.1:8021", "freeswitch.service", "RINGPOST_ESL_PASSWORD", ("freeswitch/vars.xml",)),
)
