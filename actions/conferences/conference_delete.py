"""Delete a conference room. Whoever is in it stays until they hang up."""

from typing import Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneConference
from ringpost.model.values import Uuid
from ringpost.services.numbers import conferences

EXAMPLE = {"domain_name": "fusionpbx.example.net", "conference": "880"}


class Request(OneConference, VersionedRemoval):
    pass


class Response(Output):
    deleted: Literal[True] = True
    conference_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    room = conferences.found(context, request)
    conferences.delete(context, room, request.if_version)
    return Response(conference_uuid=room.conference_uuid)
