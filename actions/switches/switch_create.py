"""Register a switch that domains may live on.

Needs an operator's key. The password stays where it is kept: what is sent is where, env:RINGPOST_SECRET_…
for a variable of the server or ssm:/ringpost/<stack>/… for a parameter. docs/freeswitch.md has the rest.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.switch import SwitchKind, SwitchRecord, SwitchSettings
from ringpost.model.values import SwitchName
from ringpost.services import kept
from ringpost.services.tenants import switches

EXAMPLE = {
    "name": "pbx1",
    "kind": "freeswitch",
    "address": "192.0.2.10:8021",
    "user": "ringpost@ringpost.internal",
    "secret": "env:RINGPOST_SECRET_PBX1",
}


class Request(SwitchSettings, Write):
    name: SwitchName = Field(description="what domains call it")
    kind: SwitchKind


Response = SwitchRecord


def handle(request: Request, context: Context) -> Response:
    members = kept.cleared(SwitchRecord, request.given(SwitchSettings))
    return switches.create(context, {**members, "switch_name": request.name, "kind": request.kind})
