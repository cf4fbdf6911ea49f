"""Calls as CSV, newest first, with XiVO's columns and filtered as cdr-search; safe to open in a spreadsheet.

A page is under 5 MB. X-Next-Cursor says where the next one begins; it has no heading.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import CsvResponse, Read
from ringpost.model.requests import CallFilters
from ringpost.services import domains, exports

EXAMPLE = {"domain_name": "fusionpbx.example.net", "from": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}


class Request(CallFilters, Read):
    limit: int = Field(default=10_000, ge=1, le=10_000, description="how many to answer at most")


Response = CsvResponse


def handle(request: Request, context: Context) -> Response:
    table = exports.of_calls(context, domains.uuid_of(context, request), request)
    return Response(table.body, table.content_type, table.headers)
