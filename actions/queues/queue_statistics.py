"""What came of the callers of queues: offered, answered, abandoned, waits, service level; by queue, agent, hour or day.

Without from it is today so far. The figures are counted from what was told of each caller: they are the same on every
switch, and do not change when something is told late or twice. csv answers the same table as text for a spreadsheet.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.queue_requests import FiguresWanted
from ringpost.services.queues import figures, wanted
from ringpost.services.queues.figures import By, QueueFigures
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net", "by": "queue", "from": "2026-11-01T00:00:00Z"}


class Request(FiguresWanted, Read):
    by: By = "queue"


class Response(Output):
    by: By
    items: list[QueueFigures]
    total: QueueFigures
    csv: str | None = Field(default=None, description="items as CSV, if it was asked for")


def handle(request: Request, context: Context) -> Response:
    home = domains.uuid_of(context, request)
    items, total = figures.of_queues(context, home, wanted.asked(context, request, request.by))
    text = wanted.as_csv(items) if request.csv else None
    return Response(by=request.by, items=items, total=total, csv=text)
