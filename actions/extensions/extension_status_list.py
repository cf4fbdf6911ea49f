"""How the extensions of a domain are now, for a board: registered, in a call, not to be disturbed.

Its switch is asked once for all of them. In the sandbox there are no phones, and every extension is there.
"""

from ringpost.context import Context
from ringpost.contract import Items, Read
from ringpost.model.live import ListedStatus
from ringpost.model.requests import ListedForUser, filtered_by
from ringpost.services.calls import live_calls
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


@filtered_by(ListedStatus)
class Request(ListedForUser, Read):
    pass


class Response(Items[ListedStatus]):
    pass


def handle(request: Request, context: Context) -> Response:
    return Response.of(live_calls.statuses_page(context, domains.found(context, request), request))
