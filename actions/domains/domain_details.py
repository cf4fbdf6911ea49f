"""One domain, by domain_uuid or domain_name."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.domain import Domain
from ringpost.model.requests import InDomain
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


class Request(InDomain, Read):
    for_users: ClassVar[bool] = True


Response = Domain


def handle(request: Request, context: Context) -> Response:
    return domains.found(context, request)
