"""Delete a key. It stops working everywhere within 30 seconds. Webhooks it has made go on: webhook-list shows them."""

from typing import ClassVar, Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.values import Uuid
from ringpost.services.access import api_keys

EXAMPLE = {"key_uuid": "b0b0b0b0-0000-4000-8000-000000000002"}


class Request(VersionedRemoval):
    for_users: ClassVar[bool] = True
    effects = ("removes", "secrets")

    key_uuid: Uuid


class Response(Output):
    deleted: Literal[True] = True
    key_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    key = api_keys.found(context, request.key_uuid)
    api_keys.delete(context, key, request.if_version)
    return Response(key_uuid=key.key_uuid)
