"""One queue, by number, name or UUID."""

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.queue import Queue
from ringpost.model.requests import OneQueue
from ringpost.services.queues import queues

EXAMPLE = {"domain_name": "fusionpbx.example.net", "queue": "700"}


class Request(OneQueue, Read):
    pass


Response = Queue


def handle(request: Request, context: Context) -> Response:
    return queues.found(context, request)
