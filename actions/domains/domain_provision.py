"""Make a whole tenant in one request: domain, extensions or users, ring groups, destinations, a key.

It may be repeated: what is there as the request says stays, what is missing is made, nothing is taken away; what is
there otherwise is a 409 that names each place (extensions.3.caller_id_name), and then nothing is made. With dry_run it
makes nothing, and refuses what it would refuse. Secrets are answered this once, for what was made by this request; of
what was there before they are not answered again. Everything is looked at before anything is made. A small tenant, of
about five extensions, is one transaction; a larger one several, each of whole parts: 202 with done false says that
there is more to do, send the same again. Needs an operator's key.
"""

from typing import Annotated

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import AnsweredOnce, InSteps, Write
from ringpost.model.domain import Domain, DomainSettings
from ringpost.model.tenant import (
    DestinationPart,
    ExtensionPart,
    KeyPart,
    NewDestination,
    NewExtension,
    NewKey,
    NewRingGroup,
    NewUser,
    RingGroupPart,
    TenantSecrets,
    UserPart,
)
from ringpost.model.values import DomainName
from ringpost.services import kept
from ringpost.services.provisioning import tenants
from ringpost.services.provisioning.tenant_plan import Wanted

EXAMPLE = {
    "domain_name": "branch.example.net",
    "domain_description": "A new customer",
    "extensions": [{"extension": "200", "caller_id_name": "Front desk"}],
    "users": [{"firstname": "Carol", "lastname": "Example", "username": "carol", "extension": "201"}],
    "ringgroups": [
        {
            "name": "Everybody",
            "extension": "600",
            "strategy": "simultaneous",
            "destinations": [{"number": "200"}, {"number": "201"}],
        }
    ],
    "destinations": [{"number": "12025550177", "extension": "600"}],
    "key": {"name": "CRM", "scopes": ["originate", "cdr.#"]},
}


class Request(DomainSettings, Write):
    domain_name: DomainName
    extensions: tuple[NewExtension, ...] = Field(
        default=(), max_length=500, description="each with its voicemail box, as extension-create makes it"
    )
    users: tuple[NewUser, ...] = Field(
        default=(), max_length=500, description="each with its extension and box, as user-provision makes it"
    )
    ringgroups: tuple[NewRingGroup, ...] = Field(default=(), max_length=100, description="as ringgroup-create's")
    destinations: tuple[NewDestination, ...] = Field(default=(), max_length=500, description="as destination-create's")
    key: NewKey | None = Field(default=None, description="a key for this domain: {name, scopes, networks, expires_at}")
    dry_run: bool = Field(default=False, description="make nothing, answer what is missing")


class Response(InSteps):
    domain: Domain
    domain_created: bool = Field(description="false: it was there before, or it was a dry run")
    extensions: list[ExtensionPart]
    users: list[UserPart]
    ringgroups: list[RingGroupPart]
    destinations: list[DestinationPart]
    key: KeyPart | None
    secrets: Annotated[TenantSecrets | None, AnsweredOnce] = Field(
        description="of what this request made, answered this once; null: it made nothing that has any"
    )
    secrets_said: str = Field(description="whose secrets are not in this answer, and why")
    done: bool = Field(description="whether all of it is there; false: send the same again")
    stopped_by: str | None = Field(description="why not all of it is done")
    dry_run: bool

    @property
    def is_kept(self) -> bool:
        """Not while it says to send the same again, nor what was not done."""
        return self.done and not self.dry_run


def handle(request: Request, context: Context) -> Response:
    wanted = Wanted(
        request.domain_name,
        kept.cleared(Domain, request.given(DomainSettings)),
        request.extensions,
        request.users,
        request.ringgroups,
        request.destinations,
        request.key,
    )
    tenant = tenants.provision(context, wanted, dry_run=request.dry_run)
    return Response(**tenant._asdict(), secrets_said=tenant.secrets_said, dry_run=request.dry_run)
