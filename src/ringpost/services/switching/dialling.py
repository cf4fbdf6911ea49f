"""What any switch is told of who dials, whose phone registers and where a number leads: each kind writes it its way."""

from typing import NamedTuple

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import Forbidden
from ringpost.model.extension import Extension, StoredSecret
from ringpost.model.route import Forwarded, Messages, Phone, Route
from ringpost.model.user import User
from ringpost.model.voicemail import Voicemail
from ringpost.services.numbers import numbering, voicemails
from ringpost.store import keys


class Account(NamedTuple):
    """What a phone registers as, and its password."""

    extension: Extension
    password: str


class Box(NamedTuple):
    """A voicemail box, and its PIN."""

    box: Voicemail
    pin: str


def for_switches_only(context: Context) -> None:
    """Refuse whoever is no switch: what phones log in with is nobody else's business."""
    if not (context.actor.is_operator or context.actor.switches):
        raise Forbidden("what a phone logs in with is for switches: their keys are made with key-create and switch")


def domain(context: Context, name: str) -> Domain | None:
    """The domain of a name, if it is to be told of."""
    return _there(context.store.get(keys.domain_name(name.lower()), Domain))


def domain_of(context: Context, domain_uuid: str) -> Domain | None:
    """The domain of a uuid, if it is to be told of."""
    if not context.store.reaches(domain_uuid):
        return None
    return _there(context.store.get(keys.domain(domain_uuid), Domain))


def _there(found: Domain | None) -> Domain | None:
    return None if found is None or found.deleting or not found.domain_enabled else found


def account(context: Context, extension: Extension) -> Account | None:
    """What an extension's phones register as, if any may."""
    if not extension.enabled:
        return None
    password = context.store.get(keys.sip_password(extension.domain_uuid, extension.extension_uuid), StoredSecret)
    return Account(extension, password.secret) if password and password.secret else None


def box(context: Context, domain: Domain, number: str) -> Box | None:
    """The voicemail box of a number, if it takes messages."""
    found = context.store.get(keys.voicemail(domain.domain_uuid, number), Voicemail)
    if found is None or not found.enabled:
        return None
    pin = context.store.get(keys.voicemail_pin(domain.domain_uuid, number), StoredSecret)
    return Box(_in_its_time(context, found), pin.secret) if pin else None


def _in_its_time(context: Context, box: Voicemail) -> Voicemail:
    """A box with the time zone its times are said in: its own, or its user's."""
    if box.timezone or not box.users:
        return box
    user = context.store.get(keys.user(box.domain_uuid, box.users[0]), User)
    return box.model_copy(update={"timezone": user.timezone}) if user and user.timezone else box


def parties(context: Context, domain: Domain, route: Route) -> list[Extension]:
    """The extension whose call it is that is put through, or was until it forwarded it."""
    if isinstance(route, Phone):
        return [route.extension]
    if not isinstance(route, Forwarded):
        return []
    forwarding = numbering.extension(context, domain.domain_uuid, route.passed[-1])
    return [forwarding] if forwarding else []


def own(context: Context, route: Route, caller: Extension | None) -> Route:
    """Whose messages are heard that are one's own, and whether the PIN is asked for."""
    if not isinstance(route, Messages) or not route.own or caller is None:
        return route
    box = voicemails.of_extension(context, caller)
    return route._replace(number=box.number, asks_pin=box.ask_password) if box else route
