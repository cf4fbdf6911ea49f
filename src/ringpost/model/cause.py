"""What a hang-up cause means for whoever was called, in FreeSWITCH's words, Q.850's and Asterisk's."""

from typing import Literal

Meaning = Literal["answered_elsewhere", "caller_gave_up", "no_answer", "busy", "refused", "hung_up", "failed"]

ANSWERED_ELSEWHERE = frozenset({"LOSE_RACE", "PICKED_OFF", "NON_SELECTED_USER_CLEARING", "ANSWERED_ELSEWHERE"})
"""Another phone took the call, and this one missed nothing."""
_MEANINGS: dict[str, Meaning] = {
    **dict.fromkeys(ANSWERED_ELSEWHERE, "answered_elsewhere"),
    "ORIGINATOR_CANCEL": "caller_gave_up",
    "NO_ANSWER": "no_answer",
    "ALLOTTED_TIMEOUT": "no_answer",
    "NO_USER_RESPONSE": "no_answer",
    "RECOVERY_ON_TIMER_EXPIRE": "no_answer",
    "USER_BUSY": "busy",
    "CALL_REJECTED": "refused",
    "DECLINE": "refused",
    "INCOMING_CALL_BARRED": "refused",
    "OUTGOING_CALL_BARRED": "refused",
    "NORMAL_CLEARING": "hung_up",
}


def meaning(cause: str | None) -> Meaning | None:
    """Why a call that rang rings no more, if its cause alone says it; None: it is none of these, or there is none."""
    return _MEANINGS.get(cause or "")
