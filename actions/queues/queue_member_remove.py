"""Let an agent, or an extension, take the calls of a queue no more."""

from ringpost.context import Context
from ringpost.contract import VersionedRemoval
from ringpost.model.queue import Queue, QueueMember
from ringpost.model.queue_requests import OneMember
from ringpost.model.requests import OneQueue
from ringpost.services.queues import queues

EXAMPLE = {"domain_name": "fusionpbx.example.net", "queue": "700", "extension": "101"}


class Request(OneMember, OneQueue, VersionedRemoval):
    pass


Response = Queue


def handle(request: Request, context: Context) -> Response:
    member = QueueMember(agent=request.agent, extension=request.extension)
    return queues.remove_member(context, queues.found(context, request), member, request.if_version)
