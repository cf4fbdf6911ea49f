"""Create an extension and its voicemail box.

Answers FusionPBX's record with the SIP password and the voicemail PIN, this once.
"""

from typing import Annotated

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import AnsweredOnce, Write
from ringpost.model.extension import Extension, ExtensionSettings, NewForwards, Password
from ringpost.model.requests import InDomain
from ringpost.model.values import ExtensionNumber, OptionalNumber, Secret, ShortText
from ringpost.services import kept
from ringpost.services.people import extensions
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "extension": "102",
    "caller_id_name": "Front desk",
    "caller_id_number": "5550102",
}


class Request(ExtensionSettings, NewForwards, InDomain, Write):
    extension: ExtensionNumber
    caller_id_name: ShortText = Field(default="", description="effective and outbound caller id name")
    caller_id_number: OptionalNumber = Field(default="", description="effective and outbound caller id number")
    password: Password | None = Field(
        default=None, description="the SIP password, for a migration; left out: a random one"
    )
    do_not_disturb: bool | None = None


class Response(Extension):
    password: Annotated[Secret | None, AnsweredOnce]
    voicemail_password: Annotated[Secret | None, AnsweredOnce]


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    caller = {
        f"{which}_caller_id_{part}": getattr(request, f"caller_id_{part}")
        for which in ("effective", "outbound")
        for part in ("name", "number")
    }
    settings = kept.cleared(Extension, request.given(ExtensionSettings))
    away = extensions.forwarded(context, domain, request.extension, request.forwards())
    members = {"extension": request.extension, "do_not_disturb": request.do_not_disturb} | away | caller | settings
    extension, password, pin = extensions.create(context, domain, members, request.password)
    return Response(**extension.model_dump(), password=password, voicemail_password=pin)
