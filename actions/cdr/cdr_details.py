"""One call with its legs, by the uuid of any of them."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.call import Call
from ringpost.model.requests import ForUser
from ringpost.model.values import Uuid
from ringpost.services.history import cdrs
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "xml_cdr_uuid": "c0c0c0c0-0000-4000-8000-000000000001"}


class Request(ForUser, Read):
    xml_cdr_uuid: Uuid = Field(description="the call's, which is its A leg's, or any other leg's")


Response = Call


def handle(request: Request, context: Context) -> Response:
    return cdrs.found(context, domains.uuid_of(context, request), request.xml_cdr_uuid, request)
