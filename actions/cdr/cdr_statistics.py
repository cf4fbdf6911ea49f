"""How many calls there were and how long, by day, extension or direction; filtered as cdr-search.

It reads all calls it counts, at most 20,000: a longer time is asked for in parts.
"""

from typing import Literal

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.requests import CallWanted
from ringpost.model.shapes import Timezone
from ringpost.services.history import call_statistics
from ringpost.services.history.call_statistics import Counted
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "by": "day", "from": "2026-11-01T00:00:00Z"}


class Request(CallWanted, Read):
    by: Literal["day", "extension", "direction"] = "day"
    timezone: Timezone = Field(default="UTC", description="whose days they are")


class Response(Output):
    by: str
    items: list[Counted] = Field(description="in order of day, extension or direction")
    total: Counted


def handle(request: Request, context: Context) -> Response:
    home = domains.uuid_of(context, request)
    items, total = call_statistics.counted(context, home, request, request.by, request.timezone)
    return Response(by=request.by, items=items, total=total)
