"""Let the phones of an extension not be disturbed, or ring again.

Its callers reach where it is forwarded when busy, else its voicemail, else hear that it is busy. Its own calls, and
originate with it as A, ring as ever.
"""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.requests import OneExtension
from ringpost.model.values import Uuid
from ringpost.services.people import extensions

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100", "enabled": True}


class Request(OneExtension, Write):
    for_users: ClassVar[bool] = True

    enabled: bool


class Response(Output):
    extension_uuid: Uuid
    extension: str
    enabled: bool


def handle(request: Request, context: Context) -> Response:
    extension = extensions.found(context, request)
    extensions.set_do_not_disturb(context, extension, request.enabled)
    return Response(extension_uuid=extension.extension_uuid, extension=extension.extension, enabled=request.enabled)
