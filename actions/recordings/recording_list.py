"""The recordings of a domain, or of one call, newest first.

A page that is filtered by extension may be short, or empty, and still have a next one.
"""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.event_requests import RecordingsWanted
from ringpost.model.recording import Recording
from ringpost.services.history import recordings

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100"}


class Request(RecordingsWanted, Read):
    pass


class Response(Items[Recording]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(recordings.listed(context, request))
