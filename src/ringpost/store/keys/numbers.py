"""What has a number: extensions, voicemail boxes, ring groups, and the numbers of the outside world that lead to them.

Extensions and ring groups share one namespace in a domain; inbound numbers are one namespace over all domains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringpost.model.telephone.spelling import ending
from ringpost.store import Key
from ringpost.store.keys.layout import LayoutOf, Partition, by_uuid, in_domain, within_domain

if TYPE_CHECKING:
    from ringpost.model.destination import Destination
    from ringpost.model.extension import Extension
    from ringpost.model.ring_group import RingGroup
    from ringpost.model.voicemail import Voicemail

number = in_domain("number").at
"""Whatever has that number in a domain."""
_callers = within_domain("callers#{ending}")


def callers(domain: str, number: str) -> str:
    """All in a domain whose number ends as this one does: who a caller may be."""
    return _callers(domain, ending(number))


# extensions

_extension = within_domain("extension#{uuid}")
extension = _extension.row("extension")
extensions = in_domain("extensions")
"""The list of a domain's extensions, by number."""
sip_password = _extension.row("secret#sip")
"""An extension's SIP password, in a row of its own."""

extension_layout: LayoutOf[Extension] = LayoutOf(
    truth=lambda it: extension(it.domain_uuid, it.extension_uuid),
    claims=lambda it: (number(it.domain_uuid, it.extension),),
    copies=lambda it: (
        extensions.at(it.domain_uuid, it.extension),
        _callers.at(it.domain_uuid, ending(it.extension), f"extension#{it.extension}"),
    ),
)

# voicemail boxes: the list, by number, holds the truth

voicemails = in_domain("voicemail")
voicemail = voicemails.at
voicemail_by_uuid = by_uuid("voicemail")
voicemail_pin = in_domain("secret#voicemail").at
"""A voicemail box's PIN, by its number, in a row of its own."""

voicemail_layout: LayoutOf[Voicemail] = LayoutOf(
    truth=lambda it: voicemail(it.domain_uuid, it.number),
    copies=lambda it: (voicemail_by_uuid(it.domain_uuid, it.voicemail_uuid),),
)

# ring groups

ring_group = by_uuid("ringgroup")
ring_groups = in_domain("ringgroups")
"""The list of a domain's ring groups, by number."""

ring_group_layout: LayoutOf[RingGroup] = LayoutOf(
    truth=lambda it: ring_group(it.domain_uuid, it.ring_group_uuid),
    claims=lambda it: (number(it.domain_uuid, it.ring_group_extension),),
    copies=lambda it: (ring_groups.at(it.domain_uuid, it.ring_group_extension),),
)

# destinations

destination = by_uuid("destination")
destinations = in_domain("destinations")
"""The list of a domain's destinations, by number."""
inbound_number = Partition("inbound#{number}").row("destination")
"""Whoever has an inbound number, in its one spelling: E.164, or its digits where that cannot be said."""
spelled = Partition("spelled#{spelling}")
"""Whoever may be meant when a switch names a number so, without ``+``: by what each has claimed."""


def inbound_number_until_2026(number: str) -> Key:
    """Whoever had an inbound number before its country was asked for: two of different countries may be one here."""
    return inbound_number(_meant_until_2026(number))


def _meant_until_2026(number: str) -> str:
    digits = number.removeprefix("+")
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def _meant(it: Destination) -> str:
    """What a destination claims. One without spellings was claimed before there were any."""
    if not it.destination_spellings:
        return _meant_until_2026(it.destination_number)
    return it.destination_e164 or it.destination_number.removeprefix("+")


destination_layout: LayoutOf[Destination] = LayoutOf(
    truth=lambda it: destination(it.domain_uuid, it.destination_uuid),
    claims=lambda it: (inbound_number(_meant(it)),),
    copies=lambda it: (
        destinations.at(it.domain_uuid, _meant(it).removeprefix("+")),
        *(spelled.at(spelling, _meant(it)) for spelling in it.destination_spellings),
    ),
)
