"""What this key may call."""

from ringpost.context import Context
from ringpost.contract import Output, Read

EXAMPLE: dict[str, object] = {}


class Request(Read):
    pass


class Listed(Output):
    action: str
    family: str
    summary: str
    scope: str
    writes: bool


class Response(Output):
    items: list[Listed]


def handle(request: Request, context: Context) -> Response:
    allowed = [name for name in context.catalogue.names() if context.actor.may(name)]
    items = [Listed.model_validate(context.catalogue.line(name)) for name in allowed]
    return Response(items=items)
