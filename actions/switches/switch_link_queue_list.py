"""The queues of a switch, with whoever is to be rung in each: its link has the switch know them after a break.

It takes the switch's own key, or an operator's.
"""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.queue import OrderedQueue
from ringpost.model.requests import OneSwitch, Page
from ringpost.services.switching import links, queues_ordered

EXAMPLE = {"switch": "lab", "limit": 100}


class Request(OneSwitch, Page, Read):
    pass


class Response(Items[OrderedQueue]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(queues_ordered.listed(context, links.switch_of(context, request.switch), request))
