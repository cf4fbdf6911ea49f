"""What this key may call."""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Effect, Output, Read

EXAMPLE: dict[str, object] = {}


class Request(Read):
    for_users: ClassVar[bool] = True


class Listed(Output):
    action: str
    family: str
    summary: str
    scope: str
    writes: bool
    effects: list[Effect] = Field(description="costs, removes or is about secrets: what an assistant asks about first")


class Response(Output):
    items: list[Listed]


def handle(request: Request, context: Context) -> Response:
    allowed = context.catalogue.names_for(context.actor)
    items = [Listed.model_validate(context.catalogue.line(name)) for name in allowed]
    return Response(items=items)
