"""Take a number out of a ring group."""

from ringpost.context import Context
from ringpost.contract import VersionedRemoval
from ringpost.model.requests import OneRingGroup
from ringpost.model.ring_group import RingGroup
from ringpost.model.values import Number
from ringpost.services.numbers import ring_groups

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "600", "number": "101"}


class Request(OneRingGroup, VersionedRemoval):
    number: Number


Response = RingGroup


def handle(request: Request, context: Context) -> Response:
    group = ring_groups.found(context, request)
    return ring_groups.remove_member(context, group, request.number, request.if_version)
