"""Change a destination: its number, where it leads, its settings. What is left out stays."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.destination import ALSO_CALLED, Destination, DestinationSettings
from ringpost.model.requests import OneDestination
from ringpost.model.values import ExtensionNumber, Number
from ringpost.services.numbers import destinations

EXAMPLE = {"number": "12025550100", "extension": "101"}


class Request(DestinationSettings, OneDestination, Versioned):
    also_called: ClassVar[Mapping[str, str]] = ALSO_CALLED

    new_number: Number | None = Field(default=None, description="the number it shall have")
    extension: ExtensionNumber | None = Field(default=None, description="where its calls shall go")


Response = Destination


def handle(request: Request, context: Context) -> Response:
    return destinations.update(
        context,
        destinations.found(context, request),
        request.given(DestinationSettings),
        number=request.new_number,
        extension=request.extension,
        if_version=request.if_version,
    )
