"""Calls that are up: placed in the sandbox, and moved on by the clock."""

from typing import Any

from tests.harness import Caller

CALL: dict[str, Any] = {"caller_id_number": "5550100", "destination_a": "100", "destination_b": "5550123"}
CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("call-answer", {}),
    ("call-hangup", {}),
    ("call-hold", {}),
    ("call-resume", {}),
    ("call-mute", {}),
    ("call-unmute", {}),
    ("call-dtmf", {"digits": "1"}),
    ("call-transfer", {"destination": "101"}),
    ("call-park", {}),
    ("call-record-start", {}),
    ("call-record-stop", {}),
    ("call-monitor", {"extension": "101"}),
]
"""Every action on a party, with what else it needs."""


def placed(caller: Caller, **instead: Any) -> str:
    """A call whose A leg has answered just now; unless said otherwise 100 has called 5550123."""
    call_uuid: str = caller.done("originate", **{**CALL, **instead})["call_uuid"]
    return call_uuid


def talking(caller: Caller, **instead: Any) -> str:
    """A call whose B leg has answered just now: it ends in three seconds."""
    call_uuid = placed(caller, **instead)
    caller.house.clock.time += 1
    return call_uuid


def parties(caller: Caller, call_uuid: str) -> list[str]:
    """The uuids of the legs of a call."""
    return [leg["leg_uuid"] for leg in caller.done("call-details", call_uuid=call_uuid)["legs"]]


def states(caller: Caller, call_uuid: str) -> list[tuple[str, str]]:
    """Who is in a call, and how."""
    return [(leg["number"], leg["state"]) for leg in caller.done("call-details", call_uuid=call_uuid)["legs"]]


def record(caller: Caller, call_uuid: str) -> dict[str, Any]:
    """What a call came to."""
    call: dict[str, Any] = caller.done("cdr-details", xml_cdr_uuid=call_uuid)
    return call
