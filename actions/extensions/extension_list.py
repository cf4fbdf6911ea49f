"""All extensions of a domain, as FusionPBX lists them: a bare array of three members.

If there are more than an answer holds (3 MB, some 25,000) it is refused: extension-search has pages.
"""

from ringpost.context import Context
from ringpost.contract import Answers, Output, Read
from ringpost.model.requests import ForUser
from ringpost.model.values import Uuid
from ringpost.services import pages
from ringpost.services.people import extensions, permissions
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


class Request(ForUser, Read):
    pass


class Listed(Output):
    extension_uuid: Uuid
    extension: str
    emergency_caller_id_number: str


class Response(Answers[Listed]):
    pass


def handle(request: Request, context: Context) -> Response:
    home = domains.uuid_of(context, request)
    seen = permissions.seen(context, home, request, extensions.everything(context, home))
    return Response(pages.whole([Listed.model_validate(extension, from_attributes=True) for extension in seen]))
