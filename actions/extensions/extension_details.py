"""One extension, by extension_uuid or extension. Without its password."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.extension import Extension
from ringpost.model.requests import OneExtension
from ringpost.services.people import extensions

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100"}


class Request(OneExtension, Read):
    for_users: ClassVar[bool] = True


Response = Extension


def handle(request: Request, context: Context) -> Response:
    return extensions.found(context, request)
