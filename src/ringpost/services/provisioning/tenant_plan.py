"""What a tenant has of what it shall have, and what of it cannot be: all is looked at before anything is made.

A part is known again by its number or name. One that is there as the request says it stays; one that is there otherwise
is a mistake, and nothing is made: what is there is changed by the actions that change it, and never taken away here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel
from pydantic_core import to_json

from ringpost.context import Context
from ringpost.model.destination import Destination, DestinationSettings
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, InvalidRequest
from ringpost.model.extension import Extension, ExtensionSettings, StoredSecret
from ringpost.model.key import ApiKey
from ringpost.model.record import Entity
from ringpost.model.ring_group import RingGroup, RingGroupSettings
from ringpost.model.tenant import NewDestination, NewExtension, NewKey, NewRingGroup, NewUser
from ringpost.model.user import User, UserSettings
from ringpost.model.voicemail import Voicemail
from ringpost.services import kept
from ringpost.services.numbers import emergency, inbound
from ringpost.services.people import users
from ringpost.store import Key, keys

_MOST_SHOWN = 80
"""Characters of what is there, in a mistake."""
_MOST_SAID = 5
E = TypeVar("E", bound=Entity)


class Wanted(NamedTuple):
    """What a tenant shall have."""

    domain_name: str
    settings: dict[str, Any]
    extensions: Sequence[NewExtension]
    users: Sequence[NewUser]
    ringgroups: Sequence[NewRingGroup]
    destinations: Sequence[NewDestination]
    key: NewKey | None

    @property
    def numbers(self) -> set[str]:
        """The numbers in the domain it will have."""
        phones = {one.extension for one in self.extensions} | {one.extension for one in self.users if one.extension}
        return phones | {one.extension for one in self.ringgroups}


class Mistake(NamedTuple):
    """What is wrong, and with which member."""

    place: str
    words: str
    is_help: bool = False


class There(NamedTuple):
    """What of it is there, each in the place it has in the request; None: it is to be made."""

    extensions: list[Extension | None]
    users: list[User | None]
    ringgroups: list[RingGroup | None]
    destinations: list[Destination | None]
    key: ApiKey | None


def check_itself(wanted: Wanted) -> None:
    """Refuse a request that names something twice, which can be there once."""
    claims = list(_claims(wanted))
    counted = Counter(claim for _, claim in claims)
    twice = [Mistake(place, "is in this request twice") for place, claim in claims if counted[claim] > 1]
    if twice:
        raise InvalidRequest(_said(twice), errors=_errors(twice))


def differing(place: str, record: BaseModel, members: Mapping[str, Any]) -> Iterator[Mistake]:
    """Where a record is not as it is wanted."""
    stored = {name: getattr(record, name) for name in type(record).model_fields}
    wanted = type(record).model_validate({**stored, **members})
    for name in members:
        known = getattr(record, name)
        if known != getattr(wanted, name):
            yield Mistake(f"{place}{name}", f"is {_shown(known)} here")


def check(mistakes: Sequence[Mistake]) -> None:
    """Refuse all that cannot be, at once."""
    if any(one.is_help for one in mistakes):
        raise CannotComply(_said(mistakes), errors=_errors(mistakes))
    if mistakes:
        raise Conflict(_said(mistakes), errors=_errors(mistakes))


def members_of_extension(one: NewExtension) -> dict[str, Any]:
    """What an extension has of what was said."""
    caller = {
        f"{which}_caller_id_{part}": getattr(one, f"caller_id_{part}")
        for which in ("effective", "outbound")
        for part in ("name", "number")
        if f"caller_id_{part}" in one.model_fields_set
    }
    return {"extension": one.extension} | caller | kept.cleared(Extension, _given(one, ExtensionSettings))


def members_of_user(one: NewUser) -> dict[str, Any]:
    """What a user has of what was said."""
    return users.settings(_given(one, UserSettings)) | {"firstname": one.firstname}


def members_of_ring_group(one: NewRingGroup) -> dict[str, Any]:
    """What a ring group has of what was said."""
    return kept.cleared(RingGroup, _given(one, RingGroupSettings)) | {
        "ring_group_name": one.name,
        "ring_group_extension": one.extension,
        "ring_group_destinations": one.destinations,
        "ring_group_strategy": one.strategy,
    }


def members_of_destination(one: NewDestination) -> dict[str, Any]:
    """What a destination has of what was said, but for its number and where it leads."""
    return kept.cleared(Destination, _given(one, DestinationSettings))


def is_called_though_disguised(domain: Domain, wanted: Wanted, number: str) -> bool:
    """Whether a number would call for help if it were not one of those that are made here."""
    return number in wanted.numbers and emergency.is_emergency(domain, number)


class Look:
    """A look at a domain, which may be new: what it has, and what is wrong with what it shall have."""

    def __init__(self, context: Context, domain: Domain, *, is_new: bool) -> None:
        self._context = context
        self._domain = domain
        self._is_new = is_new
        home = domain.domain_uuid
        self._extensions = {one.extension: one for one in self._listed(keys.extensions(home), Extension)}
        self._groups = {one.ring_group_extension: one for one in self._listed(keys.ring_groups(home), RingGroup)}
        self._users = self._listed(keys.users(home), User)
        self._boxes = {one.number for one in self._listed(keys.voicemails(home), Voicemail)}
        self._destinations = {
            inbound.claim(domain, one.destination_number).meant: one
            for one in self._listed(keys.destinations(home), Destination)
        }
        self.mistakes: list[Mistake] = []

    def there(self, wanted: Wanted) -> There:
        """What of it is there; ``mistakes`` has grown by what cannot be."""
        return There(
            [self._extension(f"extensions.{place}", one) for place, one in enumerate(wanted.extensions)],
            [self._user(f"users.{place}", one) for place, one in enumerate(wanted.users)],
            [self._ring_group(f"ringgroups.{place}", one, wanted) for place, one in enumerate(wanted.ringgroups)],
            [self._destination(f"destinations.{place}", one) for place, one in enumerate(wanted.destinations)],
            self._key(wanted.key) if wanted.key else None,
        )

    def _listed(self, partition: str, kind: type[E]) -> list[E]:
        if self._is_new:
            return []
        return [one for _, one in self._context.store.everything(partition, kind)]

    def _wrong(self, place: str, words: str, *, is_help: bool = False) -> None:
        self.mistakes.append(Mistake(place, words, is_help))

    def _check_free(self, place: str, number: str) -> None:
        """A number in the domain that is to be given."""
        if emergency.is_dialled(self._domain, number):
            self._wrong(place, "calls for help in this domain: nobody can have it", is_help=True)
        if number in self._extensions:
            self._wrong(place, "is an extension here")
        if number in self._groups:
            self._wrong(place, "is a ring group here")

    def _check_secret(self, place: str, key: Key, wanted: str | None) -> None:
        known = self._context.store.get(key, StoredSecret) if wanted is not None else None
        if wanted is not None and (known is None or known.secret != wanted):
            self._wrong(place, "is another here: it is changed by the action that sets it")

    def _extension(self, place: str, one: NewExtension) -> Extension | None:
        known = self._extensions.get(one.extension)
        if known is None:
            self._check_free(f"{place}.extension", one.extension)
            return None
        self.mistakes += differing(f"{place}.", known, members_of_extension(one))
        self._check_secret(f"{place}.password", keys.sip_password(*_place_of(known)), one.password)
        return known

    def _user(self, place: str, one: NewUser) -> User | None:
        named = {
            name: self._who(name, value)
            for name in ("username", "email", "extension")
            if (value := getattr(one, name)) is not None
        }
        known = {user.user_uuid: user for user in named.values() if user}
        if len(known) > 1:
            self._wrong(f"{place}.{[name for name, user in named.items() if user][-1]}", "is another user's here")
        if known:
            user = next(iter(known.values()))
            self._compare_user(place, one, user)
            return user
        if one.extension is not None:
            self._check_free(f"{place}.extension", one.extension)
        if one.box in self._boxes:
            self._wrong(f"{place}.{_box_member(one)}", "is a voicemail box here")
        return None

    def _who(self, name: str, value: str) -> User | None:
        if name == "extension":
            return next((user for user in self._users if any(one.extension == value for one in user.extensions)), None)
        folded = value.casefold()
        return next((user for user in self._users if (getattr(user, name) or "").casefold() == folded), None)

    def _compare_user(self, place: str, one: NewUser, user: User) -> None:
        self.mistakes += differing(f"{place}.", user, members_of_user(one))
        extension = next((known for known in user.extensions if known.extension == one.extension), None)
        box = user.voicemail.number if user.voicemail else None
        if one.extension is not None and extension is None:
            self._wrong(f"{place}.extension", "is not this user's here: user-extension-add gives it")
        elif extension is not None:
            password = keys.sip_password(user.domain_uuid, extension.extension_uuid)
            self._check_secret(f"{place}.password", password, one.password)
        if one.extension is not None and box != one.box:
            self._wrong(f"{place}.{_box_member(one)}", f"is {_shown(box)} here")
        elif box is not None:
            pin = keys.voicemail_pin(user.domain_uuid, box)
            self._check_secret(f"{place}.voicemail_password", pin, one.voicemail_password)

    def _ring_group(self, place: str, one: NewRingGroup, wanted: Wanted) -> RingGroup | None:
        known = self._groups.get(one.extension)
        if known is not None:
            own = {
                "ring_group_name": "name",
                "ring_group_destinations": "destinations",
                "ring_group_strategy": "strategy",
            }
            for mistake in differing("", known, members_of_ring_group(one)):
                self._wrong(f"{place}.{own.get(mistake.place, mistake.place)}", mistake.words)
            return known
        self._check_free(f"{place}.extension", one.extension)
        for number, member in enumerate(one.destinations):
            disguised = is_called_though_disguised(self._domain, wanted, member.number)
            if not disguised and emergency.is_reached(self._context, self._domain, member.number):
                words = "calls for help, which is dialled from a telephone, not through here"
                self._wrong(f"{place}.destinations.{number}.number", words, is_help=True)
        return None

    def _destination(self, place: str, one: NewDestination) -> Destination | None:
        claim = inbound.claim(self._domain, one.number)
        known = self._destinations.get(claim.meant)
        if known is not None:
            self.mistakes += differing(f"{place}.", known, members_of_destination(one))
            leads_to = next((step.destination_data.partition(" ")[0] for step in known.destination_actions), None)
            if leads_to != one.extension:
                self._wrong(f"{place}.extension", f"is {_shown(leads_to)} here")
            return known
        if emergency.is_reached(self._context, self._domain, one.number):
            self._wrong(f"{place}.number", "calls for help in this domain: nobody can have it", is_help=True)
        elif inbound.is_taken(self._context, claim):
            self._wrong(f"{place}.number", "is routed already")
        if emergency.is_dialled(self._domain, one.extension):
            self._wrong(f"{place}.extension", "calls for help in this domain: nobody can have it", is_help=True)
        return None

    def _key(self, one: NewKey) -> ApiKey | None:
        home = self._domain.domain_uuid
        named = [
            key
            for key in self._listed(keys.keys_of_domain(home), ApiKey)
            if key.key_name == one.name and key.limits.domains == (home,) and key.limits.user is None
        ]
        if not named:
            return None
        wrong = [list(_differing_key("key", key, one)) for key in named]
        if all(wrong):
            self.mistakes += wrong[0]
        return named[wrong.index(min(wrong, key=len))]


def _differing_key(place: str, key: ApiKey, one: NewKey) -> Iterator[Mistake]:
    for name in ("scopes", "networks"):
        if set(getattr(key.limits, name)) != set(getattr(one, name)):
            yield Mistake(f"{place}.{name}", f"is {_shown(getattr(key.limits, name))} here")
    if key.limits.expires_at != one.expires_at:
        yield Mistake(f"{place}.expires_at", f"is {_shown(key.limits.expires_at)} here")


def _claims(wanted: Wanted) -> Iterator[tuple[str, tuple[str, str]]]:
    """What each part claims for itself alone: where it says so, and the name in its one spelling."""
    for place, extension in enumerate(wanted.extensions):
        yield f"extensions.{place}.extension", ("number", extension.extension)
    for place, user in enumerate(wanted.users):
        if user.extension is not None:
            yield f"users.{place}.extension", ("number", user.extension)
        for name in ("username", "email"):
            if (value := getattr(user, name)) is not None:
                yield f"users.{place}.{name}", (name, value.casefold())
        if user.box is not None:
            yield f"users.{place}.{_box_member(user)}", ("box", user.box)
    for place, group in enumerate(wanted.ringgroups):
        yield f"ringgroups.{place}.extension", ("number", group.extension)
    for place, extension in enumerate(wanted.extensions):
        yield f"extensions.{place}.extension", ("box", extension.extension)


def check_destinations(domain: Domain, wanted: Wanted) -> None:
    """Refuse one outside number that is in the request in two spellings."""
    first: dict[str, int] = {}
    twice = [
        Mistake(f"destinations.{place}.number", "is in this request twice")
        for place, one in enumerate(wanted.destinations)
        if first.setdefault(inbound.claim(domain, one.number).meant, place) != place
    ]
    if twice:
        raise InvalidRequest(_said(twice), errors=_errors(twice))


def _box_member(one: NewUser) -> str:
    return "voicemail_number" if one.voicemail_number else "voicemail" if one.voicemail is False else "extension"


def _place_of(extension: Extension) -> tuple[str, str]:
    return extension.domain_uuid, extension.extension_uuid


def _given(part: BaseModel, settings: type[BaseModel]) -> dict[str, Any]:
    """What was sent of one part's settings."""
    return part.model_dump(include=part.model_fields_set & settings.model_fields.keys())


def _shown(value: Any) -> str:
    """What is there, as JSON."""
    text = to_json(value).decode()
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _said(mistakes: Sequence[Mistake]) -> str:
    more = f"; and {len(mistakes) - _MOST_SAID} more" if len(mistakes) > _MOST_SAID else ""
    return "; ".join(f"{one.place} {one.words}" for one in mistakes[:_MOST_SAID]) + more


def _errors(mistakes: Sequence[Mistake]) -> tuple[tuple[str, str], ...]:
    return tuple((one.place, f"{one.place} {one.words}") for one in mistakes)
