"""What the phones of a switch may ask for: its link asks ahead, so that they work while Ringpost is away.

Help first, then extensions, ring groups, codes and numbers from outside, a domain after the other. It takes the
switch's own key, or an operator's.
"""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.requests import OneSwitch, Page
from ringpost.services.switching import asked_ahead, links
from ringpost.services.switching.asked_ahead import Ahead

EXAMPLE = {"switch": "lab", "limit": 500}


class Request(OneSwitch, Page, Read):
    pass


class Response(Items[Ahead]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(asked_ahead.listed(context, links.switch_of(context, request.switch), request))
