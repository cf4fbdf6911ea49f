"""Bring a parked call to an extension: its phones ring, and whoever waits hears that."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.requests import ForUser
from ringpost.model.values import ExtensionNumber, Reference, Uuid
from ringpost.services.calls import live_calls
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "slot": "5901", "extension": "101"}


class Request(ForUser, Write):
    slot: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,8}$")] | None = None
    parkinglot: Reference | None = Field(default=None, description="the lot that slot is of; left out: any")
    call_uuid: Uuid | None = Field(default=None, description="the parked call, instead of its slot")
    extension: ExtensionNumber = Field(description="who takes it")


class Response(Output):
    call_uuid: Uuid
    slot: str
    extension: str


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    call = live_calls.waiting_in(context, domain, request, request.slot, request.call_uuid, request.parkinglot)
    live_calls.unpark(context, domain, call, request.extension, request)
    return Response(call_uuid=call.call_uuid, slot=call.slot or "", extension=request.extension)
