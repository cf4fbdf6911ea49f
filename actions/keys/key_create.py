"""Make a key. Its secret and its token are answered this once.

It never reaches further than the key it is made with, whatever it asks for.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import AnsweredOnce, Write
from ringpost.model.errors import InvalidRequest
from ringpost.model.key import KeyDetails, Limits
from ringpost.model.values import Moment, Name, Network, Reference, Scope, Secret
from ringpost.services.access import api_keys

EXAMPLE = {"name": "CRM", "scopes": ["originate", "cdr.#"], "domains": ["fusionpbx.example.net"]}


class Request(Write):
    for_users: ClassVar[bool] = True
    effects = ("secrets",)

    name: Name
    scopes: tuple[Scope, ...] = Field(
        min_length=1, max_length=100, description="what it may call: originate, extension.*, cdr.#, !key.#"
    )
    domains: tuple[Reference, ...] | None = Field(
        default=None, min_length=1, max_length=40, description="the domains it may touch, by UUID or name"
    )
    switch: Reference | None = Field(
        default=None, description="instead of domains: a switch, by UUID or name; those that live on it"
    )
    networks: tuple[Network, ...] = Field(
        default=(), max_length=50, description="where it may be used from; empty: anywhere"
    )
    expires_at: Moment | None = None
    as_user: Reference | None = Field(
        default=None, description="the user of its one domain it acts for, by username or UUID"
    )
    enabled: bool = True


class Response(KeyDetails):
    secret: Annotated[Secret | None, AnsweredOnce]
    token: Annotated[Secret | None, AnsweredOnce]


def handle(request: Request, context: Context) -> Response:
    if request.domains is None and request.switch is None:
        raise InvalidRequest("domains is missing, or switch instead: what the key may touch", parameter="domains")
    limits = Limits.model_validate(
        request.model_dump(include={"scopes", "domains", "switch", "networks", "expires_at"})
    )
    fresh = api_keys.create(context, request.name, limits, enabled=request.enabled, as_user=request.as_user)
    return Response(**fresh.shown(context))
