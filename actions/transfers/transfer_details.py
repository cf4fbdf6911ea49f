"""One transfer, and how far it has come."""

from ringpost.context import Context
from ringpost.contract import Read
from ringpost.model.requests import OneTransfer
from ringpost.model.transfer import Transfer
from ringpost.services.calls import transfers

EXAMPLE = {"domain_name": "fusionpbx.example.net", "transfer_uuid": "f1f1f1f1-0000-4000-8000-000000000001"}


class Request(OneTransfer, Read):
    pass


Response = Transfer


def handle(request: Request, context: Context) -> Response:
    return transfers.found(context, request).transfer
