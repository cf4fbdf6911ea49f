"""One key: what it may call, whom it may touch, when it was last used. Never its secret."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.key import KeyDetails
from ringpost.model.values import Uuid
from ringpost.services.access import api_keys

EXAMPLE = {"key_uuid": "b0b0b0b0-0000-4000-8000-000000000002"}


class Request(Read):
    for_users: ClassVar[bool] = True
    effects = ("secrets",)

    key_uuid: Uuid


Response = KeyDetails


def handle(request: Request, context: Context) -> Response:
    return api_keys.details(context, api_keys.found(context, request.key_uuid))
