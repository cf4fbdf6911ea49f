"""OpenAPI 3.1 of the actions this key may call."""

from typing import Any

from pydantic import RootModel

from ringpost.context import Context
from ringpost.contract import Read

EXAMPLE: dict[str, object] = {}


class Request(Read):
    pass


class Response(RootModel[dict[str, Any]]):
    pass


def handle(request: Request, context: Context) -> Response:
    allowed = [name for name in context.catalogue.names() if context.actor.may(name)]
    return Response(context.catalogue.openapi(allowed))
