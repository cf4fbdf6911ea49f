"""What FreeSWITCH says of a leg, in a call record or an event, in our words."""

import re

from ringpost.model.call import Direction, EndedBy
from ringpost.model.values import EXTENSION, is_uuid
from ringpost.switch.said import DIRECTIONS, Said, extensions_in

_OWN_NUMBER = ("user_name", "sip_auth_username", "accountcode")
"""Where an A leg's own extension stands. Not ``sip_from_user``: a phone writes there what it likes."""
_DOMAIN_NAME = re.compile(r"[A-Za-z0-9.-]{1,253}")
_CAUSE = re.compile(r"[A-Z0-9_]{1,64}")
_ENTERPRISE_FAILED = "FAILURE"
"""What ``originate_disposition`` is after a bridge of the enterprise kind that failed; another variable says why."""
_NO_CAUSES = frozenset({"NONE", "SUCCESS", _ENTERPRISE_FAILED})
"""What ``originate_disposition`` can be without saying why."""
_BY_ITS_PHONE = frozenset({"recv_bye", "recv_cancel", "recv_refuse"})
_WITHIN = frozenset({"conference", "valet_park", "voicemail", "ivr", "park", "playback", "play_and_get_digits"})
"""Applications that are no call outside, whatever was dialled to reach them."""
SENT = "ringpost::sent"
"""The event our dialplan fires of a leg that has spoken and is sent to another number."""
QUEUE = "ringpost::queue"
"""The event our dialplan fires of a leg that was not let into a queue, or has dialled an agent's code."""
CALLCENTER = "callcenter::info"
"""The events of mod_callcenter."""
QUEUED = "ringpost_queue"
"""The variable of a leg that waits in a queue, has waited or was to: its uuid."""
AGENT = "ringpost_agent"
"""The variable of a leg that is rung for a queue's caller: the agent that is logged in there."""
PLACED = "ringpost_call_uuid"
"""The variable of each of A's phones in a call we placed: the call's uuid, which is that of A's leg."""
FROM = "ringpost_from"
"""The variable of who is rung for that A: the channel of its phone, and the call's uuid."""
TOOK = "ringpost_took"
"""The variable of a leg that has taken a parked one by dialling its slot, and was sent on: the parked leg."""
PHONES = "ringpost_phones"
"""The variable of the same: how many phones A had."""
HUNG_UP = "MANAGER_REQUEST"
"""The cause with which we hang up the phones of an A that has not answered: their call ends by it, and says so."""
PUBLIC = "public"
"""The context of calls from outside."""
_WORDS = {"ALLOTTED_TIMEOUT": "NO_ANSWER", HUNG_UP: "NORMAL_CLEARING"}
"""Causes that are another here: FreeSWITCH's of a ring group's member that has rung for its time, and our own."""


def domain_name(said: Said) -> str | None:
    """The name of the domain a leg belongs to, by whatever of the switch's own marks it.

    Not by ``presence_id``: of a call from outside that is what its caller wrote.
    """
    account = said.verbatim("accountcode").partition("@")[2]
    realm = said.verbatim("sip_auth_realm") if said.verbatim("sip_authorized") == "true" else ""
    marks = (*map(said.verbatim, ("domain_name", "dialed_domain", "user_context")), account, realm)
    return next((mark.lower() for mark in marks if "." in mark and _DOMAIN_NAME.fullmatch(mark)), None)


def domain_uuid(said: Said) -> str | None:
    """The domain a leg belongs to, as our directory and dialplan have marked it."""
    return said.uuid("domain_uuid") or said.uuid("presence_data")


def presence(domain: str, leg_uuid: str) -> str:
    """What marks a channel in the switch's lists that is a leg of a domain under another uuid than its own."""
    return f"{domain}:{leg_uuid}"


def leg_of(said: Said, channel: str | None) -> str | None:
    """The leg a channel is: itself, unless it is a phone of A in a call we placed, or rung for that."""
    if channel is not None and channel == said.uuid("uuid") and (placed := said.uuid(PLACED)):
        return placed
    known, _, leg = said.verbatim(FROM).lower().partition(":")
    return leg if channel is not None and known == channel and is_uuid(leg) else channel


def rung_extension(said: Said) -> str | None:
    """The user a B leg rang: our dial string says so in ``presence_id``.

    ``dialed_user`` is the same, until the leg itself is transferred and rings somebody else.
    """
    user, _, home = said.verbatim("presence_id").partition("@")
    if EXTENSION.fullmatch(user) and home.lower() == domain_name(said):
        return user
    return said.matching(EXTENSION, "dialed_user") if said.text("dialed_domain") else None


def own_extension(said: Said) -> str | None:
    """The extension an A leg is itself: the one we rang, or the phone that called."""
    is_phone = said.verbatim("sip_authorized") == "true" or said.uuid("extension_uuid")
    return said.matching(EXTENSION, "ringpost_extension", *(_OWN_NUMBER if is_phone else ()))


def taken_leg(said: Said) -> str | None:
    """The parked leg that a leg has dialled a slot to take: it is in that call, though nobody rang it.

    Both ran ``valet_park`` and name each other; only who was parked has a slot of its own. A call that was placed stays
    one of its own, under the uuid that was answered.
    """
    if said.number("ringpost_a"):
        return None
    if took := said.uuid(TOOK):
        return took
    takes = said.verbatim("last_app") == "valet_park" and not said.verbatim("valet_lot_extension")
    return said.uuid("bridge_uuid") if takes else None


def direction(said: Said, context: str, *, rung: bool) -> Direction | None:
    """Which way the call of a leg goes: through ``public`` it comes in, whatever a variable says."""
    if not rung and context == PUBLIC:
        return "inbound"
    said_so = DIRECTIONS.get(said.verbatim("call_direction"))
    return said_so if said_so or rung else _supposed(said)


def _supposed(said: Said) -> Direction | None:
    """The direction of a leg that no dialplan has marked: a phone's, that dialled what leads nowhere or within."""
    if own_extension(said) is None:
        return None
    return "local" if said.verbatim("last_app") in _WITHIN else "outbound"


def cause(said: Said, posted: str, *, failed_a: bool) -> str | None:
    """Why a leg ended. ``failed_a``: it has dialled, and was never answered itself.

    The dialplan hangs up an A leg nobody answered, normally: why nobody did is how dialling ended.
    """
    found = spoken_of(posted)
    if not failed_a:
        return found
    dialling = said.verbatim("originate_disposition").upper()
    if dialling == _ENTERPRISE_FAILED:
        dialling = said.verbatim("originate_failed_cause")
    return spoken_of(dialling) or found


def spoken_of(word: str) -> str | None:
    """A cause in the one word it has here."""
    if word in _NO_CAUSES or not _CAUSE.fullmatch(word):
        return None
    return _WORDS.get(word, word)


def ended_by(said: Said) -> EndedBy | None:
    """Who ended a leg: an action of ours, its own phone, or the switch."""
    if said.verbatim("ringpost_hung_up") == "true":
        return "api"
    disposition = said.verbatim("sip_hangup_disposition")
    if disposition in _BY_ITS_PHONE:
        return "party"
    return "switch" if disposition.startswith("send_") else None


def reached(said: Said) -> tuple[str, ...]:
    """The extensions a leg was sent to, as our dialplan noted them, whether a phone of theirs rang or not."""
    return extensions_in(said.verbatim("ringpost_reached"))


def went_to_voicemail(said: Said) -> bool:
    """Whether a leg was left to the voicemail of whom it had called; who dials a box wants no more."""
    leaves = said.verbatim("last_app") == "voicemail" and not said.verbatim("last_arg").startswith("check ")
    return leaves and bool(reached(said))
