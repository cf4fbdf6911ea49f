"""The voicemail boxes of a domain, by number, page by page."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.requests import InDomain, Listing, filtered_by
from ringpost.model.voicemail import Voicemail
from ringpost.services.numbers import voicemails
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "order": "name"}


@filtered_by(Voicemail)
class Request(InDomain, Listing, Read):
    for_users: ClassVar[bool] = True


class Response(Items[Voicemail]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(voicemails.listed(context, domains.uuid_of(context, request), request))
