"""Calls while they are up: what was ordered, what their switch has told so far, and how many there are of late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringpost.store.keys.layout import Partition, in_domain, within_domain

if TYPE_CHECKING:
    from ringpost.store import Key

_call = within_domain("call#{leg}")
order = _call.row("order")
"""A call as it was ordered."""
moved_call = _call.row("moved")
"""The leg a call goes on as, when the one it began with was released."""
tracked_call = _call.row("tracked")
"""A call as its switch has told it so far."""
call_of_leg = _call.row("of")
"""The call a leg was rung in."""
transfer_of_leg = _call.row("transfer")
"""The transfer a leg takes part in, from when it began."""
scripts = in_domain("scripts")
"""The calls of a domain that are up in the sandbox, by uuid."""
script = scripts.at
"""What was ordered of a call in the sandbox, and done to it since."""

queueing = in_domain("sandbox").row("queueing")
"""That what becomes of those who wait in the sandbox was found out: by one at a time."""


def recorded_to(domain: str, leg_uuid: str, begun_at: str, path: str) -> Key:
    """Where a leg is being recorded: the switch's own record of it does not say."""
    return _call.at(domain, leg_uuid, f"recording#{begun_at}#{path}")


def recordings_of_leg(domain: str, leg_uuid: str) -> tuple[str, tuple[str, str]]:
    """All places where a leg is recorded, the first first; until November 2026 there was one, ``recording``."""
    return _call(domain, leg_uuid), ("recording", "recording$")


meter_of_domain = in_domain("meter").row("calls")
"""The calls placed of late in a domain."""
meter_of_key = Partition("key#{uuid}#meter").row("calls")
"""The calls placed of late with a key."""
