"""One call that is up, by the uuid of any of its legs. Afterwards cdr-details has it."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.live import LiveCall
from ringpost.model.requests import OneCall
from ringpost.services.calls import live_calls

EXAMPLE = {"domain_name": "fusionpbx.example.net", "call_uuid": "b1b1b1b1-0000-4000-8000-000000000001"}


class Request(OneCall, Read):
    pass


class Response(LiveCall):
    external_id: str | None = Field(description="as it was sent with originate")
    tags: tuple[str, ...]


def handle(request: Request, context: Context) -> Response:
    call = live_calls.found(context, request)
    return Response(**live_calls.as_ordered(context, call))
