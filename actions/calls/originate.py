"""Place a call: ring A, then connect B.

Answers success true once A has answered, false with a cause if A did not; 202 with success null
while A still rings after wait seconds. call_uuid is the call's own, whatever happens. On the sandbox
switch nothing leaves; docs/sandbox.md has the numbers that are busy, do not answer, refuse or fail.
"""

from typing import Literal

from pydantic import Field, model_validator

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.call import Wanted
from ringpost.model.requests import InDomain
from ringpost.services import calls, domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "caller_id_number": "5550100",
    "caller_id_name": "Front desk",
    "destination_a": "100",
    "destination_b": "5550123",
    "external_id": "deal-4711",
}


class Request(Wanted, InDomain, Write):
    wait: float = Field(default=10, ge=0, le=25, description="seconds to wait for A's answer")

    @model_validator(mode="after")
    def _is_no_loop(self) -> "Request":
        if self.destination_a == self.destination_b:
            raise ValueError("destination_b must be another number than destination_a")
        return self


class Response(Output):
    success: bool | None = Field(description="whether A answered; null while it rings")
    call_uuid: str
    state: Literal["ringing", "answered", "ended"]
    cause: str | None = Field(description="why A did not answer, or the call ended")
    external_id: str | None
    tags: tuple[str, ...]
    sandbox: bool

    @property
    def http_status(self) -> int:
        return 202 if self.success is None else 200


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    order = calls.ordered(context, domain, request)
    placed, progress = calls.originate(context, domain, order, request.wait)
    return Response(
        success=None if progress.state == "ringing" else progress.answered,
        call_uuid=placed.call_uuid,
        state=progress.state,
        cause=progress.cause,
        external_id=placed.external_id,
        tags=placed.tags,
        sandbox=context.switch.is_sandbox,
    )
