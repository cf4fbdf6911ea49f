"""What Asterisk's res_config_curl asks for: phones and voicemail boxes, straight from the table.

Post to /asterisk-realtime?<table>/single what res_config_curl posts; docs/asterisk.md has the configuration. What is
not ours is answered with an empty body: Asterisk looks at nothing else.
"""

from collections.abc import Mapping
from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import PlainResponse, RawRequest
from ringpost.services.switching.asterisk import asked

EXAMPLE = {
    "content_type": "application/x-www-form-urlencoded",
    "query": {"ps_endpoints/single": ""},
    "body": "id=100%40fusionpbx.example.net",
}


class Request(RawRequest):
    writes: ClassVar[bool] = False
    effects = ("secrets",)
    media_type: ClassVar[str] = "application/x-www-form-urlencoded"
    query_members: ClassVar[Mapping[str, str]] = {
        "ps_endpoints/single": "which table, and what is to be done there, as res_config_curl says: the name counts"
    }


Response = PlainResponse


def handle(request: Request, context: Context) -> Response:
    found = asked.row(context, next(iter(request.query), ""), request.body)
    return Response(found.body, "text/plain; charset=utf-8", found.headers)
