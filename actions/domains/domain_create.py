"""Create a domain: a new tenant.

Needs an operator's key, one that is bound to no domain.
"""

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.domain import Domain, DomainSettings
from ringpost.model.values import DomainName
from ringpost.services import kept
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "tenant.example.net", "domain_description": "A new customer"}


class Request(DomainSettings, Write):
    domain_name: DomainName


Response = Domain


def handle(request: Request, context: Context) -> Response:
    members = kept.cleared(Domain, request.given(DomainSettings)) | {"domain_name": request.domain_name}
    return domains.create(context, members)
