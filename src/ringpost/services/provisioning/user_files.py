"""Users in files: XiVO's CSV (confd 16.15, ``/users/import`` and ``/users/export``).

A file is checked whole, against itself and against the store, before anything is written; then each row is one
transaction that leaves a mark under the hash of what the row says. So a file sent again, or a longer one with the same
rows in it, goes on where it stopped.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from ringpost.clock import seconds
from ringpost.context import Context, Moved
from ringpost.model.destination import Destination
from ringpost.model.domain import Domain
from ringpost.model.errors import Problem
from ringpost.model.extension import Password
from ringpost.model.mistakes import Known, said
from ringpost.model.record import Entity
from ringpost.model.requests import Listing
from ringpost.model.shapes import BoxNumber, Email, Pin
from ringpost.model.user import User, UserSettings
from ringpost.model.values import ExtensionNumber, Name, Number, Uuid
from ringpost.model.voicemail import BoxName, Voicemail
from ringpost.nearest import nearest
from ringpost.services import csv_files, tables
from ringpost.services.csv_files import Mistake
from ringpost.services.numbers import emergency, inbound
from ringpost.services.people import users
from ringpost.services.provisioning import making
from ringpost.services.provisioning.making import Wanted
from ringpost.store import Put, Row, keys

MOST_ROWS = 500
WORKS_FOR = 15.0
_MARK_DAYS = 30 * 86_400
_LONGEST_COLUMN = 64
_PASSED_OVER = frozenset(
    {
        "call_record_incoming_external_enabled",
        "call_record_incoming_internal_enabled",
        "call_record_outgoing_external_enabled",
        "call_record_outgoing_internal_enabled",
        "cti_profile_enabled",
        "cti_profile_name",
        "entity_id",
        "incall_context",
        "incall_ring_seconds",
        "password",
        "provisioning_code",
        "sip_username",
        "subscription_type",
        "uuid",
        "voicemail_context",
    }
)
"""XiVO's columns that mean nothing here and limit nobody: nobody logs in, phones register as their number."""
RESTRICTING = {
    "call_permission_password": "asks for a password before some calls",
    "call_permissions": "limits whom this user may call",
    "context": "limits what this user may dial",
}
"""XiVO's columns that limit somebody as nothing here does, and how."""
_LIMITS_NOBODY = {"context": {"default"}}
_IGNORED = _PASSED_OVER | RESTRICTING.keys()
Restricting = Literal["call_permission_password", "call_permissions", "context"]


def _parted(cell: Any) -> Any:
    return cell.split(";") if isinstance(cell, str) else cell


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
    incall_exten: Annotated[tuple[Number, ...], BeforeValidator(_parted)] = ()


COLUMNS = ("firstname", *(name for name in ImportRow.model_fields if name != "firstname"))
_UNIQUE = ("username", "email", "exten", "voicemail_number")
_SECRET = {"sip_secret", "voicemail_password"}
"""They begin as they like, for they are never exported; and no mark may give them away."""
_NUMBERS = ("incall_exten",)
"""They may begin as a formula does, and are read as numbers and nothing else."""


def _is_first(attempt: int) -> bool:
    return attempt == 1


class Made(Entity):
    """What was made of a row."""

    row: int = Field(description="as a spreadsheet counts: the heading is row 1")
    attempt: int = Field(default=1, exclude_if=_is_first, description="how often it was made, if it was deleted since")
    user_uuid: Uuid
    username: str | None = None
    extension_uuid: Uuid | None = None
    extension: str | None = None
    voicemail_uuid: Uuid | None = None
    destination_uuids: tuple[Uuid, ...] = ()


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
    """A file of users that is right in itself: its rows, by where a spreadsheet shows them."""

    rows: dict[int, ImportRow]
    ignored_columns: list[str]

    def digests(self) -> dict[int, str]:
        """What each row is known by: what it says, and how often it was said before."""
        said_before: Counter[str] = Counter()
        found = {}
        for number, row in self.rows.items():
            text = row.model_dump_json(exclude_none=True, exclude=_SECRET)
            found[number] = hashlib.sha256(f"{text}#{said_before[text]}".encode()).hexdigest()
            said_before[text] += 1
        return found


def read(text: str, most: int | None = None, drop: Collection[str] = ()) -> UserFile:
    """A file, checked against itself; ``InvalidRequest`` says of each mistake in which row and column it is.

    What limits somebody as nothing here does is a mistake too, but in the columns to drop.
    """
    sheet = csv_files.read(text, "csv", most)
    csv_files.check([*_of_heading(sheet), *(one for one in sheet.mistakes if one.row == sheet.heading_row)])
    mistakes = list(sheet.mistakes)
    rows: dict[int, ImportRow] = {}
    refused: set[str] = set()
    for line in sheet.lines:
        row, wrong = _row(line, drop, refused)
        mistakes += wrong
        if row is not None:
            rows[line.number] = row
    csv_files.check(sorted(mistakes, key=_place) or list(_twice(rows)))
    return UserFile(rows, sorted(refused | _IGNORED.intersection(sheet.heading)))


def imported(context: Context, domain: Domain, file: UserFile, *, dry_run: bool = False) -> Imported:
    """Make all rows of a file, or as many as there is time for; those made before are not made again."""
    home, digests = domain.domain_uuid, file.digests()
    marked = _made_before(context, home)
    made = {number: marked[digest] for number, digest in digests.items() if digest in marked}
    mistakes = list(_against_the_store(context, domain, file, made))
    if mistakes and len(_made_before(context, home)) > len(marked):
        raise Moved  # somebody else is importing it
    csv_files.check(mistakes)
    new = 0
    deadline = context.clock.now() + WORKS_FOR
    for number, row in file.rows.items():
        if dry_run or context.clock.now() > deadline:
            break
        if number not in made:
            made[number] = _make(context, domain, row, number, digests[number])
            new += 1
    created = [made[number].model_copy(update={"row": number}) for number in sorted(made)]
    return Imported(len(file.rows), created, new, file.ignored_columns)


def exported(context: Context, home: str, request: Listing) -> tables.Table:
    """Users as XiVO's columns, as user-list has them."""
    row = _exporter(context, home)

    def stretch(cursor: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        page = users.listed(context, home, None, request.model_copy(update={"cursor": cursor, "limit": limit}))
        return list(map(row, page.items)), page.next_cursor

    return tables.written(context, "users.csv", COLUMNS, stretch, request)


def _exporter(context: Context, home: str) -> Callable[[User], dict[str, Any]]:
    """What makes a user a row of XiVO's columns, which can be imported again. Without secrets."""
    boxes = {box.voicemail_uuid: box for _, box in context.store.everything(keys.voicemails(home), Voicemail)}
    incalls: dict[str, list[str]] = {}
    for _, destination in context.store.everything(keys.destinations(home), Destination):
        for action in destination.destination_actions:
            incalls.setdefault(action.destination_data.partition(" ")[0], []).append(destination.destination_number)

    def row(user: User) -> dict[str, Any]:
        exten = user.extensions[0].extension if user.extensions else None
        box = boxes.get(user.voicemail.voicemail_uuid) if user.voicemail else None
        box = box if box and box.users[:1] == (user.user_uuid,) else None
        kept = {f"voicemail_{name}": value for name, value in box.model_dump().items()} if box else {}
        line = {"line_protocol": "sip", "exten": exten, "incall_exten": incalls.get(exten)} if exten else {}
        return {**user.model_dump(), **kept, **line}

    return row


def _of_heading(sheet: csv_files.Sheet) -> Iterator[Mistake]:
    known = [*COLUMNS, *_IGNORED]
    for name in sheet.heading:
        if name not in known:
            hint = nearest(name, known) or ": take it out"
            yield Mistake(sheet.heading_row, name[:_LONGEST_COLUMN], f"is no column of a user file{hint}")
    if "firstname" not in sheet.heading:
        yield Mistake(sheet.heading_row, "firstname", "is missing")


def _place(mistake: Mistake) -> int:
    return mistake.row


def _row(line: csv_files.Line, drop: Collection[str], refused: set[str]) -> tuple[ImportRow | None, list[Mistake]]:
    number = line.number
    cells = {name: cell for name, cell in line.cells.items() if name not in _IGNORED}
    says = "begins as a formula does: put ' in front, and it is text"
    texts = {name: cell for name, cell in cells.items() if name not in _SECRET and name not in _NUMBERS}
    wrong = list(csv_files.restrictions(line, RESTRICTING, _LIMITS_NOBODY, drop))
    wrong += [Mistake(number, name, says) for name, cell in texts.items() if csv_files.is_formula(cell.strip())]
    if wrong:
        return None, wrong
    plain = {name: csv_files.unguarded(cell) if name in texts else cell.strip() for name, cell in cells.items()}
    try:
        row = csv_files.without_refused(ImportRow, {name: cell for name, cell in plain.items() if cell}, refused)
    except ValidationError as error:
        found = (said(dict(one), Known(COLUMNS)) for one in error.errors(include_url=False, include_input=False))
        return None, [Mistake(number, place, words.removeprefix(place).lstrip(": ")) for place, words in found]
    return row, list(_incomplete(row, number))


def _incomplete(row: ImportRow, number: int) -> Iterator[Mistake]:
    for name in ("sip_secret", "incall_exten"):
        if getattr(row, name) and row.exten is None:
            yield Mistake(number, "exten", f"is missing: {name} needs one")
    if row.voicemail_number is None and any(name.startswith("voicemail_") for name in row.model_fields_set):
        yield Mistake(number, "voicemail_number", "is missing: the other voicemail columns need one")


def _twice(rows: Mapping[int, ImportRow]) -> Iterator[Mistake]:
    """What is unique, and is in the file twice."""
    first: dict[tuple[str, str], int] = {}
    for number, row in rows.items():
        for claim in _claims(row):
            if first.setdefault(claim, number) != number:
                yield Mistake(number, claim[0], f"is in row {first[claim]} already")


def _claims(row: ImportRow) -> list[tuple[str, str]]:
    """What a row claims for itself alone: columns and names, each in its one spelling."""
    named = [(name, value.casefold()) for name in _UNIQUE if (value := getattr(row, name)) is not None]
    return named + [("incall_exten", number) for number in dict.fromkeys(row.incall_exten)]


def _against_the_store(context: Context, domain: Domain, file: UserFile, made: Mapping[int, Made]) -> Iterator[Mistake]:
    """What is taken already, but for the rows that were made before: four lists, and a look for each inbound number."""
    home = domain.domain_uuid
    taken = {
        column: {sort for sort, _ in context.store.everything(partition, Entity)}
        for column, partition in (
            ("username", keys.username(home, "").partition),
            ("email", keys.user_email(home, "").partition),
            ("exten", keys.number(home, "").partition),
            ("voicemail_number", keys.voicemails(home)),
        )
    }
    called_in: dict[str, int] = {}
    for number, row in file.rows.items():
        if number in made:
            continue
        if row.exten is not None and emergency.is_dialled(domain, row.exten):
            yield Mistake(number, "exten", "calls for help in this domain: nobody can have it")
        for column, name in _claims(row):
            if column != "incall_exten" and name in taken[column]:
                yield Mistake(number, column, "is taken already")
        for called in row.incall_exten:
            claim = inbound.claim(domain, called)
            if emergency.is_reached(context, domain, called):
                yield Mistake(number, "incall_exten", "calls for help in this domain: nobody can have it")
            elif claim.meant in called_in:
                yield Mistake(number, "incall_exten", f"is in row {called_in[claim.meant]} already")
            elif inbound.is_taken(context, claim):
                yield Mistake(number, "incall_exten", "is taken already")
            called_in[claim.meant] = number


def _made_before(context: Context, home: str) -> dict[str, Made]:
    """What was made of rows of which the user is still there, by their digests."""
    rows = context.store.everything(keys.imported(home), Made)
    if not rows:
        return {}
    there = {sort.rpartition("#")[2] for sort, _ in context.store.everything(keys.users(home), Entity)}
    return {digest: made for digest, made in rows if made.user_uuid in there}


def _make(context: Context, domain: Domain, row: ImportRow, number: int, digest: str) -> Made:
    """Make one row, with its mark: whoever imports the same at the same time finds it."""
    key = keys.imported_row(domain.domain_uuid, digest)
    before = context.store.get(key, Made)
    try:
        one = making.provision(context, domain, _wanted(row))
        made = Made(
            row=number,
            attempt=before.attempt + 1 if before else 1,
            user_uuid=one.user.user_uuid,
            username=one.user.username,
            extension_uuid=one.extension.extension_uuid if one.extension else None,
            extension=one.extension.extension if one.extension else None,
            voicemail_uuid=one.voicemail.voicemail_uuid if one.voicemail else None,
            destination_uuids=tuple(destination.destination_uuid for destination in one.destinations),
        )
        kept = Row(key, made.model_dump_json(), made.attempt, int(seconds(context.now)) + _MARK_DAYS)
        mark = Put(kept, if_version=before.attempt) if before else Put(kept, if_absent=True)
        context.store.stage(mark, Moved())
        context.commit()
    except Problem as problem:
        raise csv_files.told(
            problem, [Mistake(number, "", f"{problem.detail}; the rows before it are made")]
        ) from problem
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
        destinations=row.incall_exten,
    )
