"""One action: what it does, its scope, its JSON Schemas and an example that works on the demo domain."""

from typing import Any, ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Effect, Output, Read

EXAMPLE = {"name": "originate"}


class Request(Read):
    for_users: ClassVar[bool] = True

    name: str = Field(max_length=64, description="the action's wire name")


class Response(Output):
    action: str
    family: str
    summary: str
    description: str
    scope: str
    writes: bool
    effects: list[Effect] = Field(description="costs, removes or is about secrets: what an assistant asks about first")
    request: dict[str, Any]
    response: dict[str, Any]
    example: dict[str, Any]


def handle(request: Request, context: Context) -> Response:
    return Response.model_validate(context.catalogue.describe(request.name))
