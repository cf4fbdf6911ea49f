"""Users in files: XiVO's CSV (confd 16.15, ``/users/import`` and ``/users/export``).

A file is checked whole, against itself and against the store, before anything is written; then each row is one
transaction that leaves a mark under the file's own hash, so that the same file sent again goes on where it stopped.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import ConfigDict, Field, ValidationError

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.destination import Destination
from ringpost.model.domain import Domain
from ringpost.model.errors import InvalidRequest, Problem
from ringpost.model.extension import Password
from ringpost.model.mistakes import said
from ringpost.model.record import Entity
from ringpost.model.user import User, UserSettings
from ringpost.model.values import BoxNumber, Email, ExtensionNumber, Name, Number, Pin, Uuid, canonical
from ringpost.model.voicemail import BoxName, Voicemail
from ringpost.nearest import nearest
from ringpost.services import csv_files, emergency, numbers, pages, provisioning
from ringpost.services.provisioning import Wanted
from ringpost.store import Key, Put, Row, keys

MOST_ROWS = 500
WORKS_FOR = 15.0
_MARK_DAYS = 30 * 86_400
_MOST_TOLD = 100
_LONGEST_COLUMN = 64
_IGNORED = frozenset(
    {
        "call_permission_password",
        "call_permissions",
        "context",
        "cti_profile_enabled",
        "cti_profile_name",
        "entity_id",
        "incall_context",
        "incall_ring_seconds",
        "password",
        "sip_username",
        "uuid",
        "voicemail_context",
    }
)
"""XiVO's columns that mean nothing here: nobody logs in, a domain is the context, phones register as their number."""


class ImportRow(UserSettings):
    """A row of XiVO's file."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    firstname: Name
    voicemail_name: BoxName | None = None
    voicemail_number: BoxNumber | None = None
    voicemail_password: Pin | None = None
    voicemail_email: Email | None = None
    voicemail_attach_audio: bool | None = None
    voicemail_delete_messages: bool | None = None
    voicemail_ask_password: bool | None = None
    line_protocol: Literal["sip"] | None = None
    exten: ExtensionNumber | None = None
    sip_secret: Password | None = None
    incall_exten: Number | None = None


COLUMNS = ("firstname", *(name for name in ImportRow.model_fields if name != "firstname"))
_UNIQUE = ("username", "email", "exten", "voicemail_number", "incall_exten")


class Mistake(NamedTuple):
    """What is wrong with a file. The first row below the heading is 1; the heading is 0."""

    row: int
    column: str
    message: str


class Made(Entity):
    """What was made of a row."""

    row: int = Field(description="1 is the first below the heading")
    user_uuid: Uuid
    username: str | None = None
    extension_uuid: Uuid | None = None
    extension: str | None = None
    voicemail_uuid: Uuid | None = None
    destination_uuid: Uuid | None = None


class Imported(NamedTuple):
    """How far a file has come."""

    rows: int
    created: list[Made]
    created_now: int
    ignored_columns: list[str]

    @property
    def done(self) -> bool:
        """Whether all of it is made."""
        return len(self.created) == self.rows


class UserFile(NamedTuple):
    """A file of users that is right in itself."""

    rows: list[ImportRow]
    ignored_columns: list[str]
    digest: str


def read(text: str) -> UserFile:
    """A file, checked against itself; ``InvalidRequest`` says of each mistake in which row and column it is."""
    heading, lines = csv_files.read(text, "csv")
    mistakes = list(_of_heading(heading))
    ignored = sorted(_IGNORED.intersection(heading))
    rows: list[ImportRow] = []
    for number, line in enumerate([] if mistakes else lines, 1):
        row, wrong = _row(heading, line, number)
        mistakes += wrong
        rows += [row] if row else []
    check(mistakes or list(_twice(rows)))
    return UserFile(rows, ignored, hashlib.sha256(text.encode()).hexdigest())


def check(mistakes: Collection[Mistake]) -> None:
    """Refuse a file in which something is wrong."""
    if not mistakes:
        return
    first = next(iter(mistakes))
    more = f", and {len(mistakes) - 1} more" if len(mistakes) > 1 else ""
    raise _told(
        InvalidRequest(f"nothing was imported: row {first.row}, {first.column}: {first.message}{more}"), mistakes
    )


def imported(context: Context, domain: Domain, file: UserFile, *, dry_run: bool = False) -> Imported:
    """Make all rows of a file, or as many as there is time for; those made before are not made again."""
    if len(file.rows) > MOST_ROWS:
        raise InvalidRequest(
            f"at most {MOST_ROWS} rows a call, not {len(file.rows)}: send the rest in another file,"
            " or use the command line's ringpost import",
            parameter="csv",
        )
    home = domain.domain_uuid
    made = _made_before(context, home, file)
    check(list(_against_the_store(context, domain, file, made)))
    new = 0
    deadline = context.clock.now() + WORKS_FOR
    for number, row in enumerate(file.rows, 1):
        if dry_run or context.clock.now() > deadline:
            break
        if number not in made:
            made[number] = _make(context, domain, file, number, row)
            new += 1
    return Imported(len(file.rows), [made[number] for number in sorted(made)], new, file.ignored_columns)


def exported(context: Context, home: str, users: Iterable[User]) -> Iterator[dict[str, Any]]:
    """Users as rows of XiVO's columns, which can be imported again. Without their secrets."""
    boxes = {
        box.voicemail_uuid: box for _, box in context.store.listed(keys.voicemails(home), Voicemail, limit=pages.WHOLE)
    }
    inbound: dict[str, str] = {}
    for _, destination in context.store.listed(keys.destinations(home), Destination, limit=pages.WHOLE):
        for action in destination.destination_actions:
            inbound.setdefault(action.destination_data.partition(" ")[0], destination.destination_number)
    for user in users:
        exten = user.extensions[0].extension if user.extensions else None
        box = boxes.get(user.voicemail.voicemail_uuid) if user.voicemail else None
        kept = {f"voicemail_{name}": value for name, value in box.model_dump().items()} if box else {}
        yield {
            **user.model_dump(),
            **kept,
            "line_protocol": "sip" if exten else None,
            "exten": exten,
            "incall_exten": inbound.get(exten) if exten else None,
        }


def _of_heading(heading: list[str]) -> Iterator[Mistake]:
    known = [*COLUMNS, *_IGNORED]
    for name in heading:
        if name not in known:
            hint = nearest(name, known) or (": columns are parted by commas" if ";" in name else "")
            yield Mistake(0, name[:_LONGEST_COLUMN], f"is no column of a user file{hint}")
    for name in sorted({name for name in heading if heading.count(name) > 1}):
        yield Mistake(0, name, "is there twice")
    if "firstname" not in heading:
        yield Mistake(0, "firstname", "is missing")


def _row(heading: list[str], line: list[str], number: int) -> tuple[ImportRow | None, list[Mistake]]:
    if len(line) != len(heading):
        return None, [Mistake(number, heading[-1], f"has {len(line)} cells where the heading has {len(heading)}")]
    cells = {name: cell.strip() for name, cell in zip(heading, line, strict=True) if name not in _IGNORED}
    says = "begins as a formula does: put ' in front, and it is text"
    wrong = [Mistake(number, name, says) for name, cell in cells.items() if csv_files.is_formula(cell)]
    if wrong:
        return None, wrong
    try:
        row = ImportRow.model_validate({name: csv_files.unguarded(cell) for name, cell in cells.items() if cell})
    except ValidationError as error:
        found = (said(dict(one), COLUMNS) for one in error.errors(include_url=False, include_input=False))
        return None, [Mistake(number, place, words.removeprefix(f"{place} ")) for place, words in found]
    return row, list(_incomplete(row, number))


def _incomplete(row: ImportRow, number: int) -> Iterator[Mistake]:
    for name in ("sip_secret", "incall_exten"):
        if getattr(row, name) is not None and row.exten is None:
            yield Mistake(number, "exten", f"is missing: {name} needs one")
    if row.voicemail_number is None and any(name.startswith("voicemail_") for name in row.model_fields_set):
        yield Mistake(number, "voicemail_number", "is missing: the other voicemail columns need one")


def _twice(rows: list[ImportRow]) -> Iterator[Mistake]:
    """What is unique, and is in the file twice."""
    first: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows, 1):
        for column, name in _claims(row).items():
            before = first.setdefault((column, name), number)
            if before != number:
                yield Mistake(number, column, f"is in row {before} already")


def _claims(row: ImportRow) -> dict[str, str]:
    """What a row claims for itself alone, in its one spelling."""
    spelt = {name: value for name in _UNIQUE if (value := getattr(row, name)) is not None}
    return {name: canonical(value) if name == "incall_exten" else value.casefold() for name, value in spelt.items()}


def _against_the_store(context: Context, domain: Domain, file: UserFile, made: Mapping[int, Made]) -> Iterator[Mistake]:
    """What is taken already, but for the rows that were made before: four lists, and a look for each inbound number."""
    home = domain.domain_uuid
    taken = {
        column: {sort for sort, _ in context.store.listed(partition, Entity, limit=pages.WHOLE)}
        for column, partition in (
            ("username", keys.username(home, "").partition),
            ("email", keys.user_email(home, "").partition),
            ("exten", keys.number(home, "").partition),
            ("voicemail_number", keys.voicemails(home)),
        )
    }
    for number, row in enumerate(file.rows, 1):
        if number in made:
            continue
        if row.exten is not None and emergency.is_dialled(domain, row.exten):
            yield Mistake(number, "exten", "calls for help in this domain: nobody can have it")
        for column, name in _claims(row).items():
            is_taken = numbers.is_routed(context, name) if column == "incall_exten" else name in taken[column]
            if is_taken:
                yield Mistake(number, column, "is taken already")


def _made_before(context: Context, home: str, file: UserFile) -> dict[int, Made]:
    """What is marked as made of this file, unless the user is gone again."""
    rows = context.store.listed(keys.imported(home, file.digest), Made, limit=pages.WHOLE)
    if not rows:
        return {}
    there = {sort.rpartition("#")[2] for sort, _ in context.store.listed(keys.users(home), Entity, limit=pages.WHOLE)}
    return {made.row: made for _, made in rows if made.user_uuid in there}


def _make(context: Context, domain: Domain, file: UserFile, number: int, row: ImportRow) -> Made:
    """Make one row, with its mark."""
    try:
        one = provisioning.provision(context, domain, _wanted(row))
        made = Made(
            row=number,
            user_uuid=one.user.user_uuid,
            username=one.user.username,
            extension_uuid=one.extension.extension_uuid if one.extension else None,
            extension=one.extension.extension if one.extension else None,
            voicemail_uuid=one.voicemail.voicemail_uuid if one.voicemail else None,
            destination_uuid=one.destination.destination_uuid if one.destination else None,
        )
        key = Key(keys.imported(domain.domain_uuid, file.digest), f"{number:06d}")
        expires = int(seconds(context.now)) + _MARK_DAYS
        context.store.stage(Put(Row(key, made.model_dump_json(), expires=expires)))
        context.commit()
    except Problem as problem:
        raise _told(problem, [Mistake(number, "", f"{problem.detail}; the rows before it are made")]) from problem
    return made


def _wanted(row: ImportRow) -> Wanted:
    box = {
        name.removeprefix("voicemail_"): value
        for name, value in row.model_dump(exclude_none=True).items()
        if name.startswith("voicemail_") and name != "voicemail_password"
    }
    settings = row.model_dump(include={"firstname", *UserSettings.model_fields}, exclude_none=True)
    return Wanted(
        user=settings,
        extension=row.exten,
        password=row.sip_secret,
        voicemail=box or None,
        pin=row.voicemail_password,
        destination=row.incall_exten,
    )


def _told(problem: Problem, mistakes: Collection[Mistake]) -> Problem:
    problem.members["errors"] = [mistake._asdict() for mistake in list(mistakes)[:_MOST_TOLD]]
    return problem
