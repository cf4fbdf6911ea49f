"""Hand in the record of one leg of a call. Again, late, in any order: it stays one call.

A B leg names its A leg in originating_leg_uuid. With if_version the leg replaces what is known of
it, for a correction; without, the two are joined.
"""

from typing import Literal

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.call import Call, Direction, Leg
from ringpost.model.requests import InDomain
from ringpost.model.values import ExtensionNumber, ExternalId, Moment, OptionalNumber, ShortText, TagList, Uuid
from ringpost.services.records import joining
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "xml_cdr_uuid": "c0c0c0c0-0000-4000-8000-000000000002",
    "direction": "inbound",
    "start_stamp": "2026-11-20T09:30:00Z",
    "answer_stamp": "2026-11-20T09:30:07Z",
    "end_stamp": "2026-11-20T09:31:00Z",
    "caller_id_number": "5550199",
    "destination_number": "100",
    "hangup_cause": "NORMAL_CLEARING",
}


class Request(InDomain, Versioned):
    xml_cdr_uuid: Uuid = Field(description="the leg's own uuid")
    leg: Literal["a", "b"] = "a"
    originating_leg_uuid: Uuid | None = Field(default=None, description="the A leg's uuid, for a B leg")
    bridge_uuid: Uuid | None = None
    direction: Direction | None = None
    start_stamp: Moment
    answer_stamp: Moment | None = None
    end_stamp: Moment | None = None
    duration: int | None = Field(default=None, ge=0, description="seconds; left out: from start to end")
    billsec: int | None = Field(default=None, ge=0, description="seconds; left out: from answer to end")
    hangup_cause: ShortText | None = None
    missed_call: bool | None = Field(
        default=None, description="left out: nobody answered, here or elsewhere, and it was not outbound"
    )
    extension: ExtensionNumber | None = None
    caller_id_name: ShortText | None = None
    caller_id_number: OptionalNumber | None = None
    caller_destination: OptionalNumber | None = None
    source_number: OptionalNumber | None = None
    destination_number: OptionalNumber | None = None
    record_name: ShortText | None = None
    external_id: ExternalId | None = None
    tags: TagList = ()


Response = Call


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    marks = joining.Marks(request.external_id, request.tags)
    return joining.handed_in(context, domain, request.given(Leg), marks, request.if_version)
