"""Every key pattern, on one page. ``docs/store.md`` shows them with examples.

A record is written to several rows, each a whole copy, so that any of its look-ups is one read:

- ``truth``   its uuid's row; changes are conditional on the version of this one
- ``claims``  its names and numbers; put only where there is none, so that they are unique
- ``copies``  its places in lists

All rows of a tenant begin with its domain, so a look-up made for one domain cannot find another's.
Only inbound numbers and domain names are unique over all, and the records of calls have copies over all domains, which
nobody lists but an operator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from ringpost.model.telephone.spelling import dialled_part, ending
from ringpost.store import Key

if TYPE_CHECKING:
    from ringpost.model.call import Call
    from ringpost.model.contact import Contact
    from ringpost.model.destination import Destination
    from ringpost.model.domain import Domain
    from ringpost.model.extension import Extension
    from ringpost.model.groups import ExtensionGroup, UserGroup
    from ringpost.model.key import ApiKey
    from ringpost.model.recording import Recording
    from ringpost.model.ring_group import RingGroup
    from ringpost.model.switch import SwitchRecord
    from ringpost.model.user import User
    from ringpost.model.voicemail import Voicemail
    from ringpost.model.webhook import Webhook

DOMAINS = "domains"
KEYS = "keys"
SWITCHES = "switches"


class Layout(NamedTuple):
    """The rows of one record."""

    truth: Key
    claims: tuple[Key, ...] = ()
    copies: tuple[Key, ...] = ()

    @property
    def all(self) -> tuple[Key, ...]:
        """Every row, the truth first."""
        return (self.truth, *self.claims, *self.copies)


# domains


def domain(uuid: str) -> Key:
    """A domain by uuid."""
    return Key(f"domain#{uuid}", "domain")


def domain_name(name: str) -> Key:
    """A domain by name."""
    return Key(f"domain-name#{name}", "domain")


def domain_on_switch(switch: str, uuid: str) -> Key:
    """A domain among those of its switch."""
    return Key(domains_of_switch(switch), uuid)


def domains_of_switch(switch: str) -> str:
    """The list of the domains that live on a switch, by uuid."""
    return f"switch#{switch}#domains"


def domain_layout(record: Domain) -> Layout:
    """By uuid, by name, in the list of all, in the list of its switch."""
    switch = (domain_on_switch(record.switch_uuid, record.domain_uuid),) if record.switch_uuid else ()
    return Layout(
        domain(record.domain_uuid), (domain_name(record.domain_name),), (Key(DOMAINS, record.domain_name), *switch)
    )


# switches


def switch(uuid: str) -> Key:
    """A switch by uuid."""
    return Key(f"switch#{uuid}", "switch")


def switch_name(name: str) -> Key:
    """A switch by name."""
    return Key(f"switch-name#{name}", "switch")


def switch_layout(record: SwitchRecord) -> Layout:
    """By uuid, by name, in the list of all."""
    return Layout(switch(record.switch_uuid), (switch_name(record.switch_name),), (Key(SWITCHES, record.switch_name),))


# numbers: extensions and ring groups share one namespace in a domain


def number(domain: str, number: str) -> Key:
    """Whatever has that number in a domain."""
    return Key(f"domain#{domain}#number", number)


def extension(domain: str, uuid: str) -> Key:
    """An extension by uuid."""
    return Key(f"domain#{domain}#extension#{uuid}", "extension")


def extensions(domain: str) -> str:
    """The list of a domain's extensions, by number."""
    return f"domain#{domain}#extensions"


def extension_layout(record: Extension) -> Layout:
    """By uuid, by number, in the domain's list, among those who may call."""
    home = record.domain_uuid
    return Layout(
        extension(home, record.extension_uuid),
        (number(home, record.extension),),
        (
            Key(extensions(home), record.extension),
            Key(callers(home, record.extension), f"extension#{record.extension}"),
        ),
    )


def sip_password(domain: str, extension_uuid: str) -> Key:
    """An extension's SIP password, in a row of its own."""
    return Key(f"domain#{domain}#extension#{extension_uuid}", "secret#sip")


def voicemails(domain: str) -> str:
    """The list of a domain's voicemail boxes, by number."""
    return f"domain#{domain}#voicemail"


def voicemail(domain: str, box: str) -> Key:
    """A voicemail box by its number."""
    return Key(voicemails(domain), box)


def voicemail_by_uuid(domain: str, uuid: str) -> Key:
    """A voicemail box by uuid."""
    return Key(f"domain#{domain}#voicemail#{uuid}", "voicemail")


def voicemail_layout(record: Voicemail) -> Layout:
    """By number, which is its place in the list too, and by uuid."""
    home = record.domain_uuid
    return Layout(voicemail(home, record.number), (), (voicemail_by_uuid(home, record.voicemail_uuid),))


def voicemail_pin(domain: str, box: str) -> Key:
    """A voicemail box's PIN, in a row of its own."""
    return Key(f"domain#{domain}#secret#voicemail", box)


def ring_group(domain: str, uuid: str) -> Key:
    """A ring group by uuid."""
    return Key(f"domain#{domain}#ringgroup#{uuid}", "ringgroup")


def ring_groups(domain: str) -> str:
    """The list of a domain's ring groups, by number."""
    return f"domain#{domain}#ringgroups"


def ring_group_layout(record: RingGroup) -> Layout:
    """By uuid, by number, in the domain's list."""
    home = record.domain_uuid
    return Layout(
        ring_group(home, record.ring_group_uuid),
        (number(home, record.ring_group_extension),),
        (Key(ring_groups(home), record.ring_group_extension),),
    )


# destinations: inbound numbers are one namespace over all domains


def inbound_number(meant: str) -> Key:
    """Whoever has an inbound number, in its one spelling: E.164, or its digits where that cannot be said."""
    return Key(f"inbound#{meant}", "destination")


def inbound_number_until_2026(number: str) -> Key:
    """Whoever had an inbound number before its country was asked for: two of different countries may be one here."""
    digits = number.removeprefix("+")
    return Key(f"inbound#{digits[1:] if len(digits) == 11 and digits.startswith('1') else digits}", "destination")


def spelled(spelling: str) -> str:
    """Whoever may be meant when a switch names a number so, without ``+``: by what each has claimed."""
    return f"spelled#{spelling}"


def destination(domain: str, uuid: str) -> Key:
    """A destination by uuid."""
    return Key(f"domain#{domain}#destination#{uuid}", "destination")


def destinations(domain: str) -> str:
    """The list of a domain's destinations, by number."""
    return f"domain#{domain}#destinations"


def destination_layout(record: Destination) -> Layout:
    """By uuid, by number, by each of its spellings, in the domain's list."""
    home, truth = record.domain_uuid, destination(record.domain_uuid, record.destination_uuid)
    if not record.destination_spellings:
        before = inbound_number_until_2026(record.destination_number)
        return Layout(truth, (before,), (Key(destinations(home), before.partition.removeprefix("inbound#")),))
    meant = record.destination_e164 or record.destination_number.removeprefix("+")
    return Layout(
        truth,
        (inbound_number(meant),),
        (
            Key(destinations(home), meant.removeprefix("+")),
            *(Key(spelled(spelling), meant) for spelling in record.destination_spellings),
        ),
    )


# who a caller may be: contacts by the end of each of their numbers, and extensions


def callers(domain: str, number: str) -> str:
    """All in a domain whose number ends as this one does."""
    return f"domain#{domain}#callers#{ending(number)}"


def contact(domain: str, uuid: str) -> Key:
    """A contact by uuid."""
    return Key(f"domain#{domain}#contact#{uuid}", "contact")


def contacts(domain: str) -> str:
    """The list of a domain's contacts, by name."""
    return f"domain#{domain}#contacts"


def contact_layout(record: Contact) -> Layout:
    """By uuid, in the domain's list, and among the callers of each ending of its numbers."""
    home, uuid = record.domain_uuid, record.contact_uuid
    endings = dict.fromkeys(callers(home, one.e164 or dialled_part(one.number)) for one in record.numbers)
    return Layout(
        contact(home, uuid),
        (),
        (
            Key(contacts(home), place(record.display_name, uuid)),
            *(Key(partition, f"contact#{uuid}") for partition in endings),
        ),
    )


# users, and the groups they are in


def user(domain: str, uuid: str) -> Key:
    """A user by uuid."""
    return Key(f"domain#{domain}#user#{uuid}", "user")


def username(domain: str, name: str) -> Key:
    """Whoever has that username in a domain, in whatever case."""
    return Key(f"domain#{domain}#username", name.casefold()[:_LONGEST_NAME])


def user_email(domain: str, address: str) -> Key:
    """Whoever has that e-mail address in a domain."""
    return Key(f"domain#{domain}#email", address.casefold()[:_LONGEST_NAME])


def users(domain: str) -> str:
    """The list of a domain's users, by last and first name."""
    return f"domain#{domain}#users"


def users_of_group(domain: str, usergroup: str) -> str:
    """The list of a user group's users, by last and first name."""
    return f"domain#{domain}#usergroup#{usergroup}#users"


def user_layout(record: User) -> Layout:
    """By uuid, by username and e-mail address, in the lists of the domain and of each of its groups."""
    home = record.domain_uuid
    sort = place(f"{record.lastname or ''}#{record.firstname}", record.user_uuid)
    claims = (
        *((username(home, record.username),) if record.username else ()),
        *((user_email(home, record.email),) if record.email else ()),
    )
    lists = (users(home), *(users_of_group(home, group) for group in record.usergroups))
    return Layout(user(home, record.user_uuid), claims, tuple(Key(partition, sort) for partition in lists))


def statuses(domain: str) -> str:
    """How the users of a domain are, by their uuid."""
    return f"domain#{domain}#statuses"


def usergroup(domain: str, uuid: str) -> Key:
    """A user group by uuid."""
    return Key(f"domain#{domain}#usergroup#{uuid}", "usergroup")


def usergroups(domain: str) -> str:
    """The list of a domain's user groups, by name, which it claims."""
    return f"domain#{domain}#usergroups"


def usergroup_layout(record: UserGroup) -> Layout:
    """By uuid, and by name in the domain's list."""
    home = record.domain_uuid
    return Layout(usergroup(home, record.usergroup_uuid), (Key(usergroups(home), folded(record.display_name)),))


def permissions(domain: str) -> str:
    """What the user groups of a domain may do, by group and key."""
    return f"domain#{domain}#permissions"


def permission(domain: str, usergroup: str | None, key: str) -> Key:
    """One permission of a user group; None: of everyone."""
    return Key(permissions(domain), f"{usergroup or 'everyone'}#{key}")


def extensiongroup(domain: str, uuid: str) -> Key:
    """An extension group by uuid."""
    return Key(f"domain#{domain}#extensiongroup#{uuid}", "extensiongroup")


def extensiongroups(domain: str) -> str:
    """The list of a domain's extension groups, by name, which it claims."""
    return f"domain#{domain}#extensiongroups"


def extensiongroup_layout(record: ExtensionGroup) -> Layout:
    """By uuid, and by name in the domain's list."""
    home = record.domain_uuid
    return Layout(
        extensiongroup(home, record.extensiongroup_uuid), (Key(extensiongroups(home), folded(record.display_name)),)
    )


def imported(domain: str) -> str:
    """What was made of rows of files of users, by the SHA-256 of what a row says."""
    return f"domain#{domain}#imported"


_LONGEST_PLACE = 120
_LONGEST_NAME = 254


def folded(name: str) -> str:
    """A name as it is claimed and sorted: without regard to case, and no longer than a sort key may be."""
    return name.casefold()[:_LONGEST_PLACE]


def place(name: str, uuid: str) -> str:
    """The place of a record that is listed by a name it does not have for itself alone."""
    return f"{folded(name)}#{uuid}"


# calls and their records


def order(domain: str, call_uuid: str) -> Key:
    """A call as it was ordered."""
    return Key(f"domain#{domain}#call#{call_uuid}", "order")


def scripts(domain: str) -> str:
    """The calls of a domain that are up in the sandbox, by uuid."""
    return f"domain#{domain}#scripts"


def moved_call(domain: str, call_uuid: str) -> Key:
    """The leg a call goes on as, when the one it began with was released."""
    return Key(f"domain#{domain}#call#{call_uuid}", "moved")


def recorded_to(domain: str, leg_uuid: str, begun_at: str, path: str) -> Key:
    """Where a leg is being recorded: the switch's own record of it does not say."""
    return Key(_call(domain, leg_uuid), f"recording#{begun_at}#{path}")


def recordings_of_leg(domain: str, leg_uuid: str) -> tuple[str, tuple[str, str]]:
    """The partition and the place in it of a leg's recordings, the first first; until November 2026 there was one."""
    return _call(domain, leg_uuid), ("recording", "recording$")


def _call(domain: str, leg_uuid: str) -> str:
    return f"domain#{domain}#call#{leg_uuid}"


def tracked_call(domain: str, call_uuid: str) -> Key:
    """A call as its switch has told it so far."""
    return Key(f"domain#{domain}#call#{call_uuid}", "tracked")


def call_of_leg(domain: str, leg_uuid: str) -> Key:
    """The call a leg was rung in."""
    return Key(f"domain#{domain}#call#{leg_uuid}", "of")


def link(switch: str, uuid: str) -> Key:
    """How far a link has told what its switch did."""
    return Key(f"switch#{switch}#link#{uuid}", "link")


def recording(domain: str, uuid: str) -> Key:
    """A recording by uuid."""
    return Key(f"domain#{domain}#recording#{uuid}", "recording")


def recordings(domain: str) -> str:
    """The list of a domain's recordings, by when they ended."""
    return f"domain#{domain}#recordings"


def recordings_of_call(domain: str, call_uuid: str) -> str:
    """The recordings of a call, by when they ended."""
    return f"domain#{domain}#call#{call_uuid}#recordings"


def recording_layout(record: Recording) -> Layout:
    """By uuid, in the list of the domain, in that of its call."""
    home, place = record.domain_uuid, f"{record.ended_at}#{record.recording_uuid}"
    lists = (recordings(home), recordings_of_call(home, record.call_uuid))
    return Layout(recording(home, record.recording_uuid), (), tuple(Key(partition, place) for partition in lists))


def cdr(domain: str, leg_uuid: str) -> Key:
    """The record of a call, by the uuid of any of its legs."""
    return Key(f"domain#{domain}#cdr#{leg_uuid}", "cdr")


def cdrs(domain: str) -> str:
    """The records of a domain, by start and uuid."""
    return f"domain#{domain}#cdrs"


def cdrs_of_extension(domain: str, extension: str) -> str:
    """The records of the calls an extension took part in, by start and uuid."""
    return f"domain#{domain}#cdrs#extension#{extension}"


def cdrs_of_number(domain: str, number: str) -> str:
    """The records of the calls a number took part in, by start and uuid."""
    return f"domain#{domain}#cdrs#number#{number}"


CALL_LISTS = "calls"
"""Which lists of calls over all domains there are, by day and shard."""
CALL_SHARDS = 8
"""Parts of a day's calls over all domains: ``docs/store.md`` says why so many. Another number needs all copies anew."""


def calls_of_day(day: str, shard: int) -> str:
    """A part of the calls of a day in all domains, by start, uuid and domain."""
    return f"calls#{day}#{shard}"


def call_list(partition: str) -> Key:
    """That there is such a list: nothing else tells on which days there were calls."""
    return Key(CALL_LISTS, partition.removeprefix("calls#"))


def call_in_all(record: Call) -> Key:
    """The place of a call among those of all domains."""
    home, uuid = record.domain_uuid, record.xml_cdr_uuid
    shard = crc32(f"{home}#{uuid}".encode()) % CALL_SHARDS
    return Key(calls_of_day(record.listed_at[:10], shard), f"{record.listed_at}#{uuid}#{home}")


def cdr_layout(record: Call) -> Layout:
    """By the uuid of each leg, in the lists of the domain, of each extension and of each number, and of all domains."""
    home, place = record.domain_uuid, f"{record.listed_at}#{record.xml_cdr_uuid}"
    lists = [
        cdrs(home),
        *(cdrs_of_extension(home, extension) for extension in record.extensions),
        *(cdrs_of_number(home, number) for number in record.numbers),
    ]
    return Layout(
        cdr(home, record.xml_cdr_uuid),
        tuple(cdr(home, leg.xml_cdr_uuid) for leg in record.legs if leg.xml_cdr_uuid != record.xml_cdr_uuid),
        (*(Key(partition, place) for partition in lists), call_in_all(record)),
    )


def meter_of_domain(domain: str) -> Key:
    """The calls placed of late in a domain."""
    return Key(f"domain#{domain}#meter", "calls")


def meter_of_key(key_uuid: str) -> Key:
    """The calls placed of late with a key."""
    return Key(f"key#{key_uuid}#meter", "calls")


# API keys


def api_key(uuid: str) -> Key:
    """A key by id."""
    return Key(f"key#{uuid}", "key")


def keys_of_domain(domain: str) -> str:
    """The list of the keys that reach a domain by name."""
    return f"domain#{domain}#keys"


def api_key_layout(record: ApiKey) -> Layout:
    """By id, in the list of all, in the list of each of its domains."""
    return Layout(
        api_key(record.key_uuid),
        (),
        (
            Key(KEYS, record.key_uuid),
            *(Key(keys_of_domain(domain), record.key_uuid) for domain in record.limits.domains or ()),
        ),
    )


def token(uuid: str) -> Key:
    """A token by id."""
    return Key(f"token#{uuid}", "token")


# what a write leaves beside it


def events(domain: str | None) -> str:
    """What happened in a domain, or in none, by the time it fell due."""
    return f"{_home(domain)}#events"


def event(domain: str | None, due_at: str, sequence: int, uuid: str) -> Key:
    """A row of the outbox, in the order in which events fall due, and those of one call one after the other."""
    return Key(events(domain), f"{due_at}#{sequence:04d}#{uuid}")


def audits(domain: str | None) -> str:
    """Who did what in a domain, or in none, by time."""
    return f"{_home(domain)}#audit"


def audit(domain: str | None, at: str, request_id: str) -> Key:
    """A line of the audit."""
    return Key(audits(domain), f"{at}#{request_id}")


DUE_LISTS = tuple(f"due#{number}" for number in range(8))
"""What is to be done, by when. Several, because a partition takes so many writes a second and no more."""


def due_event(domain: str | None, place: str) -> Key:
    """That an event is to be handed on. In the list it is where it is among the domain's events."""
    return Key(_due_list(domain or "operator"), place)


def due_delivery(webhook: str, at: str, place: str) -> Key:
    """That a delivery is to be tried. Those of one moment are in the order of their events."""
    return Key(_due_list(webhook), f"{at}#{place}#{webhook}")


def due_removal(domain: str, at: str, recording: str) -> Key:
    """That a recording has been kept long enough."""
    return Key(_due_list(domain), f"{at}#{recording}")


def _due_list(whose: str) -> str:
    return DUE_LISTS[crc32(whose.encode()) % len(DUE_LISTS)]


# webhooks: a domain's, or the operator's, which hear of every domain


def webhook(home: str | None, uuid: str) -> Key:
    """A webhook by uuid."""
    return Key(f"{_home(home)}#webhook#{uuid}", "webhook")


def webhooks(home: str | None) -> str:
    """The list of the webhooks of a domain, or of the operator, by name."""
    return f"{_home(home)}#webhooks"


def webhook_layout(record: Webhook) -> Layout:
    """By uuid, and in the list of its domain."""
    home, uuid = record.domain_uuid, record.webhook_uuid
    return Layout(webhook(home, uuid), (), (Key(webhooks(home), place(record.name, uuid)),))


def webhook_secrets(home: str | None, uuid: str) -> Key:
    """What a webhook signs with, and its own headers, in a row of their own."""
    return Key(f"{_home(home)}#webhook#{uuid}", "secret#webhook")


def deliveries(home: str | None, webhook: str) -> str:
    """The deliveries to a webhook, each where its event is among events."""
    return f"{_home(home)}#webhook#{webhook}#deliveries"


def _home(domain: str | None) -> str:
    return f"domain#{domain}" if domain else "operator"


def replay(holder_uuid: str, action: str, digest: str) -> Key:
    """The first answer to an idempotency key (its SHA-256) of a key or a token."""
    return Key(f"replay#{holder_uuid}#{action}#{digest}", "replay")
