"""Which party of a call that is up is meant."""

import pytest

from ringpost.model.live import LiveCall

CALLER, CALLED, OTHER = (f"{one * 8}-0000-4000-8000-000000000000" for one in "abc")


@pytest.mark.parametrize(
    ("legs", "meant"),
    [
        ([(CALLER, "101", "ringing"), (CALLED, "100", "ringing")], CALLED),
        ([(CALLER, None, "ringing"), (CALLED, "100", "ringing"), (OTHER, "101", "ringing")], CALLED),
        ([(CALLER, "101", "ringing")], CALLER),
        ([(CALLER, "101", "answered"), (CALLED, "100", "ringing")], CALLED),
        ([(CALLER, "101", "ringing"), (CALLED, None, "ringing")], CALLER),
        ([(CALLER, None, "answered"), (CALLED, "100", "answered")], CALLED),
    ],
)
def test_whoever_calls_is_not_whom_it_rings_at(legs: list[tuple[str, str | None, str]], meant: str) -> None:
    call = LiveCall.model_validate(
        {
            "call_uuid": CALLER,
            "domain_uuid": OTHER,
            "state": "ringing",
            "start_stamp": "2026-11-22T12:00:00.000Z",
            "legs": [
                {
                    "leg_uuid": uuid,
                    "extension": extension,
                    "number": extension,
                    "state": state,
                    "start_stamp": "2026-11-22T12:00:00.000Z",
                }
                for uuid, extension, state in legs
            ],
        }
    )
    assert call.ringing.leg_uuid == meant
