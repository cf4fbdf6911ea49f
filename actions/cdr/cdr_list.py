"""The last hundred legs of a domain's calls, newest first, as FusionPBX lists them; cdr-search has pages."""

from ringpost.context import Context
from ringpost.contract import Answers, Output, Read
from ringpost.model.requests import ForUser
from ringpost.model.values import Uuid
from ringpost.services import pages
from ringpost.services.history import cdrs
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


class Request(ForUser, Read):
    pass


class Listed(Output):
    xml_cdr_uuid: Uuid
    extension_uuid: Uuid | None
    direction: str | None
    start_stamp: str
    end_stamp: str | None
    hangup_cause: str | None
    duration: int | None
    missed_call: bool | None
    record_name: str | None
    bridge_uuid: Uuid | None
    caller_id_name: str | None
    caller_id_number: str | None
    caller_destination: str | None
    source_number: str | None
    destination_number: str | None
    leg: str


class Response(Answers[Listed]):
    pass


def handle(request: Request, context: Context) -> Response:
    legs = cdrs.latest_legs(context, domains.uuid_of(context, request), 100, request)
    listed = [Listed.model_validate(leg, from_attributes=True) for leg in legs]
    return Response(list(pages.Scales().fitting(listed, lambda leg: leg)))
