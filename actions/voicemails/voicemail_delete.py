"""Delete a voicemail box, with its PIN. Refused while it is a user's."""

from typing import Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneVoicemail
from ringpost.model.values import Uuid
from ringpost.services.numbers import voicemails
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "voicemail": "101"}


class Request(OneVoicemail, VersionedRemoval):
    pass


class Response(Output):
    deleted: Literal[True] = True
    voicemail_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    box = voicemails.found(context, domains.uuid_of(context, request), request.voicemail)
    voicemails.delete(context, box, request.if_version)
    return Response(voicemail_uuid=box.voicemail_uuid)
