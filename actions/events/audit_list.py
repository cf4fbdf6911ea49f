"""Who did what, newest first: every change, with the key it was made with. Kept for 400 days."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.event import AuditLine
from ringpost.model.event_requests import AuditWanted
from ringpost.services.history import events

EXAMPLE = {"domain_name": "fusionpbx.example.net", "limit": 20}


class Request(AuditWanted, Read):
    pass


class Response(Items[AuditLine]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(events.audited(context, request))
