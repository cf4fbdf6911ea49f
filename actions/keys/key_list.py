"""The keys this key may see: those of its domains; all of them with an operator's."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.key import KeyDetails
from ringpost.model.requests import Listing, filtered_by
from ringpost.services import api_keys

EXAMPLE = {"order": "key_name"}


@filtered_by(KeyDetails)
class Request(Listing, Read):
    for_users: ClassVar[bool] = True


class Response(Items[KeyDetails]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(api_keys.listed(context, request))
