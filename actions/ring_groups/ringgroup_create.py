"""Create a ring group. destinations is an array, or a JSON string that holds one."""

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.requests import InDomain
from ringpost.model.ring_group import Members, RingGroup, RingGroupSettings, Strategy
from ringpost.model.values import ExtensionNumber, Name
from ringpost.services import kept
from ringpost.services.numbers import ring_groups
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "name": "Support",
    "extension": "601",
    "destinations": [{"number": "100"}, {"number": "101"}],
    "strategy": "simultaneous",
}


class Request(RingGroupSettings, InDomain, Write):
    effects = ("costs",)

    name: Name
    extension: ExtensionNumber
    destinations: Members
    strategy: Strategy


Response = RingGroup


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    settings = kept.cleared(RingGroup, request.given(RingGroupSettings))
    members = {
        "ring_group_name": request.name,
        "ring_group_extension": request.extension,
        "ring_group_destinations": request.destinations,
        "ring_group_strategy": request.strategy,
    }
    return ring_groups.create(context, domain, members | settings)
