"""Delete a destination: its number is free again."""

from typing import Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneDestination
from ringpost.model.values import Uuid
from ringpost.services.numbers import destinations

EXAMPLE = {"number": "12025550100"}


class Request(OneDestination, VersionedRemoval):
    pass


class Response(Output):
    deleted: Literal[True] = True
    destination_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    destination = destinations.found(context, request)
    destinations.delete(context, destination, request.if_version)
    return Response(destination_uuid=destination.destination_uuid)
