"""Delete a ring group."""

from typing import Literal

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import OneRingGroup
from ringpost.model.values import Uuid
from ringpost.services.numbers import ring_groups

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "600"}


class Request(OneRingGroup, VersionedRemoval):
    pass


class Response(Output):
    deleted: Literal[True] = True
    ring_group_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    group = ring_groups.found(context, request)
    ring_groups.delete(context, group, request.if_version)
    return Response(ring_group_uuid=group.ring_group_uuid)
