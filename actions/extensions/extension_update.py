"""Change an extension. What is left out stays; null sets what a new extension would have."""

from typing import ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Versioned
from ringpost.model.extension import Extension, ExtensionSettings
from ringpost.model.requests import OneExtension
from ringpost.model.values import ExtensionNumber
from ringpost.services.people import extensions

EXAMPLE = {"domain_name": "fusionpbx.example.net", "extension": "100", "description": "Reception"}


class Request(ExtensionSettings, OneExtension, Versioned):
    for_users: ClassVar[bool] = True

    new_extension: ExtensionNumber | None = Field(default=None, description="the number it shall have")


Response = Extension


def handle(request: Request, context: Context) -> Response:
    changes = request.given(ExtensionSettings)
    if request.new_extension is not None:
        changes["extension"] = request.new_extension
    return extensions.update(context, extensions.found(context, request), changes, request.if_version)
