"""Calls, newest first, page by page: by time, number, extension, direction, cause, tags.

A filtered page may be short or empty and still have a next_cursor: go on until it is null. With of_all_domains an
operator's key asks for the calls of all domains at once; domain_uuid says whose each is.
"""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.call import Call
from ringpost.model.requests import CallFilters
from ringpost.services.history import all_calls

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100", "limit": 20}


class Request(CallFilters, Read):
    pass


class Response(Items[Call]):
    pass


def handle(request: Request, context: Context) -> Response:
    page = all_calls.search(context, request)
    return Response.of(page)
