"""Where a number leads that was dialled on an Asterisk, as steps that its generic plan runs.

Post to /asterisk-route what docs/asterisk/extensions.conf posts. What leads nowhere is answered with an empty body.
"""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import PlainResponse, RawRequest
from ringpost.services.switching.asterisk import asked

EXAMPLE = {
    "content_type": "application/x-www-form-urlencoded",
    "body": "where=ringpost&endpoint=100%40fusionpbx.example.net&number=101&domain=&call=&extension=&direction="
    "&dialled=&tried=&full=&dialstatus=&cause=0&passed=&recorded=",
}


class Request(RawRequest):
    writes: ClassVar[bool] = False
    media_type: ClassVar[str] = "application/x-www-form-urlencoded"


Response = PlainResponse


def handle(request: Request, context: Context) -> Response:
    found = asked.route(context, request.body)
    return Response(found.body, "text/plain; charset=utf-8", found.headers)
