"""The call an extension is in now; null if it is in none.

Of several it is the newest that was answered, or else the newest that rings.
"""

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.live import LiveCall
from ringpost.model.requests import ForUser, OneExtension
from ringpost.services.calls import live_calls
from ringpost.services.people import extensions
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100"}


class Request(OneExtension, ForUser, Read):
    pass


class Response(Output):
    extension: str
    call: LiveCall | None


def handle(request: Request, context: Context) -> Response:
    extension = extensions.found(context, request, of_anybody=True)
    domain = domains.named(context, extension.domain_uuid)
    call = live_calls.current(context, domain, extension, request)
    return Response(extension=extension.extension, call=call)
