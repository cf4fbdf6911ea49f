"""One conference room, by number, name or UUID."""

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.conference import Conference
from ringpost.model.requests import OneConference
from ringpost.services.numbers import conferences

EXAMPLE = {"domain_name": "fusionpbx.example.net", "conference": "880"}


class Request(OneConference, Read):
    pass


Response = Conference


def handle(request: Request, context: Context) -> Response:
    return conferences.found(context, request)
