"""Change a ring group. What is left out stays; destinations, when sent, replaces all members."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.requests import OneRingGroup
from ringpost.model.ring_group import Members, RingGroup, RingGroupSettings, Strategy
from ringpost.model.values import ExtensionNumber, Name
from ringpost.services.numbers import ring_groups

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "600", "strategy": "sequence"}


class Request(RingGroupSettings, OneRingGroup, Versioned):
    effects = ("costs",)

    name: Name | None = None
    new_extension: ExtensionNumber | None = Field(default=None, description="the number it shall have")
    destinations: Members | None = None
    strategy: Strategy | None = None


Response = RingGroup

_RENAMED = {
    "name": "ring_group_name",
    "new_extension": "ring_group_extension",
    "destinations": "ring_group_destinations",
    "strategy": "ring_group_strategy",
}


def handle(request: Request, context: Context) -> Response:
    renamed = {_RENAMED[name]: getattr(request, name) for name in request.model_fields_set & _RENAMED.keys()}
    changes = request.given(RingGroupSettings) | renamed
    return ring_groups.update(context, ring_groups.found(context, request), changes, request.if_version)
