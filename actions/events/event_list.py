"""What happened in a domain, oldest first, from a cursor on: for whoever was away, or has no webhook.

Keep next_cursor, and go on from it whenever you like: nothing is left out and nothing comes twice. So that this
holds, what happened in the last seconds is not shown yet; fresh shows it too, and it comes again with the cursor.
"""

from typing import Any

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.event_requests import EventsWanted
from ringpost.model.values import Timestamp, Uuid
from ringpost.services.history import events

EXAMPLE = {"domain_name": "fusionpbx.example.net", "types": ["call.*"], "limit": 50}


class Request(EventsWanted, Read):
    pass


class Told(Output):
    id: Uuid = Field(description="the same however often it is told: the webhook-id")
    type: str
    timestamp: Timestamp
    domain_uuid: Uuid | None = Field(description="null: it is about no domain")
    call_uuid: Uuid | None
    sequence: int = Field(description="the order of what happened in one call")
    data: dict[str, Any]


class Response(Output):
    items: list[Told]
    next_cursor: str = Field(description="where to go on, now or later")
    more: bool = Field(description="whether there is more already")


def handle(request: Request, context: Context) -> Response:
    return Response(**events.listed(context, request)._asdict())
