"""Attended transfers on an Asterisk: what the legs that take part in one are marked with.

The plan goes on by itself from there (``ringpost-consults`` and its neighbours in extensions.conf).
"""

from typing import NamedTuple

from ringpost.model.telephone.spelling import NUMBER
from ringpost.model.transfer import Consultation
from ringpost.model.values import is_uuid
from ringpost.switch.asterisk import marks
from ringpost.switch.asterisk.legs import UNIQUEID
from ringpost.switch.asterisk.lists import Channel, Party

_TALKS = frozenset({"Dial", "Queue"})
"""What an initiator is in that has called somebody."""


class About(NamedTuple):
    """What a mark says: the transfer, the number that was called, and the uniqueids of the two who talked before."""

    transfer_uuid: str
    number: str
    transferred: str
    initiator: str


def written(consultation: Consultation, transferred: str, initiator: str) -> str:
    """The mark of an initiator: uniqueids have no colon."""
    return f"{consultation.transfer_uuid}:{consultation.number}:{transferred}:{initiator}"


def read(mark: str) -> About | None:
    """What a mark says; None if it is none."""
    parts = mark.split(":")
    if len(parts) != len(About._fields):
        return None
    about = About(*parts)
    is_one = is_uuid(about.transfer_uuid) and NUMBER.fullmatch(about.number)
    return about if is_one and all(map(UNIQUEID.fullmatch, about[2:])) else None


def is_about(channel: Channel, consultation: Consultation) -> bool:
    """Whether a channel is that of an initiator who asks somebody now, in this transfer."""
    about = read(channel.marked.verbatim(marks.CONSULTS))
    return about is not None and about.transfer_uuid == consultation.transfer_uuid


def has_answer(initiator: Party) -> bool:
    """Whether whoever the initiator has called talks with it."""
    return len(initiator.company) == 1 and initiator.channel.said.verbatim("Application") in _TALKS
