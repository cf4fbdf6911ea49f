"""Change a conference room. What is left out stays; whoever is in it stays too."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.conference import Conference, ConferenceName, ConferenceSettings
from ringpost.model.requests import OneConference
from ringpost.model.values import ExtensionNumber
from ringpost.services.numbers import conferences

EXAMPLE = {"domain_name": "fusionpbx.example.net", "conference": "880", "most_participants": 20}


class Request(ConferenceSettings, OneConference, Versioned):
    name: ConferenceName | None = None
    new_extension: ExtensionNumber | None = Field(default=None, description="the number it shall have")


Response = Conference

_RENAMED = {"name": "name", "new_extension": "extension"}


def handle(request: Request, context: Context) -> Response:
    renamed = {_RENAMED[name]: getattr(request, name) for name in request.model_fields_set & _RENAMED.keys()}
    changes = request.given(ConferenceSettings) | renamed
    return conferences.update(context, conferences.found(context, request), changes, request.if_version)
