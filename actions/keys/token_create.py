"""Buy a short-lived token with a key: it may do as much as the key or less, and is gone with it.

It is answered this once, and sent as a key's token is: in X-Auth-Token, X-API-Key, or as a bearer.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import AnsweredOnce, Write
from ringpost.model.requests import InDomain
from ringpost.model.token import TokenDetails
from ringpost.model.values import Reference, Scope, Secret
from ringpost.services.access import tokens

EXAMPLE = {"domain_name": "fusionpbx.example.net", "expiration": 3600, "scopes": ["user.*", "!user.delete"]}


class Request(InDomain, Write):
    for_users: ClassVar[bool] = True
    effects = ("secrets",)

    expiration: int = Field(default=7200, ge=1, le=315_360_000, description="seconds it works")
    scopes: tuple[Scope, ...] | None = Field(
        default=None, min_length=1, max_length=100, description="what it may call; left out: what the key may"
    )
    as_user: Reference | None = Field(
        default=None, description="the user it acts for, by username or UUID: that user's permissions hold"
    )


class Response(TokenDetails):
    token: Annotated[Secret | None, AnsweredOnce]


def handle(request: Request, context: Context) -> Response:
    bought = tokens.create(context, request, request.expiration, request.scopes, request.as_user)
    return Response(**TokenDetails.of(bought.token).model_dump(), token=bought.text)
