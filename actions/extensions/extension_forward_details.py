"""Where the calls to an extension go: always, when it is busy, not answered, or no phone is registered."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.extension import Forwards
from ringpost.model.requests import OneExtension
from ringpost.model.values import Uuid
from ringpost.services.people import extensions

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100"}


class Request(OneExtension, Read):
    for_users: ClassVar[bool] = True


class Response(Forwards, Output):
    extension_uuid: Uuid
    extension: str


def handle(request: Request, context: Context) -> Response:
    extension = extensions.found(context, request)
    members = {"extension_uuid": extension.extension_uuid, "extension": extension.extension}
    return Response.model_validate(extension.forwards.model_dump() | members)
