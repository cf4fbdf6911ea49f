"""Change a queue, for those who wait already too. What is left out stays; members, when sent, replaces all of them."""

from typing import Annotated

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.queue import MOST_MEMBERS, Queue, QueueMember, QueueName, QueueSettings
from ringpost.model.requests import OneQueue
from ringpost.model.values import ExtensionNumber
from ringpost.services.queues import queues

EXAMPLE = {"domain_name": "fusionpbx.example.net", "queue": "700", "strategy": "leastrecent"}


class Request(QueueSettings, OneQueue, Versioned):
    name: QueueName | None = None
    new_extension: ExtensionNumber | None = Field(default=None, description="the number it shall have")
    members: Annotated[tuple[QueueMember, ...], Field(max_length=MOST_MEMBERS)] | None = None


Response = Queue

_RENAMED = {"name": "name", "new_extension": "extension", "members": "members"}


def handle(request: Request, context: Context) -> Response:
    renamed = {_RENAMED[name]: getattr(request, name) for name in request.model_fields_set & _RENAMED.keys()}
    changes = request.given(QueueSettings) | renamed
    return queues.update(context, queues.found(context, request), changes, request.if_version)
