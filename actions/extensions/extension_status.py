"""How an extension is now: registered, in a call, not to be disturbed.

In the sandbox there are no phones, and every extension is there.
"""

from typing import Literal

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.live import LiveCall, Registration
from ringpost.model.requests import ForUser, OneExtension
from ringpost.model.values import Uuid
from ringpost.services import domains, extensions, live_calls

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100"}


class Request(OneExtension, ForUser, Read):
    pass


class Response(Output):
    extension_uuid: Uuid
    extension: str
    registered: bool
    contacts: list[Registration] = Field(description="its phones that are registered")
    state: Literal["unavailable", "idle", "ringing", "held", "in_use"]
    do_not_disturb: bool
    calls: list[LiveCall] = Field(description="the calls it is in, oldest first")
    sandbox: bool


def handle(request: Request, context: Context) -> Response:
    extension = extensions.found(context, request, of_anybody=True)
    status = live_calls.status(context, domains.named(context, extension.domain_uuid), extension, request)
    return Response(
        extension_uuid=extension.extension_uuid,
        extension=extension.extension,
        do_not_disturb=bool(extension.do_not_disturb),
        **status,
    )
