"""Give a key a new secret, answered this once. The old one works on for overlap_seconds."""

from typing import Annotated, ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import AnsweredOnce, Write
from ringpost.model.key import KeyDetails
from ringpost.model.values import Secret, Uuid
from ringpost.services.access import api_keys

EXAMPLE = {"key_uuid": "b0b0b0b0-0000-4000-8000-000000000002", "overlap_seconds": 3600}


class Request(Write):
    for_users: ClassVar[bool] = True
    effects = ("secrets",)

    key_uuid: Uuid
    overlap_seconds: int = Field(default=0, ge=0, le=30 * 86_400, description="how long both secrets work")


class Response(KeyDetails):
    secret: Annotated[Secret | None, AnsweredOnce]
    token: Annotated[Secret | None, AnsweredOnce]


def handle(request: Request, context: Context) -> Response:
    key = api_keys.found(context, request.key_uuid)
    return Response(**api_keys.rotate(context, key, request.overlap_seconds).shown(context))
