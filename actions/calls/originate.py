"""Place a call: ring A, then connect B.

Answers success true once A has answered, false with a cause if A did not; 202 with success null
while A still rings after wait seconds. call_uuid is the call's own, whatever happens. On the sandbox
switch nothing leaves; docs/sandbox.md has the numbers that are busy, do not answer, refuse or fail.
"""

from pydantic import Field, model_validator

from ringpost.context import Context
from ringpost.contract import CallPlaced, Write
from ringpost.model.call import Wanted
from ringpost.model.requests import ForUser
from ringpost.services.calls import placing
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "caller_id_number": "5550100",
    "caller_id_name": "Front desk",
    "destination_a": "100",
    "destination_b": "5550123",
    "external_id": "deal-4711",
}


class Request(Wanted, ForUser, Write):
    effects = ("costs",)

    wait: float = Field(default=10, ge=0, le=25, description="seconds to wait for A's answer")

    @model_validator(mode="after")
    def _is_no_loop(self) -> "Request":
        if self.destination_a == self.destination_b:
            raise ValueError("destination_b must be another number than destination_a")
        return self


class Response(CallPlaced):
    external_id: str | None
    tags: tuple[str, ...]


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    order = placing.wanted_by(context, domain, request, request)
    placed = placing.originate(context, domain, order, request.wait)
    return Response(**placed.told(), external_id=placed.order.external_id, tags=placed.order.tags)
