"""What FreeSWITCH's mod_xml_curl asks for: directory and dialplan, straight from the table.

Post to /freeswitch-xml what mod_xml_curl posts; docs/freeswitch.md has the configuration. What is not
ours is answered "not found", and FreeSWITCH goes on with its own files.
"""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import RawRequest, XmlResponse
from ringpost.services.switching.freeswitch import asked

EXAMPLE = {
    "content_type": "application/x-www-form-urlencoded",
    "body": "hostname=pbx1&section=directory&tag_name=domain&key_name=name&key_value=fusionpbx.example.net"
    "&action=sip_auth&key=id&user=100&domain=fusionpbx.example.net",
}


class Request(RawRequest):
    writes: ClassVar[bool] = False
    effects = ("secrets",)
    media_type: ClassVar[str] = "application/x-www-form-urlencoded"


Response = XmlResponse


def handle(request: Request, context: Context) -> Response:
    document = asked.answered(context, request.body)
    return Response(document.body, "text/xml; charset=utf-8", document.headers)
