"""What tells of an Asterisk's leg which one it is and how it ended: its name, its causes, who hung up."""

import re

from ringpost.model.call import EndedBy
from ringpost.switch.asterisk.causes import spoken_of

UNIQUEID = re.compile(r"[\x21-\x7e]{1,150}")
NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,200}")
FILE = re.compile(r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\x00-\x1f\x7f-\x9f]{1,500}\.(?:wav|mp3)", re.IGNORECASE)
"""A recording, below ``monitor``."""
_OF_A_PHONE = re.compile(r"PJSIP/(?P<extension>[0-9*#]{1,32})@(?P<domain>[A-Za-z0-9.-]{1,253})-[0-9a-f]{8,}")
_OUTSIDE = re.compile(r"(?:PJSIP|SIP|IAX2|DAHDI)/.*", re.DOTALL)
"""What else speaks with somebody. All others are a switch's own (``Local``, ``Surrogate``, ``CBAnn``, ``Message``)."""
_DIALLED = re.compile(
    r"(?:<?sips?:|[A-Za-z0-9]+/)?(?P<number>\+?[0-9*#]{1,32})@(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:]+\])(?:[:;>].*)?",
    re.DOTALL,
)
_BORN = re.compile(r".*-(?P<seconds>[0-9]{10})\.[0-9]+")
_SAYS_NOTHING = frozenset({None, "NORMAL_CLEARING", "NORMAL_UNSPECIFIED", "INTERWORKING"})


def is_local(name: str) -> bool:
    """Whether a channel is one half of a pair inside the switch: nobody speaks there."""
    return name.startswith("Local/")


def other_half(name: str) -> str:
    """The name of a ``Local`` channel's other half."""
    return name[:-1] + ("2" if name.endswith("1") else "1")


def is_somebodys(name: str) -> bool:
    """Whether somebody speaks on a channel of that name."""
    return _OUTSIDE.fullmatch(name) is not None


def extension_of(name: str) -> str | None:
    """The extension whose phone a channel of that name is; of a trunk's none."""
    found = _OF_A_PHONE.fullmatch(name)
    return found["extension"] if found else None


def domain_name_of(name: str) -> str | None:
    """The domain whose phone a channel of that name is."""
    found = _OF_A_PHONE.fullmatch(name)
    return found["domain"].lower() if found else None


def number_dialled(dial_string: str) -> str | None:
    """The number outside that was dialled for a leg.

    ``DialBegin`` has it as ``15550123@trunk``, the leg itself as the address it rang: ``<sip:15550123@192.0.2.7>``.
    """
    found = _DIALLED.fullmatch(dial_string)
    return found["number"] if found else None


def born(uniqueid: str) -> float | None:
    """When a channel began, to the second; ours do not say it."""
    found = _BORN.fullmatch(uniqueid)
    return float(found["seconds"]) if found else None


def says_why(number: str) -> bool:
    """Whether a cause says more than that a leg has ended."""
    return spoken_of(number) not in _SAYS_NOTHING


def cause_of(number: str, dial_status: str, *, is_rung: bool, was_answered: bool) -> str | None:
    """Why a leg ended. ``dial_status`` is how dialling it ended, or, of one that nobody rang, dialling by it.

    Who dialled, and whom nobody answered, ended as the plan says: it knows all that was tried. 127 is on the legs of a
    caller who gave up, and 0 on one that rang for its time.
    """
    said = spoken_of(number)
    if was_answered:
        return "NORMAL_CLEARING" if said in _SAYS_NOTHING else said
    if number == "127" and dial_status in ("", "CANCEL"):
        return "ORIGINATOR_CANCEL"
    if is_rung:
        says_more = dial_status == "NOANSWER" and said not in _SAYS_NOTHING  # a queue says so of whoever is busy, too
        found = said if says_more else spoken_of(number, dial_status)
        return "NO_ANSWER" if found is None and number in ("", "0") else found
    if said not in _SAYS_NOTHING:
        return said
    of_dialling = spoken_of("", dial_status)
    return of_dialling or ("NORMAL_CLEARING" if said in (None, "INTERWORKING") else said)


def ended_by(name: str, hangup_source: str, *, by_action: bool) -> EndedBy | None:
    """Who ended a leg of that name: an action, its own phone, or the switch; None if nobody said."""
    if by_action:
        return "api"
    if not hangup_source:
        return None
    return "party" if hangup_source == name else "switch"
