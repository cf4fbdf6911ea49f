"""Change a domain. What is left out stays; null sets what a new domain would have.

Its name, its switch, whether it is enabled, its way out and how long records stay are changed with
an operator's key.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.domain import Domain, DomainSettings
from ringpost.model.requests import InDomain
from ringpost.model.values import DomainName
from ringpost.services.provisioning import domain_changes
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "domain_description": "Head office",
    "statuses": [{"name": "Available", "type": "available"}, {"name": "At lunch", "type": "away"}],
}


class Request(DomainSettings, InDomain, Versioned):
    new_domain_name: DomainName | None = Field(default=None, description="the name it shall have")


Response = Domain


def handle(request: Request, context: Context) -> Response:
    changes = request.given(DomainSettings)
    if request.new_domain_name is not None:
        changes["domain_name"] = request.new_domain_name
    return domain_changes.update(context, domains.found(context, request), changes, request.if_version)
