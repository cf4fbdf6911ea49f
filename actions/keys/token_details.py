"""Whether a token is good, and whether it covers a scope: 404 if it is not, 403 if it does not.

Without token it is about the one the request came with.
"""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.token import TokenDetails
from ringpost.model.values import Scope
from ringpost.services.access import tokens

EXAMPLE = {
    "token": "rpt_ededeced-0000-4000-8000-000000000001_" + "ad" * 32,
    "scope": "cdr.search",
}


class Request(Read):
    for_users: ClassVar[bool] = True
    effects = ("secrets",)

    token: str | None = Field(default=None, description="left out: the one of this request")
    scope: Scope | None = Field(default=None, description="an action's name with dots for hyphens: cdr.search")


Response = TokenDetails


def handle(request: Request, context: Context) -> Response:
    return TokenDetails.of(tokens.checked(context, request.token, request.scope))
