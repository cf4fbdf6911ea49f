"""Files of any length, imported over the wire: checked whole first, then made step by step, with progress.

A file that was interrupted is imported again from the start: what is there already is not made twice.
"""

import csv
import io
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, cast

import click
from pydantic import ConfigDict, ValidationError

from ringpost.client import Client
from ringpost.model.errors import InvalidRequest
from ringpost.model.extension import ExtensionSettings, Password
from ringpost.model.mistakes import Known, said
from ringpost.model.telephone.help import is_called, is_dialled
from ringpost.model.values import ExtensionNumber, Number
from ringpost.nearest import nearest
from ringpost.services import csv_files
from ringpost.services.csv_files import Line, Mistake, Sheet
from ringpost.services.provisioning import user_files
from ringpost.services.provisioning.user_files import MOST_ROWS

_MOST_TOLD = 20
_TOLD_EVERY = 50
_NO = frozenset({"false", "f", "0", "no", "n", "off"})
_FORWARDS = {
    "unconditional": "forward_all",
    "busy": "forward_busy",
    "noanswer": "forward_no_answer",
    "unregistered": "forward_user_not_registered",
}


_PASSED_OVER = frozenset(
    {
        "absolute_codec_string",
        "accountcode",
        "dial_domain",
        "dial_string",
        "dial_user",
        "domain_name",
        "domain_uuid",
        "extension_dialect",
        "extension_language",
        "extension_type",
        "extension_uuid",
        "extension_voice",
        "follow_me_destinations",
        "follow_me_enabled",
        "follow_me_uuid",
        "force_ping",
        "forward_caller_id_uuid",
        "hold_music",
        "insert_date",
        "insert_user",
        "limit_destination",
        "missed_call_app",
        "missed_call_data",
        "mwi_account",
        "number_alias",
        "sip_bypass_media",
        "sip_force_contact",
        "sip_force_expires",
        "unique_id",
        "update_date",
        "update_user",
    }
)
"""FusionPBX's columns that mean nothing here and limit nobody."""
_RESTRICTING = {
    "auth_acl": "limits from where this phone may register",
    "call_screen_enabled": "asks callers who they are before they are put through",
    "cidr": "limits from where this phone may register",
    "nibble_account": "limits calls to what an account has",
    "toll_allow": "limits whom this extension may call",
    "user_context": "limits what this extension may dial",
}
"""FusionPBX's columns that limit somebody as nothing here does, and how."""


class FusionRow(ExtensionSettings):
    """A row of FusionPBX's extension export: v_extensions as CSV, as far as it means something here."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

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


_FLAGS = frozenset(name for name, field in FusionRow.model_fields.items() if field.annotation == bool | None)
"""Where an empty cell is no: FusionPBX writes false so."""


def text_of(file: Path) -> str:
    """What is in a file; ``ClickException`` if that is neither UTF-8 nor UTF-16."""
    try:
        return csv_files.decoded(file.read_bytes())
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8: save it as CSV in UTF-8") from None


def users(client: Client, text: str, place: dict[str, str], *, dry_run: bool = False, drop: Sequence[str] = ()) -> None:
    """Import XiVO's CSV: every row is checked, here and there, before the first is made."""
    sheet = csv_files.read(text, "the file")
    if "extension" in sheet.heading and "firstname" not in sheet.heading:
        raise click.ClickException("this looks like FusionPBX's extensions: say ringpost import fusionpbx FILE")
    _check_dropped(drop, user_files.RESTRICTING)
    try:
        whole = user_files.read(text, drop=drop)
    except InvalidRequest as problem:
        told = cast("list[dict[str, Any]]", problem.members.get("errors", []))
        raise _refused([Mistake(**one) for one in told], problem.detail) from None
    if whole.ignored_columns:
        click.echo(f"Columns that mean nothing here: {', '.join(whole.ignored_columns)}", err=True)
    members = {**place, "drop": list(drop)}
    parts = [sheet.lines[start : start + MOST_ROWS] for start in range(0, len(sheet.lines), MOST_ROWS)]
    for lines in parts:
        click.echo(f"Checking rows {lines[0].number} to {lines[-1].number}", err=True)
        _import_part(client, sheet, lines, {**members, "dry_run": True})
    if dry_run:
        click.echo(f"{len(whole.rows)} rows can be imported.")
        return
    made = 0
    for number, lines in enumerate(parts):
        while True:
            came = _import_part(client, sheet, lines, members)
            done = number * MOST_ROWS + len(came["created"])
            made += came["created_now"]
            click.echo(f"{done} of {len(whole.rows)} rows", err=True)
            if came["done"]:
                break
    click.echo(f"{made} users made, {len(whole.rows) - made} were there already.")


def extensions(
    client: Client, text: str, place: dict[str, str], *, dry_run: bool = False, drop: Sequence[str] = ()
) -> None:
    """Import FusionPBX's extension export, with its passwords, forwards and do-not-disturb."""
    sheet = csv_files.read(text, "the file")
    if "extension" not in sheet.heading:
        raise click.ClickException("the file has no column extension: is it FusionPBX's export of extensions?")
    unknown = set(sheet.heading) - FusionRow.model_fields.keys() - _PASSED_OVER - _RESTRICTING.keys()
    _check_dropped(drop, {*_RESTRICTING, *unknown})
    if left := sorted(unknown - set(drop)):
        known = [*FusionRow.model_fields, *_PASSED_OVER, *_RESTRICTING]
        says = [f"{name[:64]} is no column of FusionPBX's extensions{nearest(name, known)}" for name in left]
        raise click.ClickException(f"{'; '.join(says)}. Take it out, or say --drop with its name")
    refused: set[str] = set()
    rows, mistakes = _fusion_rows(sheet, drop, _own_context(client, sheet, place), refused)
    mistakes = mistakes or _against_the_domain(client, place, sheet, rows)
    if mistakes:
        raise _refused(mistakes, "the file cannot be imported")
    if ignored := sorted(refused | set(sheet.heading) - FusionRow.model_fields.keys()):
        click.echo(f"Columns that mean nothing here: {', '.join(ignored)}", err=True)
    if disabled := sum(not line.cells.get("enabled", "true").strip() for line in sheet.lines):
        click.echo(f"enabled is empty in {disabled} rows, which is FusionPBX's false: they are made disabled", err=True)
    if dry_run:
        click.echo(f"{len(rows)} rows can be imported, but for numbers that are taken: those stay as they are.")
        return
    made = _make_extensions(client, rows, place)
    click.echo(f"{made} extensions made, {len(rows) - made} were there already and are as they were.")


def _check_dropped(drop: Sequence[str], known: Collection[str]) -> None:
    for name in drop:
        if name not in known:
            raise click.UsageError(f"--drop {name}: that column limits nobody{nearest(name, known)}")


def _own_context(client: Client, sheet: Sheet, place: dict[str, str]) -> str:
    """The dialplan that FusionPBX gives a domain's extensions, unless told otherwise: the one named as the domain."""
    if not any(line.cells.get("user_context", "").strip() for line in sheet.lines):
        return ""
    answer = client.call("domain-details", place)
    return str(answer.json["domain_name"]) if answer.is_good else place.get("domain_name", "").lower()


def _against_the_domain(
    client: Client, place: dict[str, str], sheet: Sheet, rows: Sequence[FusionRow]
) -> list[Mistake]:
    """What the domain would refuse later: its emergency numbers, its ring groups' numbers, if the key may ask."""
    domain, groups = client.call("domain-details", place), client.call("ringgroup-list", {**place, "limit": 1000})
    country = domain.json["country"] if domain.is_good else "US"
    own = (domain.json["emergency_numbers"] or ()) if domain.is_good else ()
    taken = {group["ring_group_extension"] for group in groups.json["items"]} if groups.is_good else set()
    here = {row.extension for row in rows}
    mistakes = []
    for line, row in zip(sheet.lines, rows, strict=True):
        if is_dialled(row.extension, country, own):
            mistakes.append(Mistake(line.number, "extension", "calls for help in this domain: nobody can have it"))
        if row.extension in taken:
            mistakes.append(Mistake(line.number, "extension", "is a ring group's number"))
        for kind, column in _FORWARDS.items():
            number = row.forwards().get(kind, {}).get("destination")
            if number == row.extension:
                mistakes.append(Mistake(line.number, f"{column}_destination", "is its own number"))
            elif number and number not in here and is_called(number, country, own):
                mistakes.append(Mistake(line.number, f"{column}_destination", "calls for help"))
    return mistakes


def _make_extensions(client: Client, rows: Sequence[FusionRow], place: dict[str, str]) -> int:
    """Make them all, then set the forwards between them: they may be in any order."""
    here = {row.extension for row in rows}
    made: list[FusionRow] = []
    for number, row in enumerate(rows, 1):
        if _make_extension(client, row, here, place):
            made.append(row)
        if number % _TOLD_EVERY == 0 or number == len(rows):
            click.echo(f"{number} of {len(rows)} rows", err=True)
    for row in made:
        _forward(client, row, here, place)
    return len(made)


def _make_extension(client: Client, row: FusionRow, here: Collection[str], place: dict[str, str]) -> bool:
    """Make an extension; what it forwards to an extension of the file is set when all are there."""
    own = {"extension", "password", "do_not_disturb", *ExtensionSettings.model_fields}
    forwards = {kind: one for kind, one in row.forwards().items() if one["destination"] not in here}
    members = row.model_dump(include=own, exclude_none=True) | forwards
    answer = client.call("extension-create", {**place, **members})
    if answer.status == 409:
        return False
    if not answer.is_good:
        raise click.ClickException(f"extension {row.extension}: {answer.json['detail']}; those before it are made")
    return True


def _forward(client: Client, row: FusionRow, here: Collection[str], place: dict[str, str]) -> None:
    forwards = {kind: one for kind, one in row.forwards().items() if one["destination"] in here}
    if not forwards:
        return
    answer = client.call("extension-forward-set", {**place, "extension": row.extension, **forwards})
    if not answer.is_good:
        raise click.ClickException(f"extension {row.extension} is made and not forwarded: {answer.json['detail']}")


def _fusion_rows(
    sheet: Sheet, drop: Collection[str], own_context: str, refused: set[str]
) -> tuple[list[FusionRow], list[Mistake]]:
    rows, mistakes = [], list(sheet.mistakes)
    first: dict[str, int] = {}
    for line in sheet.lines:
        number = line.number
        own_contexts = {own_context, line.cells.get("domain_name", "").strip().lower()}
        limits_nobody = {"call_screen_enabled": _NO, "user_context": own_contexts}
        mistakes += csv_files.restrictions(line, _RESTRICTING, limits_nobody, drop)
        cells = {name: line.cells[name].strip() for name in sheet.heading if name in FusionRow.model_fields}
        filled = {name: cell or "false" for name, cell in cells.items() if cell or name in _FLAGS}
        try:
            row = csv_files.without_refused(FusionRow, filled, refused)
        except ValidationError as error:
            found = (
                said(dict(one), Known(tuple(sheet.heading)))
                for one in error.errors(include_url=False, include_input=False)
            )
            mistakes += [Mistake(number, place, words.removeprefix(place).lstrip(": ")) for place, words in found]
            continue
        if first.setdefault(row.extension, number) != number:
            mistakes.append(Mistake(number, "extension", f"is in row {first[row.extension]} already"))
        rows.append(row)
    return rows, sorted(mistakes, key=lambda mistake: mistake.row)


def _import_part(client: Client, sheet: Sheet, lines: Sequence[Line], members: dict[str, Any]) -> Any:
    """Import so many rows of a file as a file of their own, with the heading; mistakes are told as of the whole."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([sheet.heading, *([line.cells[name] for name in sheet.heading] for line in lines)])
    answer = client.call("user-import", {**members, "csv": out.getvalue()})
    if answer.is_good:
        return answer.json
    problem = answer.json
    numbers = [sheet.heading_row, *(line.number for line in lines)]
    moved = [
        Mistake(numbers[one["row"] - 1], one["column"], one["message"]) for one in problem["errors"] if "row" in one
    ]
    raise _refused(moved, problem["detail"].replace("domain_uuid or domain_name is required", "say --domain DOMAIN"))


def _refused(mistakes: Sequence[Mistake], detail: str) -> click.ClickException:
    if not mistakes:
        return click.ClickException(detail)
    lines = [f"row {one.row}, {one.column}: {one.message}" for one in mistakes[:_MOST_TOLD]]
    more = [f"and {len(mistakes) - _MOST_TOLD} more"] if len(mistakes) > _MOST_TOLD else []
    return click.ClickException("\n".join(["nothing more was made; row 1 is the heading", *lines, *more]))
