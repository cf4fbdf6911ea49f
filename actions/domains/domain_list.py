"""The domains this key reaches."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.domain import Domain
from ringpost.model.requests import Listing, filtered_by
from ringpost.services.tenants import domains

EXAMPLE = {"limit": 10}


@filtered_by(Domain)
class Request(Listing, Read):
    for_users: ClassVar[bool] = True


class Response(Items[Domain]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(domains.listed(context, request))
