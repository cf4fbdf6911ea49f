"""Give an extension a new SIP password, answered this once."""

from typing import Annotated, ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import AnsweredOnce, Output, Write
from ringpost.model.extension import Password
from ringpost.model.requests import OneExtension
from ringpost.model.values import Secret, Uuid
from ringpost.services.people import extensions

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100"}


class Request(OneExtension, Write):
    for_users: ClassVar[bool] = True
    effects = ("secrets",)

    password: Password | None = Field(default=None, description="left out: a random one")


class Response(Output):
    extension_uuid: Uuid
    extension: str
    password: Annotated[Secret | None, AnsweredOnce]


def handle(request: Request, context: Context) -> Response:
    extension, password = extensions.reset_password(context, extensions.found(context, request), request.password)
    return Response(extension_uuid=extension.extension_uuid, extension=extension.extension, password=password)
