"""The record of one leg of a call on an Asterisk: from its link, or from a hang-up handler in its plan.

Post a form to /asterisk-cdr, such as CURL() does. The same leg again, by link and handler, its legs in any order, days
late: it stays one call. A leg that belongs to no domain, such as one half of a Local channel, or is older than the
domain's retention_days is not kept.

Members, all in text: uniqueid (the leg) and channel (its name, PJSIP/100@example.net-0000002a); domain (RP_DOMAIN);
linkedid (the leg its call began with), source (the uniqueid of the leg it was rung for, or that it took from its slot;
left out, it is linkedid); start, answered, ended (seconds since 1970, with a fraction or without; not answered: 0 or
empty; start left out: uniqueid says it); cause (HANGUPCAUSE), dialstatus (how dialling it, or by it, ended), sip
(what its phone answered), hangup_source (CHANNEL(hangupsource)), hung_up (RP_HUNG_UP); direction (RP_DIRECTION),
dialled (RP_DIALLED), number (what was dialled to ring it, unless it is an extension), caller_number, caller_name;
reached (RP_REACHED), box (RP_BOX), recorded (RP_RECORDED); of a call that was placed call (RP_CALL) and extension
(RP_EXTENSION), and of A's phones a (RP_A). What is empty was not said, and what has another form was not either.
"""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, RawRequest
from ringpost.model.values import Uuid
from ringpost.services.switching.asterisk import records

EXAMPLE = {
    "content_type": "application/x-www-form-urlencoded",
    "body": "uniqueid=pbx2-1795340000.17&linkedid=pbx2-1795340000.17&channel=PJSIP%2Ftrunk-00000032"
    "&domain=d0d0d0d0-0000-4000-8000-000000000001&direction=inbound&dialled=12025550100&caller_number=5550199"
    "&caller_name=Example%20caller&start=1795340000.12&answered=1795340006.5&ended=1795340066.25&cause=16"
    "&dialstatus=ANSWER&sip=&hangup_source=PJSIP%2F100%40fusionpbx.example.net-00000033&hung_up=&reached=100",
}


class Request(RawRequest):
    media_type: ClassVar[str] = "application/x-www-form-urlencoded"


class Response(Output):
    xml_cdr_uuid: Uuid = Field(description="the leg's uuid here, made of its uniqueid")
    recorded: bool = Field(description="false: the leg belongs to no domain, or is too old for it")


def handle(request: Request, context: Context) -> Response:
    leg_uuid, recorded = records.taken(context, request.body)
    return Response(xml_cdr_uuid=leg_uuid, recorded=recorded)
