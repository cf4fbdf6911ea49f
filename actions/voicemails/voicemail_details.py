"""One voicemail box, by number or UUID. Without its PIN."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.requests import OneVoicemail
from ringpost.model.voicemail import Voicemail
from ringpost.services.numbers import voicemails
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "voicemail": "100"}


class Request(OneVoicemail, Read):
    for_users: ClassVar[bool] = True


Response = Voicemail


def handle(request: Request, context: Context) -> Response:
    return voicemails.found(context, domains.uuid_of(context, request), request.voicemail)
