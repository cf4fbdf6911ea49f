"""Forward an extension: always, when it is busy, not answered, or no phone is registered.

Each is {enabled, destination}; those left out stay, and so does a destination that is left out: it may wait there while
its forward is not enabled. null takes it away.
"""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.extension import Forwards, NewForwards
from ringpost.model.requests import OneExtension
from ringpost.model.values import Uuid
from ringpost.services.people import extensions

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "extension": "100",
    "busy": {"enabled": True, "destination": "101"},
}


class Request(NewForwards, OneExtension, Write):
    for_users: ClassVar[bool] = True
    effects = ("costs",)


class Response(Forwards, Output):
    extension_uuid: Uuid
    extension: str


def handle(request: Request, context: Context) -> Response:
    extension = extensions.set_forwards(context, extensions.found(context, request), request.forwards())
    members = {"extension_uuid": extension.extension_uuid, "extension": extension.extension}
    return Response.model_validate(extension.forwards.model_dump() | members)
