"""Calls as CSV, newest first, with XiVO's columns and filtered as cdr-search; safe to open in a spreadsheet.

source_extension is the extension that called, or the number of a caller from outside; caller_id_number is what was
shown. duration and billsec are seconds of talk, billsec 0 if nobody answered. With of_all_domains an operator's key
asks for the calls of all domains at once. A page is under 5 MB. X-Next-Cursor says where the next one begins; it has no
heading.
"""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import CsvResponse, Read
from ringpost.model.requests import CallFilters
from ringpost.services.history import exports

EXAMPLE = {"domain_name": "fusionpbx.example.net", "from": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}


class Request(CallFilters, Read):
    limit: int = Field(default=10_000, ge=1, le=10_000, description="how many to answer at most")


Response = CsvResponse


def handle(request: Request, context: Context) -> Response:
    table = exports.of_calls(context, request)
    return Response(table.body, table.content_type, table.headers)
