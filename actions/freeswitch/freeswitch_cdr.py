"""The record of one leg of a call, as FreeSWITCH's mod_json_cdr posts it.

Post to /freeswitch-cdr. The same leg again, its legs in any order, days late: it stays one call. A leg
that belongs to no domain, such as a call to an unknown number, or is older than the domain's
retention_days is not kept.
"""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, RawRequest
from ringpost.model.values import Uuid
from ringpost.services.switching.freeswitch import records

EXAMPLE = {
    "content_type": "application/x-www-form-urlencoded",
    "query": {"uuid": "c0c0c0c0-0000-4000-8000-000000000003"},
    "body": '{"variables": {"uuid": "c0c0c0c0-0000-4000-8000-000000000003",'
    ' "domain_uuid": "d0d0d0d0-0000-4000-8000-000000000001", "domain_name": "fusionpbx.example.net",'
    ' "call_direction": "inbound", "start_epoch": "1795340000", "answer_epoch": "1795340006",'
    ' "end_epoch": "1795340066",'
    ' "start_stamp": "2026-11-22%2009%3A33%3A20", "hangup_cause": "NORMAL_CLEARING"},'
    ' "callflow": [{"caller_profile": {"caller_id_name": "Example caller", "caller_id_number": "5550199",'
    ' "destination_number": "12025550100"}}]}',
}


class Request(RawRequest):
    media_type: ClassVar[str] = "application/json"
    query_members: ClassVar[Mapping[str, str]] = {
        "uuid": "the leg's, as mod_json_cdr sends it: the record must be that one's"
    }


class Response(Output):
    xml_cdr_uuid: Uuid
    recorded: bool = Field(description="false: the leg belongs to no domain, or is too old for it")


def handle(request: Request, context: Context) -> Response:
    leg_uuid, recorded = records.taken(context, request.body, request.query.get("uuid"))
    return Response(xml_cdr_uuid=leg_uuid, recorded=recorded)
