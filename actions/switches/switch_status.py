"""How a switch is: whether it can be reached, its version, its calls, what it can do.

A switch that cannot be reached is an answer too: reachable false, and why in last_error.
"""

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.requests import OneSwitch
from ringpost.model.switch import SwitchKind, SwitchStatus
from ringpost.model.values import Uuid
from ringpost.services.switching import lines
from ringpost.services.tenants import switches

EXAMPLE = {"switch": "sandbox"}


class Request(OneSwitch, Read):
    pass


class Response(SwitchStatus):
    switch_uuid: Uuid
    switch_name: str
    kind: SwitchKind


def handle(request: Request, context: Context) -> Response:
    switch = switches.found(context, request.switch)
    about = {"switch_uuid": switch.switch_uuid, "switch_name": switch.switch_name, "kind": switch.kind}
    return Response(**about, **lines.to(context, switch).status().model_dump())
