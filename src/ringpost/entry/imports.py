"""Files of any length, imported over the wire: checked whole first, then made step by step, with progress.

A file that was interrupted is imported again from the start: what is there already is not made twice.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import click
from pydantic import ConfigDict, ValidationError

from ringpost.entry.client import Client
from ringpost.model.errors import InvalidRequest
from ringpost.model.extension import ExtensionSettings, Password
from ringpost.model.mistakes import said
from ringpost.model.values import ExtensionNumber, Number
from ringpost.services import csv_files, user_files
from ringpost.services.user_files import MOST_ROWS, Mistake

_MOST_TOLD = 20
_TOLD_EVERY = 50
_FORWARDS = {
    "unconditional": "forward_all",
    "busy": "forward_busy",
    "noanswer": "forward_no_answer",
    "unregistered": "forward_user_not_registered",
}


class FusionRow(ExtensionSettings):
    """A row of FusionPBX's extension export: v_extensions as CSV, as far as it means something here."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    extension: ExtensionNumber
    password: Password | None = None
    do_not_disturb: bool | None = None
    forward_all_destination: Number | None = None
    forward_all_enabled: bool | None = None
    forward_busy_destination: Number | None = None
    forward_busy_enabled: bool | None = None
    forward_no_answer_destination: Number | None = None
    forward_no_answer_enabled: bool | None = None
    forward_user_not_registered_destination: Number | None = None
    forward_user_not_registered_enabled: bool | None = None

    def forwards(self) -> dict[str, dict[str, Any]]:
        """Where its calls go, as extension-forward-set takes it."""
        found = {
            kind: {
                "enabled": bool(getattr(self, f"{column}_enabled")),
                "destination": getattr(self, f"{column}_destination"),
            }
            for kind, column in _FORWARDS.items()
        }
        return {kind: forward for kind, forward in found.items() if forward["destination"]}


def text_of(file: Path) -> str:
    """What is in a file; ``ClickException`` if that is no UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8: save it as CSV in UTF-8") from None


def users(client: Client, text: str, place: dict[str, str], *, dry_run: bool = False) -> None:
    """Import XiVO's CSV: every row is checked, here and there, before the first is made."""
    heading, _ = csv_files.read(text, "the file")
    if "extension" in heading and "firstname" not in heading:
        raise click.ClickException("this looks like FusionPBX's extensions: say ringpost import fusionpbx FILE")
    try:
        whole = user_files.read(text)
    except InvalidRequest as problem:
        told = cast("list[dict[str, Any]]", problem.members.get("errors", []))
        raise _refused([Mistake(**one) for one in told], problem.detail) from None
    if whole.ignored_columns:
        click.echo(f"Columns that mean nothing here: {', '.join(whole.ignored_columns)}", err=True)
    parts = list(_parts(text))
    for number, part in enumerate(parts):
        click.echo(
            f"Checking rows {number * MOST_ROWS + 1} to {min((number + 1) * MOST_ROWS, len(whole.rows))}", err=True
        )
        _import_part(client, part, {**place, "dry_run": True}, number)
    if dry_run:
        click.echo(f"{len(whole.rows)} rows can be imported.")
        return
    made = 0
    for number, part in enumerate(parts):
        while True:
            came = _import_part(client, part, place, number)
            done = number * MOST_ROWS + len(came["created"])
            made += came["created_now"]
            click.echo(f"{done} of {len(whole.rows)} rows", err=True)
            if came["done"]:
                break
    click.echo(f"{made} users made, {len(whole.rows) - made} were there already.")


def extensions(client: Client, text: str, place: dict[str, str], *, dry_run: bool = False) -> None:
    """Import FusionPBX's extension export, with its passwords, forwards and do-not-disturb."""
    heading, lines = csv_files.read(text, "the file")
    if "extension" not in heading:
        raise click.ClickException("the file has no column extension: is it FusionPBX's export of extensions?")
    rows, mistakes = _fusion_rows(heading, lines)
    if mistakes:
        raise _refused(mistakes, "the file cannot be imported")
    unknown = sorted(set(heading) - FusionRow.model_fields.keys())
    if unknown:
        click.echo(f"Columns that mean nothing here: {', '.join(unknown)}", err=True)
    if dry_run:
        click.echo(f"{len(rows)} rows can be imported, but for numbers that are taken: those stay as they are.")
        return
    made = 0
    for number, row in enumerate(rows, 1):
        made += _make_extension(client, row, place)
        if number % _TOLD_EVERY == 0 or number == len(rows):
            click.echo(f"{number} of {len(rows)} rows", err=True)
    click.echo(f"{made} extensions made, {len(rows) - made} were there already and are as they were.")


def _make_extension(client: Client, row: FusionRow, place: dict[str, str]) -> bool:
    own = {"extension", "password", "do_not_disturb", *ExtensionSettings.model_fields}
    members = row.model_dump(include=own, exclude_none=True) | row.forwards()
    answer = client.call("extension-create", {**place, **members})
    if answer.status == 409:
        return False
    if not answer.is_good:
        raise click.ClickException(f"extension {row.extension}: {answer.json['detail']}; those before it are made")
    return True


def _fusion_rows(heading: Sequence[str], lines: Sequence[Sequence[str]]) -> tuple[list[FusionRow], list[Mistake]]:
    rows, mistakes = [], []
    first: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        cells = {name: cell for name, cell in zip(heading, map(str.strip, line), strict=False) if cell}
        try:
            row = FusionRow.model_validate(cells)
        except ValidationError as error:
            found = (said(dict(one), heading) for one in error.errors(include_url=False, include_input=False))
            mistakes += [Mistake(number, place, words.removeprefix(place).lstrip(": ")) for place, words in found]
            continue
        if first.setdefault(row.extension, number) != number:
            mistakes.append(Mistake(number, "extension", f"is in row {first[row.extension]} already"))
        rows.append(row)
    return rows, mistakes


def _import_part(client: Client, part: str, members: dict[str, Any], number: int) -> Any:
    answer = client.call("user-import", {**members, "csv": part})
    if answer.is_good:
        return answer.json
    problem = answer.json
    moved = [
        Mistake(one["row"] + number * MOST_ROWS if one["row"] else 0, one["column"], one["message"])
        for one in problem["errors"]
        if "row" in one
    ]
    raise _refused(moved, problem["detail"].replace("domain_uuid or domain_name is required", "say --domain DOMAIN"))


def _parts(text: str) -> Iterator[str]:
    """The file in as many files as it takes, each with the heading."""
    heading, lines = csv_files.read(text, "csv")
    for start in range(0, len(lines), MOST_ROWS):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([heading, *lines[start : start + MOST_ROWS]])
        yield out.getvalue()


def _refused(mistakes: Sequence[Mistake], detail: str) -> click.ClickException:
    if not mistakes:
        return click.ClickException(detail)
    lines = [f"row {one.row}, {one.column}: {one.message}" for one in mistakes[:_MOST_TOLD]]
    more = [f"and {len(mistakes) - _MOST_TOLD} more"] if len(mistakes) > _MOST_TOLD else []
    return click.ClickException(
        "\n".join(["nothing more was made; row 1 is the first below the heading", *lines, *more])
    )
