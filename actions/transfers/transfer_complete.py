"""Put through whom a transfer is about. If nobody has answered yet, the destination is rung anew, for that one."""

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.requests import OneTransfer
from ringpost.model.transfer import Transfer
from ringpost.services.calls import transfers

EXAMPLE = {"domain_name": "fusionpbx.example.net", "transfer_uuid": "f1f1f1f1-0000-4000-8000-000000000001"}


class Request(OneTransfer, Write):
    effects = ("costs",)


Response = Transfer


def handle(request: Request, context: Context) -> Response:
    return transfers.complete(context, request)
