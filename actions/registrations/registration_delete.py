"""Drop the registrations of an extension: its phones must register anew."""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Removal
from ringpost.model.requests import OneExtension
from ringpost.services.calls import live_calls
from ringpost.services.people import extensions
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100"}


class Request(OneExtension, Removal):
    for_users: ClassVar[bool] = True


class Response(Output):
    deleted: bool
    extension: str
    dropped: int = Field(description="how many registrations there were")


def handle(request: Request, context: Context) -> Response:
    extension = extensions.found(context, request)
    domain = domains.named(context, extension.domain_uuid)
    dropped = live_calls.unregister(context, domain, extension)
    return Response(deleted=dropped > 0, extension=extension.extension, dropped=dropped)
