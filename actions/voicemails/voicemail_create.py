"""Create a voicemail box. Its PIN is answered this once.

The extension of that number takes messages in it; user-update gives it to a user, whatever its number.
"""

from typing import Annotated

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import AnsweredOnce, Write
from ringpost.model.requests import InDomain
from ringpost.model.shapes import BoxNumber, Pin
from ringpost.model.values import Secret
from ringpost.model.voicemail import BoxName, Voicemail, VoicemailSettings
from ringpost.services import kept
from ringpost.services.numbers import voicemails
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "name": "Sales", "number": "700", "email": "sales@example.net"}


class Request(VoicemailSettings, InDomain, Write):
    name: BoxName
    number: BoxNumber
    password: Pin | None = Field(default=None, description="the PIN; left out: eight random digits")


class Response(Voicemail):
    password: Annotated[Secret | None, AnsweredOnce]


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    settings = kept.cleared(Voicemail, request.given(VoicemailSettings))
    members = settings | {"name": request.name, "number": request.number}
    box, pin = voicemails.create(context, domain, members, request.password)
    return Response(**box.model_dump(), password=pin)
