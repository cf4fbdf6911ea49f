"""How users are: available, away, back at three. iSymphony's status (Live API 3.2): it stops no call."""

from ringpost.context import Context, Moved
from ringpost.model.domain import Domain
from ringpost.model.errors import InvalidRequest
from ringpost.model.requests import Listing
from ringpost.model.status import AWAY, BUILT_IN, Preconfigured, StatusType, UserStatus
from ringpost.model.user import User
from ringpost.services import kept, pages
from ringpost.services.switching import queueing
from ringpost.services.tenants import domains
from ringpost.store import Check, Put, Row, keys


def of(context: Context, user: User) -> UserStatus:
    """How a user is; available, if nobody has said."""
    status = context.store.get(keys.user_status(user.domain_uuid, user.user_uuid), UserStatus)
    return status or _status(user, _built_in("available"))


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[UserStatus]:
    """How the users of a domain are of whom somebody has said, by their uuid."""
    return domains.page(context, home, keys.statuses(home), UserStatus, request)


def say(
    context: Context,
    domain: Domain,
    user: User,
    *,
    name: str | None,
    kind: StatusType | None,
    note: str | None,
    return_time: str | None,
) -> UserStatus:
    """Say how a user is, in place of what was said before.

    A name of the domain's statuses brings its type along, a type alone the first such status; any other name is
    the user's own, and needs a type.
    """
    domains.stays(context, domain)
    context.store.stage(Check(keys.user(user.domain_uuid, user.user_uuid), if_version=user.version), Moved())
    kept.check_own(context, user)
    chosen = _chosen(domain, name, kind)
    if chosen is None and (name is None or kind is None):
        names = ", ".join(one.name for one in choice(domain))
        raise InvalidRequest(f"name is none of the domain's statuses ({names}): send type as well", parameter="type")
    status = _status(user, chosen or Preconfigured.model_validate({"name": name, "type": kind})).model_copy(
        update={
            "note": note,
            "return_time": return_time,
            "user_created": chosen is None,
            "update_date": context.now,
        }
    )
    key = keys.user_status(user.domain_uuid, user.user_uuid)
    context.store.stage(Put(Row(key, status.model_dump_json())))
    context.happened("user.status_changed", user.domain_uuid, status.model_dump())
    queueing.user_is(context, user, away=status.type in AWAY)
    return status


def choice(domain: Domain) -> tuple[Preconfigured, ...]:
    """The statuses there are to choose from in a domain."""
    return domain.statuses or tuple(map(_built_in, BUILT_IN))


def _chosen(domain: Domain, name: str | None, kind: StatusType | None) -> Preconfigured | None:
    if name is None and kind is None:
        raise InvalidRequest("name or type is required", parameter="name")
    for one in choice(domain):
        if (name is None or one.name.casefold() == name.casefold()) and kind in (None, one.type):
            return one
    return _built_in(kind) if name is None and kind is not None else None


def _built_in(kind: StatusType) -> Preconfigured:
    return Preconfigured(name=BUILT_IN[kind], type=kind)


def _status(user: User, chosen: Preconfigured) -> UserStatus:
    return UserStatus(
        user_uuid=user.user_uuid,
        domain_uuid=user.domain_uuid,
        username=user.username,
        name=chosen.name,
        type=chosen.type,
    )
