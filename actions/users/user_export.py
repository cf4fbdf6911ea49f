"""Users as XiVO's CSV, which user-import takes: by last name, without secrets, safe to open in a spreadsheet.

A row has the main extension and all its inbound numbers; a box that several users have is in the row of the first.
X-Next-Cursor says where the next page begins; it has no heading.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import CsvResponse, Read
from ringpost.model.requests import InDomain, Listing
from ringpost.services.provisioning import user_files
from ringpost.services.tenants import domains

EXAMPLE = {"domain_name": "fusionpbx.example.net"}


class Request(InDomain, Listing, Read):
    limit: int = Field(default=5000, ge=1, le=5000, description="how many to answer at most")


Response = CsvResponse


def handle(request: Request, context: Context) -> Response:
    table = user_files.exported(context, domains.uuid_of(context, request), request)
    return Response(table.body, table.content_type, table.headers)
