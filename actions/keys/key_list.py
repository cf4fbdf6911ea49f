"""The keys this key may see: those of its domains, or of one; all of them with an operator's."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.key import KeyDetails
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.services.access import api_keys
from ringpost.services.tenants import domains

EXAMPLE = {"order": "key_name"}


@filtered_by(KeyDetails)
class Request(InDomain, Listing, Read):
    for_users: ClassVar[bool] = True
    effects = ("secrets",)


class Response(Items[KeyDetails]):
    pass


def handle(request: Request, context: Context) -> Response:
    home = domains.uuid_of(context, request) if request.domain_uuid or request.domain_name else None
    return Response.of(api_keys.listed(context, home, request))
