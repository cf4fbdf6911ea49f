"""Calls, newest first, page by page: by time, number, extension, direction, cause, tags.

A filtered page may be short or empty and still have a next_cursor: go on until it is null.
"""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.call import Call
from ringpost.model.requests import CallFilters
from ringpost.services import cdrs, domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100", "limit": 20}


class Request(CallFilters, Read):
    pass


class Response(Items[Call]):
    pass


def handle(request: Request, context: Context) -> Response:
    page = cdrs.search(context, domains.uuid_of(context, request), request)
    return Response.of(page)
