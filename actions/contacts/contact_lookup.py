"""Who has a number, for a screen pop: the extension if it is one of the domain's, and the contact it fits best.

The number may be written in full, as in its own country, or only at its end, the last seven digits. match says how well
the contact fits: exact, national or last_digits. Nobody is no error: both are null then.
"""

from typing import ClassVar, Literal

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.contact import Contact
from ringpost.model.extension import Extension
from ringpost.model.requests import InDomain
from ringpost.model.shapes import WrittenNumber
from ringpost.services.numbers import contacts
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "number": "+1 202 555 0199"}


class Request(InDomain, Read):
    for_users: ClassVar[bool] = True

    number: WrittenNumber = Field(description="in any spelling")


class Response(Output):
    number: str
    extension: Extension | None
    contact: Contact | None
    match: Literal["exact", "national", "last_digits"] | None


def handle(request: Request, context: Context) -> Response:
    known = contacts.known(context, domains.uuid_of(context, request), request.number)
    return Response.model_validate({"number": request.number, **known._asdict()})
