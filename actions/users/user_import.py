"""Import users from XiVO's CSV: up to 500 rows, each with extension, voicemail and inbound number as it says.

Send the text in csv, or post the file itself to /user-import (Content-Type: text/csv), with the rest in the query.
Its cells are parted by commas, semicolons or tabs, as its heading shows. Every row is checked first, and nothing is
written if one is bad: errors names row and column, as a spreadsheet counts: the heading is row 1. What limits somebody
in XiVO and nobody here (call_permissions, call_permission_password, a context other than default) refuses its row,
unless drop names the column. The same rows sent again are not made twice, in whatever file, as long as their users are
there; so a file that was interrupted goes on where it stopped. Secrets are not answered.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import InSteps, Write
from ringpost.model.requests import InDomain
from ringpost.model.values import comma_separated
from ringpost.services.provisioning import user_files
from ringpost.services.provisioning.user_files import Made, Restricting
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "csv": "firstname,lastname,username,exten,voicemail_number\nCarol,Example,carol,103,103\nDan,Example,dan,104,\n",
}


class Request(InDomain, Write):
    csv_member: ClassVar[str | None] = "csv"

    csv: str = Field(max_length=1 << 20, description="the file's text; its first line names the columns")
    drop: Annotated[tuple[Restricting, ...], comma_separated] = Field(
        default=(), description="columns that limit somebody as nothing here does, to be lost knowingly"
    )
    dry_run: bool = Field(default=False, description="check every row, and make nothing")


class Response(InSteps):
    rows: int
    created: list[Made] = Field(description="what was made of each row, now or in the last 30 days")
    created_now: int
    ignored_columns: list[str] = Field(description="columns of XiVO's that mean nothing here")
    done: bool = Field(description="false: there was no time for all, send the same file again")
    dry_run: bool


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    file = user_files.read(request.csv, user_files.MOST_ROWS, request.drop)
    came = user_files.imported(context, domain, file, dry_run=request.dry_run)
    return Response.model_validate({**came._asdict(), "done": came.done, "dry_run": request.dry_run})
