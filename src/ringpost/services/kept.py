"""Writing a record to all its rows at once: the truth, its claims, its copies."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ringpost.context import Context, Moved
from ringpost.model.errors import Conflict, Forbidden, InvalidRequest
from ringpost.model.record import Entity, Record
from ringpost.store import Delete, Key, Put, Row
from ringpost.store.keys import Layout

R = TypeVar("R", bound=Record)
Taken = Exception | Callable[[Key], Exception] | None
"""What a claim that somebody else has means: the same for all of them, or by its key."""


def create(
    context: Context,
    record: R,
    layout: Callable[[R], Layout],
    *,
    taken: Taken = None,
    expires: int | None = None,
) -> R:
    """Stage a new record. ``taken`` is raised if one of its names or numbers is claimed already."""
    made = _signed(record, insert_date=context.now, insert_user=context.actor.key_uuid)
    check_own(context, made)
    rows, body = layout(made), made.model_dump_json()
    stage = context.store.stage
    stage(Put(Row(rows.truth, body, made.version, expires), if_absent=True), _refusal(taken, rows.truth) or Moved())
    for claim in rows.claims:
        stage(Put(Row(claim, body, made.version, expires), if_absent=True), _refusal(taken, claim))
    for copy in rows.copies:
        stage(Put(Row(copy, body, made.version, expires)))
    return made


def update(
    context: Context,
    before: R,
    changes: dict[str, Any],
    layout: Callable[[R], Layout],
    *,
    if_version: int | None = None,
    taken: Taken = None,
    expires: int | None = None,
    absorbs: Sequence[R] = (),
    renames: bool = True,
) -> R:
    """Stage a changed record, moving the rows whose keys the change has changed.

    ``absorbs`` are other records that are this one from now on: their rows go. Without ``renames`` what it claims anew
    is no name, and whoever has checked it may take it.
    """
    lost = _lost(before, if_version)
    check_own(context, before)
    after = _signed(
        before,
        **cleared(type(before), changes),
        update_date=context.now,
        update_user=context.actor.key_uuid,
        version=before.version + 1,
    )
    former = (before, *absorbs)
    versions = {layout(record).truth: record.version for record in former}
    held = {key for record in former for key in (layout(record).truth, *layout(record).claims)}
    rows, body = layout(after), after.model_dump_json()
    known = layout(before)
    if renames and after.owners is not None and {rows.truth, *rows.claims} != {known.truth, *known.claims}:
        check_may_rename(context)

    def put(key: Key, refusal: Exception | None, *, if_absent: bool = False) -> None:
        row = Row(key, body, after.version, expires)
        context.store.stage(Put(row, if_absent=if_absent, if_version=versions.get(key)), refusal)

    is_new = rows.truth not in held
    put(rows.truth, _refusal(taken, rows.truth) if is_new else lost, if_absent=is_new)
    for claim in rows.claims:
        put(claim, _refusal(taken, claim), if_absent=claim not in held)
    for copy in rows.copies:
        put(copy, lost)
    kept = {rows.truth, *rows.claims, *rows.copies}
    for gone in dict.fromkeys(key for record in former for key in layout(record).all):
        if gone not in kept:
            context.store.stage(Delete(gone, versions.get(gone)), lost)
    return after


def delete(context: Context, record: R, layout: Callable[[R], Layout], *, if_version: int | None = None) -> None:
    """Stage the removal of a record from all its rows."""
    lost = _lost(record, if_version)
    check_own(context, record)
    rows = layout(record)
    context.store.stage(Delete(rows.truth, if_version=record.version), lost)
    for key in rows.all[1:]:
        context.store.stage(Delete(key))


def check_own(context: Context, record: Record) -> None:
    """A key or token that acts for a user writes of what is a user's only that user's, and of groups none."""
    if not context.store.is_its_users(record):
        raise Forbidden("this key acts for a user, and this is not that user's")


def check_may_rename(context: Context) -> None:
    """Names and numbers are one namespace: whoever takes one learns of others', and is called in their place."""
    if context.actor.users:
        raise Forbidden("this key acts for a user: names and numbers are given with another")


def cleared(kind: type[Entity], changes: dict[str, Any]) -> dict[str, Any]:
    """The changes, with what a new record would have in place of each null."""
    plain = {}
    for name, value in changes.items():
        field = kind.model_fields[name]
        if value is None and field.is_required():
            raise InvalidRequest(f"{name} cannot be cleared", parameter=name)
        plain[name] = field.get_default(call_default_factory=True) if value is None else value
    return plain


def _refusal(taken: Taken, claim: Key) -> Exception | None:
    return taken if taken is None or isinstance(taken, Exception) else taken(claim)


def _lost(record: Record, if_version: int | None) -> Exception:
    """What losing a race means: run again, or, if the caller named a version, a conflict."""
    if if_version is None:
        return Moved()
    conflict = Conflict(f"the record has another version than {if_version}: read it again", parameter="if_version")
    if if_version != record.version:
        raise conflict
    return conflict


def _signed(record: R, /, **members: Any) -> R:
    return type(record).model_validate({**_stored(record), **members})


def _stored(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).model_fields}
