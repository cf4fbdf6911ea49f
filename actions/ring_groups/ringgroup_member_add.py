"""Let one more number ring in a ring group."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.requests import OneRingGroup
from ringpost.model.ring_group import Member, RingGroup
from ringpost.model.values import Number
from ringpost.services.numbers import ring_groups

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "600", "number": "5550199"}


class Request(OneRingGroup, Versioned):
    effects = ("costs",)

    number: Number
    delay: int = Field(default=0, ge=0, le=300, description="seconds")
    timeout: int = Field(default=30, ge=1, le=600, description="seconds")


Response = RingGroup


def handle(request: Request, context: Context) -> Response:
    member = Member(number=request.number, delay=request.delay, timeout=request.timeout)
    return ring_groups.add_member(context, ring_groups.found(context, request), member, request.if_version)
