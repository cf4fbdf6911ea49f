"""The domains this key reaches."""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.domain import Domain
from ringpost.model.requests import Listing, filtered_by
from ringpost.services import domains

EXAMPLE = {"limit": 10}


@filtered_by(Domain)
class Request(Listing, Read):
    pass


class Response(Items[Domain]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(domains.listed(context, request))
