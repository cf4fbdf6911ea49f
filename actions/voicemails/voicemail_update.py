"""Change a voicemail box. What is left out stays; null sets what a new box would have.

The users that have it go on having it under a new number. An extension that is nobody's has the box of its own number.
"""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.requests import OneVoicemail
from ringpost.model.shapes import BoxNumber, Pin
from ringpost.model.voicemail import BoxName, Voicemail, VoicemailSettings
from ringpost.services.numbers import voicemails
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "voicemail": "100",
    "email": "frontdesk@example.net",
    "delete_messages": True,
}


class Request(VoicemailSettings, OneVoicemail, Versioned):
    for_users: ClassVar[bool] = True

    name: BoxName | None = None
    new_number: BoxNumber | None = Field(default=None, description="the number it shall have")
    password: Pin | None = Field(default=None, description="the PIN it shall have")


Response = Voicemail


def handle(request: Request, context: Context) -> Response:
    box = voicemails.found(context, domains.uuid_of(context, request), request.voicemail)
    changes = request.given(VoicemailSettings)
    named = {"name": request.name, "number": request.new_number}
    changes |= {name: value for name, value in named.items() if value is not None}
    return voicemails.update(context, box, changes, request.password, request.if_version)
