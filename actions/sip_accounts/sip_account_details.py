"""What a phone needs to register as an extension, its password among it.

By extension, or by user: then it is the main extension. A key or token that is bound to a user gets that user's only.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.requests import ForUser, OneExtension
from ringpost.model.values import Reference, Secret, Uuid
from ringpost.services.people import sip_accounts

EXAMPLE = {"domain_name": "fusionpbx.example.net", "user": "alice"}


class Request(OneExtension, ForUser, Read):
    effects = ("secrets",)

    user: Reference | None = Field(default=None, description="instead of the extension: whose main one it is")


class Response(Output):
    extension_uuid: Uuid
    extension: str
    user_uuid: Uuid | None
    username: str = Field(description="what the phone registers as")
    password: Secret
    domain: str = Field(description="the SIP domain, which is the realm too")
    uri: str
    display_name: str


def handle(request: Request, context: Context) -> Response:
    return Response.model_validate(sip_accounts.of(context, request, request, request.user))
