"""The phones of the domain that are registered now, as its switch says."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.live import Registration
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.services import pages
from ringpost.services.calls import live_calls
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(Registration)
class Request(InDomain, Listing, Read):
    for_users: ClassVar[bool] = True


class Response(Items[Registration]):
    pass


def handle(request: Request, context: Context) -> Response:
    phones = live_calls.registered(context, domains.found(context, request))
    rows = ((f"{phone.extension}#{phone.contact}", phone) for phone in phones)
    return Response.of(pages.arranged(context, rows, request))
