"""Revoke a token. It stops working everywhere within 30 seconds."""

from typing import ClassVar, Literal

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Removal
from ringpost.model.values import Uuid
from ringpost.services.access import tokens

EXAMPLE = {
    "token": "rpt_ededeced-0000-4000-8000-000000000001_" + "ad" * 32,
}


class Request(Removal):
    for_users: ClassVar[bool] = True
    effects = ("removes", "secrets")

    token: str | None = Field(default=None, description="left out: the one of this request")


class Response(Output):
    deleted: Literal[True] = True
    token_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    token = tokens.found(context, request.token)
    tokens.delete(context, token)
    return Response(token_uuid=token.token_uuid)
