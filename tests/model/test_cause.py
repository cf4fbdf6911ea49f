"""What a hang-up cause means, wherever it is said."""

from typing import get_args

import pytest

from ringpost.clock import stamp
from ringpost.model.call import Leg
from ringpost.model.cause import ANSWERED_ELSEWHERE, Meaning, meaning
from ringpost.model.notices import Notice
from ringpost.model.outcome import worked_out
from ringpost.services.happenings.call_events import advanced, begun
from ringpost.webhooks.writing import said_of
from tests.fakes import NOON
from tests.webhooks.receivers import HOME, call_event

LEG, CALL = (f"{one * 8}-0000-4000-8000-000000000000" for one in "bc")
CAUSES = (
    *sorted(ANSWERED_ELSEWHERE), "ORIGINATOR_CANCEL", "NO_ANSWER", "ALLOTTED_TIMEOUT", "NO_USER_RESPONSE",
    "RECOVERY_ON_TIMER_EXPIRE", "USER_BUSY", "CALL_REJECTED", "DECLINE", "INCOMING_CALL_BARRED", "OUTGOING_CALL_BARRED",
    "NORMAL_CLEARING", "UNALLOCATED_NUMBER", "", None,
)  # fmt: skip
DISPOSITIONS = {"caller_gave_up": "cancelled", "busy": "busy", "no_answer": "no_answer", "refused": "refused"}


def reason(cause: str | None) -> str:
    """Why a phone rings no more that rang alone and ended so."""
    about = {"domain_uuid": HOME, "leg_uuid": LEG, "source_uuid": CALL, "start_stamp": stamp(NOON), "extension": "101"}
    ringing = Notice(what="ringing", at=stamp(NOON), sequence=1, **about)
    ended = Notice(what="ended", at=stamp(NOON + 9), sequence=2, cause=cause or None, **about)
    call, _ = advanced(begun(ringing, "demo.example.net"), ringing)
    _, happened = advanced(call, ended)
    [why] = [one.more["reason"] for one in happened if one.type == "call.cancelled"]
    return why


def said(**members: object) -> dict[str, object]:
    return said_of(call_event(call_members=members), lambda _: None)


@pytest.mark.parametrize("cause", CAUSES)
def test_a_ringing_that_ends_and_a_call_that_nobody_took_say_the_same_of_a_cause(cause: str | None) -> None:
    assert reason(cause) == meaning(cause) or (meaning(cause) is None and reason(cause) == "failed")
    assert said(answer_stamp=None, hangup_cause=cause)["disposition"] == DISPOSITIONS.get(reason(cause), "failed")


def test_every_meaning_but_failing_has_a_cause() -> None:
    assert {meaning(cause) or "failed" for cause in CAUSES} == set(get_args(Meaning))


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("direction", ["inbound", "local", "outbound", None])
@pytest.mark.parametrize("answered", [stamp(NOON - 60), None])
@pytest.mark.parametrize("ended", [stamp(NOON), None])
def test_an_event_that_does_not_say_was_missed_if_its_record_was(
    cause: str | None, direction: str | None, answered: str | None, ended: str | None
) -> None:
    about = {"answer_stamp": answered, "end_stamp": ended, "direction": direction, "hangup_cause": cause}
    [leg] = worked_out([Leg(xml_cdr_uuid=LEG, leg="a", start_stamp=stamp(NOON - 64), **about)])
    assert said(**about)["missed"] == bool(leg.missed_call)
