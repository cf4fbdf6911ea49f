"""OpenAPI 3.1 of the actions this key may call."""

from typing import Any, ClassVar

from pydantic import RootModel

from ringpost.context import Context
from ringpost.contract import Read

EXAMPLE: dict[str, object] = {}


class Request(Read):
    for_users: ClassVar[bool] = True


class Response(RootModel[dict[str, Any]]):
    pass


def handle(request: Request, context: Context) -> Response:
    allowed = context.catalogue.names_for(context.actor)
    return Response(context.catalogue.openapi(allowed))
