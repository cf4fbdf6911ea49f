"""How an extension is now: registered, in a call, not to be disturbed.

In the sandbox there are no phones, and every extension is there.
"""

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.live import ExtensionStatus
from ringpost.model.requests import ForUser, OneExtension
from ringpost.services.calls import live_calls
from ringpost.services.people import extensions
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100"}


class Request(OneExtension, ForUser, Read):
    pass


class Response(ExtensionStatus, Output):
    pass


def handle(request: Request, context: Context) -> Response:
    extension = extensions.found(context, request, of_anybody=True)
    status = live_calls.status(context, domains.named(context, extension.domain_uuid), extension, request)
    return Response.model_validate(status, from_attributes=True)
