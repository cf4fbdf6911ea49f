"""Let an agent, or an extension, take the calls of a queue."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.queue import Penalty, Queue, QueueMember
from ringpost.model.queue_requests import OneMember
from ringpost.model.requests import OneQueue
from ringpost.services.queues import queues

EXAMPLE = {"domain_name": "fusionpbx.example.net", "queue": "700", "extension": "100", "penalty": 1}


class Request(OneMember, OneQueue, Versioned):
    penalty: Penalty = Field(default=0, description="those of a higher one are rung when nobody of a lower one is free")


Response = Queue


def handle(request: Request, context: Context) -> Response:
    member = QueueMember(agent=request.agent, extension=request.extension, penalty=request.penalty)
    return queues.add_member(context, queues.found(context, request), member, request.if_version)
