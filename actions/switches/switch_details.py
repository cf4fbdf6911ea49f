"""One switch, by name or UUID. Says where its password is kept, never the password."""

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.requests import OneSwitch
from ringpost.model.switch import SwitchRecord
from ringpost.services.tenants import switches

EXAMPLE = {"switch": "lab"}


class Request(OneSwitch, Read):
    pass


Response = SwitchRecord


def handle(request: Request, context: Context) -> Response:
    return switches.found(context, request.switch)
