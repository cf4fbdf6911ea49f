"""Which figures a request means, and a table of them as CSV."""

from collections.abc import Sequence

from ringpost.context import Context
from ringpost.model.queue_requests import FiguresWanted
from ringpost.model.record import Entity
from ringpost.model.requests import OneAgent
from ringpost.services import csv_files
from ringpost.services.queues import agents, figures, queues
from ringpost.services.queues.figures import Asked, By


def asked(context: Context, request: FiguresWanted, by: By) -> Asked:
    """What a request wants counted."""
    home = {"domain_uuid": request.domain_uuid, "domain_name": request.domain_name}
    queue = queues.some(context, request, request.queue)
    agent = agents.found(context, OneAgent(agent=request.agent, **home)) if request.agent else None
    wanted = figures.asked(context, request.from_, request.until, by, request.timezone)
    return wanted.model_copy(update={"queue": queue[0] if queue else None, "agent": agent})


def as_csv(figures: Sequence[Entity]) -> str:
    """A table of figures, safe to open in a spreadsheet."""
    rows = [one.model_dump() for one in figures]
    columns = tuple(rows[0]) if rows else ("of",)
    return csv_files.written(columns, rows)
