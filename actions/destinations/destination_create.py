"""Route a number of the outside world to an extension or a ring group."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.destination import ALSO_CALLED, Destination, DestinationSettings
from ringpost.model.requests import InDomain
from ringpost.model.values import ExtensionNumber, Number
from ringpost.services import kept
from ringpost.services.numbers import destinations
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "number": "12025550123", "extension": "100"}


class Request(DestinationSettings, InDomain, Write):
    also_called: ClassVar[Mapping[str, str]] = ALSO_CALLED

    number: Number
    extension: ExtensionNumber = Field(description="the number in the domain that its calls go to")


Response = Destination


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    settings = kept.cleared(Destination, request.given(DestinationSettings))
    return destinations.create(context, domain, request.number, request.extension, settings)
