"""The calls we place on a FreeSWITCH: what their legs carry, and how all phones of A are one leg to us.

A's leg has the call's uuid, which only one channel can have; and one that has answered cannot be given it, for then
Sofia takes no more of its phone's requests. So the phones of an extension ring under uuids of their own, marked with
the call's, if there are several: what is told of the one that answers is told of A, what is done to A is done to it.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ringpost.model.call import CallOrder, EndedBy
from ringpost.switch.freeswitch import conferences, names
from ringpost.switch.freeswitch.said import HUNG_UP, PLACED, presence, spoken_of
from ringpost.switch.said import Said

_CAUSE = re.compile(r"-ERR ([A-Z0-9_]+)\s*")
_WITHOUT_A_LEG = frozenset(
    {"USER_NOT_REGISTERED", "SUBSCRIBER_ABSENT", "INVALID_GATEWAY", "INVALID_PROFILE", "GATEWAY_DOWN", "INVALID_URL"}
)
"""Why an ``originate`` fails before there is a channel."""
_ARGUMENT = re.compile(r"\{([^{}]*)\}(user|sofia)/")
_WHISPERS = {
    "listen": (),
    "whisper": ("eavesdrop_whisper_bleg",),
    "barge": ("eavesdrop_whisper_aleg", "eavesdrop_whisper_bleg"),
}


def command(order: CallOrder) -> str:
    """Ring A under our uuid; once it answers, it runs the domain's dialplan for B."""
    name = names.argument(names.shown(order.caller_id_name) or order.caller_id_number)
    variables = {
        "origination_uuid": order.call_uuid,
        "origination_caller_id_number": order.caller_id_number,
        "domain_uuid": order.domain_uuid,
        "domain_name": order.domain_name,
        "presence_data": order.domain_uuid,
        "originate_timeout": str(order.ring_seconds),
        "ignore_early_media": "true",
        "hangup_after_bridge": "true",
        **({"call_direction": order.direction} if order.direction else {}),
        "ringpost_a": order.destination_a,
        "ringpost_b": order.destination_b,
        **dict.fromkeys(_WHISPERS[order.monitor_mode] if order.monitors else (), "true"),
        **({conferences.INVITED: conferences.invited(order.room, moderator=order.moderator)} if order.room else {}),
    }
    if order.gateway is None:
        del variables["origination_uuid"]
        of_a = presence(order.domain_uuid, order.call_uuid)
        variables |= {"ringpost_extension": order.destination_a, PLACED: order.call_uuid, "presence_data": of_a}
    block = ",".join(f"{variable}={value}" for variable, value in variables.items())
    a = f"user/{order.destination_a}@{order.domain_name}"
    if order.gateway is not None:
        a = f"sofia/gateway/{order.gateway}/{order.destination_a}"
    b = order.destination_b if order.monitors is None else f"&eavesdrop({order.monitors})"
    return f"originate {{{block}}}{a} {b} XML {order.domain_name} {name}"


class Failure(NamedTuple):
    """Why A was not reached. ``unheard``: there never was a leg, so the switch tells and records nothing of it."""

    cause: str
    unheard: bool
    ended_by: EndedBy | None


def failure(result: str) -> Failure | None:
    """What the result of an ``originate`` says of its failure; None if it says none, or no cause."""
    found = _CAUSE.fullmatch(result)
    if found is None:
        return None
    by: EndedBy | None = "api" if found[1] == HUNG_UP else None
    return Failure(spoken_of(found[1]) or found[1], found[1] in _WITHOUT_A_LEG, by)


class Job(NamedTuple):
    """An ``originate`` that came to nothing: of which call, what its legs were to carry, and why."""

    call_uuid: str
    said: Said
    failure: Failure


def failed(event: Mapping[str, Any]) -> Job | None:
    """The call a job has placed in vain, unless its own leg tells of that: that of a number outside has our uuid."""
    argument = _ARGUMENT.match(str(event.get("Job-Command-Arg")))
    why = failure(str(event.get("_body", "")))
    if event.get("Job-Command") != "originate" or argument is None or why is None:
        return None
    said = Said(dict(pair.split("=", 1) for pair in argument[1].split(",") if "=" in pair))
    call_uuid = said.uuid(PLACED) or said.uuid("origination_uuid")
    is_told = argument[2] == "sofia" and not why.unheard
    return None if call_uuid is None or is_told else Job(call_uuid, said, why)
