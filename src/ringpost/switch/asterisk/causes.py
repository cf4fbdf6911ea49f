"""Why a leg ended, in FreeSWITCH's words: Asterisk says a number (Q.850), and of a leg that was dialled a status too.

Measured on Asterisk 22.10.1. A number alone is not enough: 127 is on both legs of a caller who gave up, and 0 on one
that rang for its time.
"""

import re
from collections.abc import Sequence

_WORDS = {
    1: "UNALLOCATED_NUMBER",
    2: "NO_ROUTE_TRANSIT_NET",
    3: "NO_ROUTE_DESTINATION",
    6: "CHANNEL_UNACCEPTABLE",
    7: "CALL_AWARDED_DELIVERED",
    16: "NORMAL_CLEARING",
    17: "USER_BUSY",
    18: "NO_USER_RESPONSE",
    19: "NO_ANSWER",
    20: "USER_NOT_REGISTERED",
    21: "CALL_REJECTED",
    22: "NUMBER_CHANGED",
    23: "REDIRECTION_TO_NEW_DESTINATION",
    25: "EXCHANGE_ROUTING_ERROR",
    26: "LOSE_RACE",
    27: "DESTINATION_OUT_OF_ORDER",
    28: "INVALID_NUMBER_FORMAT",
    29: "FACILITY_REJECTED",
    30: "RESPONSE_TO_STATUS_ENQUIRY",
    31: "NORMAL_UNSPECIFIED",
    34: "NORMAL_CIRCUIT_CONGESTION",
    38: "NETWORK_OUT_OF_ORDER",
    41: "NORMAL_TEMPORARY_FAILURE",
    42: "SWITCH_CONGESTION",
    43: "ACCESS_INFO_DISCARDED",
    44: "REQUESTED_CHAN_UNAVAIL",
    45: "PRE_EMPTED",
    50: "FACILITY_NOT_SUBSCRIBED",
    52: "OUTGOING_CALL_BARRED",
    54: "INCOMING_CALL_BARRED",
    57: "BEARERCAPABILITY_NOTAUTH",
    58: "BEARERCAPABILITY_NOTAVAIL",
    65: "BEARERCAPABILITY_NOTIMPL",
    66: "CHAN_NOT_IMPLEMENTED",
    69: "FACILITY_NOT_IMPLEMENTED",
    81: "INVALID_CALL_REFERENCE",
    88: "INCOMPATIBLE_DESTINATION",
    95: "INVALID_MSG_UNSPECIFIED",
    96: "MANDATORY_IE_MISSING",
    97: "MESSAGE_TYPE_NONEXIST",
    98: "WRONG_MESSAGE",
    99: "IE_NONEXIST",
    100: "INVALID_IE_CONTENTS",
    101: "WRONG_CALL_STATE",
    102: "RECOVERY_ON_TIMER_EXPIRE",
    103: "MANDATORY_IE_LENGTH_ERROR",
    111: "PROTOCOL_ERROR",
    127: "INTERWORKING",
}
_NUMBER = re.compile("[0-9]{1,3}")
_STATUSES = {
    "BUSY": "USER_BUSY",
    "NOANSWER": "NO_ANSWER",
    "CHANUNAVAIL": "USER_NOT_REGISTERED",
    "CANCEL": "ORIGINATOR_CANCEL",
}
_SAYS_MORE = {"NOANSWER": frozenset({21, 26}), "CANCEL": frozenset({26}), "CHANUNAVAIL": frozenset({1, 21})}
"""Numbers that say more than the status: a phone that declines counts as one that does not answer, and before it has
rung as one that is not there; so does a number that its trunk does not know."""


def spoken_of(number: str, dial_status: str | None = None) -> str | None:
    """A cause as FreeSWITCH calls it; None if nothing says why, as of a number 0 alone.

    ``number`` is Asterisk's ``Cause``; ``dial_status`` is the ``DialStatus`` with which dialling the leg ended (or,
    for who dialled, ``DIALSTATUS``), if it has been dialled. One that was answered (``ANSWER``) ended as the number
    says.
    """
    of_number = int(number) if _NUMBER.fullmatch(number) else 0
    of_status = _STATUSES.get(dial_status or "")
    if of_status is None or of_number in _SAYS_MORE.get(dial_status or "", ()):
        return _WORDS.get(of_number)
    return of_status


def says_more(dial_status: str) -> Sequence[str] | None:
    """The numbers that say more than that status, as texts; None if only a number says anything."""
    if dial_status not in _STATUSES:
        return None
    return [str(number) for number in sorted(_SAYS_MORE.get(dial_status, ()))]


def number_of(word: str) -> int:
    """The number with which Asterisk hangs up for a cause; 16 for a word it has no number for."""
    return _NUMBERS.get(word, 16)


_NUMBERS = {word: number for number, word in _WORDS.items()} | {
    "SUBSCRIBER_ABSENT": 20,
    "ALLOTTED_TIMEOUT": 19,
    "DECLINE": 21,
    "ORIGINATOR_CANCEL": 127,
}
