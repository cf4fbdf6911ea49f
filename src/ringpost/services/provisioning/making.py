"""A user with a telephone, all at once or not at all: user, extension, voicemail, destination, groups.

XiVO takes seven requests for it (its "user with phone"), and leaves what was made when one of them fails.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ringpost.context import Context
from ringpost.model.destination import Destination
from ringpost.model.domain import Domain
from ringpost.model.errors import InvalidRequest
from ringpost.model.extension import Extension
from ringpost.model.requests import OneRingGroup
from ringpost.model.ring_group import Member
from ringpost.model.user import User, UserExtension, UserVoicemail
from ringpost.model.voicemail import Voicemail
from ringpost.services.numbers import destinations, numbering, ring_groups, voicemails
from ringpost.services.people import extensions, user_groups, users


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody shall have. ``user`` and ``voicemail`` are members of their records; no voicemail is None."""

    user: dict[str, Any]
    extension: str | None = None
    password: str | None = None
    voicemail: dict[str, Any] | None = None
    pin: str | None = None
    destinations: Sequence[str] = field(default=())
    ringgroups: Sequence[str] = field(default=())
    usergroups: Sequence[str] = field(default=())


class Provisioned(NamedTuple):
    """What was made, with the secrets to be answered once."""

    user: User
    extension: Extension | None
    password: str | None
    voicemail: Voicemail | None
    pin: str | None
    destinations: tuple[Destination, ...]
    ring_groups: tuple[str, ...]


def provision(context: Context, domain: Domain, wanted: Wanted, *, dry_run: bool = False) -> Provisioned:
    """Stage all of it; or only look whether it could be done."""
    made = _made(context, domain, wanted)
    if not dry_run:
        return made
    context.rehearse()
    return made._replace(password=None, pin=None)


def _made(context: Context, domain: Domain, wanted: Wanted) -> Provisioned:
    if wanted.extension is None and (wanted.destinations or wanted.ringgroups):
        raise InvalidRequest("extension is required for a destination or a ring group", parameter="extension")
    home = domain.domain_uuid
    if wanted.ringgroups and numbering.holder(context, home, wanted.extension or "") is not None:
        raise numbering.taken()
    members = wanted.user | {"usergroups": _usergroups(context, home, wanted.usergroups)}
    if wanted.extension is not None:
        members["extensions"] = (UserExtension(extension_uuid=str(uuid.uuid4()), extension=wanted.extension),)
    if wanted.voicemail is not None:
        members["voicemail"] = UserVoicemail(voicemail_uuid=str(uuid.uuid4()), number=wanted.voicemail["number"])
    user = users.create(context, domain, members)
    extension, password, box, pin = None, None, None, None
    if wanted.extension is not None:
        extension, password = _extension(context, domain, user, wanted)
    if wanted.voicemail is not None and user.voicemail is not None:
        own = {"name": user.name[:80], "users": (user.user_uuid,), "voicemail_uuid": user.voicemail.voicemail_uuid}
        box, pin = voicemails.create(context, domain, own | wanted.voicemail, wanted.pin)
    led = tuple(
        destinations.create(context, domain, one, wanted.extension or "", {}, is_new=True)
        for one in wanted.destinations
    )
    groups = _ring(context, home, wanted)
    return Provisioned(user, extension, password, box, pin, led, groups)


def _extension(context: Context, domain: Domain, user: User, wanted: Wanted) -> tuple[Extension, str]:
    one = user.extensions[0]
    own = {"extension_uuid": one.extension_uuid, "extension": one.extension, "user_uuid": user.user_uuid}
    members = users.carried(user, one.extension) | own
    extension, password, _ = extensions.create(context, domain, members, wanted.password, with_box=False)
    return extension, password


def _usergroups(context: Context, home: str, references: Sequence[str]) -> tuple[str, ...]:
    found = (user_groups.found(context, home, reference) for reference in references)
    groups = {group.usergroup_uuid: group for group in found}
    for group in groups.values():
        user_groups.stays(context, group)
    return tuple(groups)


def _ring(context: Context, home: str, wanted: Wanted) -> tuple[str, ...]:
    """Let the extension ring in its groups, each once however often it is named."""
    named = (OneRingGroup(domain_uuid=home, extension=reference) for reference in wanted.ringgroups)
    groups = {group.ring_group_uuid: group for group in (ring_groups.found(context, one) for one in named)}
    for group in groups.values():
        ring_groups.add_member(context, group, Member(number=wanted.extension or ""), None)
    return tuple(groups)
