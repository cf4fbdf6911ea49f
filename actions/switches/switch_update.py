"""Change a switch. What is left out stays. Its name is fixed once domains live on it."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.requests import OneSwitch
from ringpost.model.switch import SwitchRecord, SwitchSettings
from ringpost.model.values import SwitchName
from ringpost.services.tenants import switches

EXAMPLE = {"switch": "lab", "description": "For trying things out"}


class Request(SwitchSettings, OneSwitch, Versioned):
    new_name: SwitchName | None = Field(default=None, description="the name it shall have")


Response = SwitchRecord


def handle(request: Request, context: Context) -> Response:
    changes = request.given(SwitchSettings)
    if request.new_name is not None:
        changes["switch_name"] = request.new_name
    return switches.update(context, switches.found(context, request.switch), changes, request.if_version)
