"""Create a conference room: whoever dials its number is in it."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.conference import Conference, ConferenceName, ConferenceSettings
from ringpost.model.requests import InDomain
from ringpost.model.values import ExtensionNumber
from ringpost.services import kept
from ringpost.services.numbers import conferences
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "name": "Monday meeting",
    "extension": "881",
    "pin": "4711",
    "moderator_pin": "4712",
    "most_participants": 12,
}


class Request(ConferenceSettings, InDomain, Write):
    name: ConferenceName = Field(description="unique among the rooms of the domain, in any case of letters")
    extension: ExtensionNumber = Field(description="the number that is dialled")


Response = Conference


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    settings = kept.cleared(Conference, request.given(ConferenceSettings))
    return conferences.create(context, domain, {"name": request.name, "extension": request.extension} | settings)
