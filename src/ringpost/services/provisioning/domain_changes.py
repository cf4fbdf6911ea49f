"""A domain that changes, and what its switch has to know of that at once."""

from typing import Any

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.services.switching import queueing
from ringpost.services.tenants import domains


def update(context: Context, domain: Domain, changes: dict[str, Any], if_version: int | None) -> Domain:
    """Change a domain. On another switch its queues are to ring its members all the same."""
    after = domains.update(context, domain, changes, if_version)
    if after.switch_uuid != domain.switch_uuid:
        queueing.tell(context, after.domain_uuid, queueing.everything(context, after.domain_uuid))
    return after
