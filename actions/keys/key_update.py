"""Change a key: its name, its limits, whether it works. What is left out stays.

Only the key itself, those it was made with, and an operator without limits may; nobody can widen a
key beyond their own.
"""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.key import KeyDetails
from ringpost.model.values import Moment, Name, Network, Reference, Scope, Uuid
from ringpost.services.access import api_keys

EXAMPLE = {"key_uuid": "b0b0b0b0-0000-4000-8000-000000000002", "enabled": False}


class Request(Versioned):
    for_users: ClassVar[bool] = True
    effects = ("secrets",)

    key_uuid: Uuid
    name: Name | None = None
    scopes: tuple[Scope, ...] | None = Field(default=None, min_length=1, max_length=100)
    domains: tuple[Reference, ...] | None = Field(default=None, min_length=1, max_length=40)
    networks: tuple[Network, ...] | None = Field(default=None, max_length=50, description="null: from anywhere")
    expires_at: Moment | None = Field(default=None, description="null: never")
    enabled: bool | None = None


Response = KeyDetails


def handle(request: Request, context: Context) -> Response:
    changes = request.given(KeyDetails)
    if "name" in request.model_fields_set:
        changes["key_name"] = request.name
    changes.pop("key_uuid")
    key = api_keys.found(context, request.key_uuid)
    return api_keys.details(context, api_keys.update(context, key, changes, request.if_version))
