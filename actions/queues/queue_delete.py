"""Delete a queue. Whoever waits there is hung up; refused while another queue sends its callers there."""

from typing import Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneQueue
from ringpost.model.values import Uuid
from ringpost.services.queues import queues

EXAMPLE = {"domain_name": "fusionpbx.example.net", "queue": "700"}


class Request(OneQueue, VersionedRemoval):
    pass


class Response(Output):
    deleted: Literal[True] = True
    queue_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    queue = queues.found(context, request)
    queues.delete(context, queue, request.if_version)
    return Response(queue_uuid=queue.queue_uuid)
