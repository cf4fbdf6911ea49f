"""One ring group, by ring_group_uuid or extension."""

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.requests import OneRingGroup
from ringpost.model.ring_group import RingGroup
from ringpost.services.numbers import ring_groups

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "600"}


class Request(OneRingGroup, Read):
    pass


Response = RingGroup


def handle(request: Request, context: Context) -> Response:
    return ring_groups.found(context, request)
