"""Delete a switch. Refused while domains live on it."""

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneSwitch
from ringpost.model.values import Uuid
from ringpost.services.tenants import switches

EXAMPLE = {"switch": "lab"}


class Request(OneSwitch, VersionedRemoval):
    pass


class Response(Output):
    deleted: bool
    switch_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    switch = switches.found(context, request.switch)
    switches.delete(context, switch, request.if_version)
    return Response(deleted=True, switch_uuid=switch.switch_uuid)
