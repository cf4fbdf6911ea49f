"""Delete a domain. Refused while anything lives in it, unless cascade is true.

A large domain is removed in steps: 202 with deleted false means there is more to do, repeat the call.
"""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.requests import InDomain
from ringpost.model.values import Uuid
from ringpost.services.provisioning import domain_removal
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "empty.example.net"}


class Request(InDomain, VersionedRemoval):
    cascade: bool = Field(default=False, description="remove all that lives in it as well")


class Response(Output):
    statuses: ClassVar[tuple[int, ...]] = (200, 202)

    deleted: bool
    domain_uuid: Uuid

    @property
    def http_status(self) -> int:
        return 200 if self.deleted else 202

    @property
    def is_kept(self) -> bool:
        return self.deleted


def handle(request: Request, context: Context) -> Response:
    domain = domains.found_to_remove(context, request)
    gone = domain_removal.remove(context, domain, cascade=request.cascade, if_version=request.if_version)
    return Response(deleted=gone, domain_uuid=domain.domain_uuid)
