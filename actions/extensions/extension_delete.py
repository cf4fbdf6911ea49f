"""Delete an extension, with its voicemail box and its secrets."""

from typing import Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneExtension
from ringpost.model.values import Uuid
from ringpost.services.people import extensions

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "101"}


class Request(OneExtension, VersionedRemoval):
    pass


class Response(Output):
    deleted: Literal[True] = True
    extension_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    extension = extensions.found(context, request)
    extensions.delete(context, extension, request.if_version)
    return Response(extension_uuid=extension.extension_uuid)
