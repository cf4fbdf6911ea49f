"""The switches there are, beside the built-in sandbox."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.requests import Listing, filtered_by
from ringpost.model.switch import SwitchRecord
from ringpost.services.tenants import switches

EXAMPLE = {"limit": 10}


@filtered_by(SwitchRecord)
class Request(Listing, Read):
    pass


class Response(Items[SwitchRecord]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(switches.listed(context, request))
