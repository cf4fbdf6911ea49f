"""A whole tenant in one request, which may be repeated: what is missing is made, what is there stays.

Everything is looked at before anything is made (``tenant_plan``). What fits is one transaction. What does not is made
in several, each of whole parts: extensions with their boxes, users with their telephones. If one of those fails, or
time runs out, the answer says what was made, with its secrets, and the same request goes on there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from ringpost.context import Context, Moved
from ringpost.model.destination import Destination
from ringpost.model.domain import Domain
from ringpost.model.errors import Conflict, InvalidRequest, Problem
from ringpost.model.extension import Extension
from ringpost.model.key import Limits
from ringpost.model.ring_group import RingGroup
from ringpost.model.tenant import (
    DestinationPart,
    ExtensionPart,
    KeyPart,
    NewDestination,
    NewExtension,
    NewKey,
    NewRingGroup,
    NewUser,
    PhoneSecrets,
    RingGroupPart,
    State,
    TenantSecrets,
    UserPart,
)
from ringpost.model.user import User
from ringpost.services.access import api_keys
from ringpost.services.numbers import destinations, ring_groups
from ringpost.services.people import extensions
from ringpost.services.provisioning import making
from ringpost.services.provisioning import tenant_plan as plan
from ringpost.services.provisioning.tenant_plan import There, Wanted
from ringpost.services.tenants import domains, switches
from ringpost.services.tenants.domains import operators_only
from ringpost.store import keys

WORKS_FOR = 15.0
_MOST_ROWS = 24
"""Rows a part is written to at most, with its events: a user with extension and box has 19."""
R = TypeVar("R")
E = TypeVar("E")
Noting = Callable[[], None]
"""What is done once a part is written."""


class Tenant(NamedTuple):
    """A tenant as it is answered."""

    domain: Domain
    domain_created: bool
    extensions: list[ExtensionPart]
    users: list[UserPart]
    ringgroups: list[RingGroupPart]
    destinations: list[DestinationPart]
    key: KeyPart | None
    secrets: TenantSecrets | None
    done: bool
    stopped_by: str | None

    @property
    def secrets_said(self) -> str:
        """Whose secrets are not answered, in words."""
        phones = [*self.extensions, *(one for one in self.users if one.extension)]
        old = [one for one in (*phones, *((self.key,) if self.key else ())) if one.state == "there"]
        if not old:
            return "nothing that has a secret was there before"
        return f"{len(old)} that were there before: their secrets were answered when they were made, and are not again"


def provision(context: Context, wanted: Wanted, *, dry_run: bool) -> Tenant:
    """Make what is missing of a tenant; or only look whether it could be done."""
    operators_only(context, "domains are made with an operator's key: one that is bound to no domain")
    plan.check_itself(wanted)
    known = context.store.get(keys.domain_name(wanted.domain_name), Domain)
    if known is not None and known.deleting:
        raise Conflict("that domain is being removed: repeat domain-delete first", parameter="domain_name")
    domain = known or domains.create(context, {**wanted.settings, "domain_name": wanted.domain_name})
    plan.check_destinations(domain, wanted)
    look = plan.Look(context, domain, is_new=known is None)
    there = look.there(wanted)
    wrong = list(plan.differing("", known, _settings(context, wanted))) if known else []
    plan.check([*wrong, *look.mistakes])
    making = _Making(context, domain, wanted, there)
    if dry_run:
        making.rehearse(is_new=known is None)
    else:
        making.make()
    return making.tenant(domain_created=known is None and not dry_run)


def _settings(context: Context, wanted: Wanted) -> dict[str, Any]:
    """The settings of a domain that were sent, with its switch by name, however that was given."""
    if "switch" not in wanted.settings:
        return wanted.settings
    return {**wanted.settings, "switch": switches.named(context, wanted.settings["switch"]).switch_name}


class _Making:
    """Making what is missing of a tenant, part by part."""

    def __init__(self, context: Context, domain: Domain, wanted: Wanted, there: There) -> None:
        self._context = context
        self._domain = domain
        self._wanted = wanted
        self._there = there
        self._extensions: dict[int, Extension] = {}
        self._users: dict[int, User] = {}
        self._ring_groups: dict[int, RingGroup] = {}
        self._destinations: dict[int, Destination] = {}
        self._fresh: api_keys.Fresh | None = None
        self._phones: dict[str, PhoneSecrets] = {}
        self._staged: list[Noting] = []
        self._is_begun = False
        self._is_done = False
        self._stopped_by: str | None = None

    def rehearse(self, *, is_new: bool) -> None:
        """Make nothing, but refuse what could not be made."""
        self._is_done = not is_new and next(self._parts(), None) is None
        if self._wanted.key and not self._there.key:
            self._key(self._wanted.key)
        self._context.rehearse()

    def make(self) -> None:
        """Make all of it, or as much as goes. What is one transaction is left for the pipeline to write."""
        try:
            self._is_done = self._make_all(self._context.clock.now() + WORKS_FOR)
            if self._is_begun:
                self._write()
            else:
                self._context.store.run_again_if_lost()
        except (Problem, Moved) as error:
            if not self._is_begun:
                raise
            self._context.store.forget()
            self._staged.clear()
            self._is_done = False
            self._stopped_by = error.detail if isinstance(error, Problem) else "somebody else changed the same"
        for note in self._staged:
            note()

    def _make_all(self, deadline: float) -> bool:
        for stage in self._parts():
            if self._context.clock.now() > deadline:
                self._stopped_by = "there was no time for all of it"
                return False
            if self._context.store.room < _MOST_ROWS:
                self._write()
            self._staged.append(stage())
        return True

    def _write(self) -> None:
        """Write what is staged: from now on it is made, whatever becomes of the rest."""
        if not self._is_begun:
            self._context.store.run_again_if_lost()
        self._context.commit()
        self._is_begun = True
        for note in self._staged:
            note()
        self._staged.clear()

    def _parts(self) -> Iterator[Callable[[], Noting]]:
        """What stages each part that is missing, in the order in which one may need another."""
        wanted, there = self._wanted, self._there
        if wanted.key and not there.key:
            key = wanted.key
            yield partial(self._key, key)
        for place, extension in _missing(wanted.extensions, there.extensions):
            yield partial(self._extension, place, extension)
        for place, user in _missing(wanted.users, there.users):
            yield partial(self._user, place, user)
        for place, group in _missing(wanted.ringgroups, there.ringgroups):
            yield partial(self._ring_group, place, group)
        for place, destination in _missing(wanted.destinations, there.destinations):
            yield partial(self._destination, place, destination)

    def _key(self, one: NewKey) -> Noting:
        limits = Limits(
            scopes=one.scopes, domains=(self._domain.domain_uuid,), networks=one.networks, expires_at=one.expires_at
        )
        try:
            fresh = api_keys.made(self._context, one.name, limits)
        except InvalidRequest as problem:
            place = f"key.{problem.errors[0][0]}"
            raise InvalidRequest(f"{place}: {problem.detail}", parameter=place) from None

        def note() -> None:
            self._fresh = fresh

        return note

    def _extension(self, place: int, one: NewExtension) -> Noting:
        members = plan.members_of_extension(one)
        extension, password, pin = extensions.create(self._context, self._domain, members, one.password)

        def note() -> None:
            self._extensions[place] = extension
            self._phones[one.extension] = PhoneSecrets(password=password, voicemail_password=pin)

        return note

    def _user(self, place: int, one: NewUser) -> Noting:
        made = making.provision(
            self._context,
            self._domain,
            making.Wanted(
                user=plan.members_of_user(one),
                extension=one.extension,
                password=one.password,
                voicemail={"number": one.box} if one.box else None,
                pin=one.voicemail_password,
            ),
        )

        def note() -> None:
            self._users[place] = made.user
            if one.extension is not None and made.password is not None:
                self._phones[one.extension] = PhoneSecrets(password=made.password, voicemail_password=made.pin)

        return note

    def _ring_group(self, place: int, one: NewRingGroup) -> Noting:
        if self._staged and any(self._is_disguised(member.number) for member in one.destinations):
            self._write()  # such a number is called like any other once somebody has it
        group = ring_groups.create(self._context, self._domain, plan.members_of_ring_group(one))

        def note() -> None:
            self._ring_groups[place] = group

        return note

    def _is_disguised(self, number: str) -> bool:
        return plan.is_called_though_disguised(self._domain, self._wanted, number)

    def _destination(self, place: int, one: NewDestination) -> Noting:
        members = plan.members_of_destination(one)
        destination = destinations.create(self._context, self._domain, one.number, one.extension, members)

        def note() -> None:
            self._destinations[place] = destination

        return note

    def tenant(self, *, domain_created: bool) -> Tenant:
        """What there is now."""
        wanted, there = self._wanted, self._there
        return Tenant(
            domain=self._domain,
            domain_created=domain_created,
            extensions=[
                ExtensionPart(state=state, extension=one.extension, extension_uuid=record and record.extension_uuid)
                for one, state, record in _states(wanted.extensions, there.extensions, self._extensions)
            ],
            users=[
                UserPart(
                    state=state, user_uuid=record and record.user_uuid, username=one.username, extension=one.extension
                )
                for one, state, record in _states(wanted.users, there.users, self._users)
            ],
            ringgroups=[
                RingGroupPart(state=state, extension=one.extension, ring_group_uuid=record and record.ring_group_uuid)
                for one, state, record in _states(wanted.ringgroups, there.ringgroups, self._ring_groups)
            ],
            destinations=[
                DestinationPart(state=state, number=one.number, destination_uuid=record and record.destination_uuid)
                for one, state, record in _states(wanted.destinations, there.destinations, self._destinations)
            ],
            key=self._key_part(),
            secrets=self._secrets(),
            done=self._is_done,
            stopped_by=self._stopped_by,
        )

    def _key_part(self) -> KeyPart | None:
        if self._wanted.key is None:
            return None
        if self._there.key is not None:
            return KeyPart(state="there", name=self._wanted.key.name, key_uuid=self._there.key.key_uuid)
        if self._fresh is not None:
            return KeyPart(state="created", name=self._wanted.key.name, key_uuid=self._fresh.key.key_uuid)
        return KeyPart(state="missing", name=self._wanted.key.name, key_uuid=None)

    def _secrets(self) -> TenantSecrets | None:
        if not self._phones and self._fresh is None:
            return None
        shown = self._fresh.shown(self._context) if self._fresh else {}
        return TenantSecrets(extensions=self._phones, key_secret=shown.get("secret"), key_token=shown.get("token"))


def _missing(wanted: Sequence[R], there: Sequence[object]) -> Iterator[tuple[int, R]]:
    return ((place, one) for place, (one, known) in enumerate(zip(wanted, there, strict=True)) if known is None)


def _states(
    wanted: Sequence[R], there: Sequence[E | None], made: Mapping[int, E]
) -> Iterator[tuple[R, State, E | None]]:
    for place, (one, known) in enumerate(zip(wanted, there, strict=True)):
        if known is not None:
            yield one, "there", known
        else:
            yield one, "created" if place in made else "missing", made.get(place)
