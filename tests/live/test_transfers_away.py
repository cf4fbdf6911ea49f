"""Attended transfers go on though Ringpost, or the link, is away between two steps; and what became of them is told."""

import pytest

from tests.live.conftest import Link, Serving
from tests.live.patience import eventually
from tests.live.test_standing import away
from tests.live.test_transfers import LATE, Desk, colleagues, desk, two

__all__ = ["colleagues", "desk", "two"]  # fixtures

_GONE = (r"func_curl\.c: Failed to connect", "nobody answers while the link is away")


def _is_reached(desk: Desk) -> None:
    """A link that was away, or had nobody to tell, is there again a while later."""
    status = {"switch": "live"}
    eventually(lambda: desk.api.operate("switch-status", **status).body.get("reachable"), "the switch is reached", 90)


@pytest.mark.expects_complaint(r"mod_json_cdr\.c:\d+ Got error", "it hands in a record while Ringpost is away")
def test_bob_puts_through_while_ringpost_is_away(desk: Desk, serving: Serving):
    call = desk.speak()
    transfer = desk.begin(call, LATE)
    desk.comes_to(transfer, "answered")
    desk.hear_each_other(desk.bob, desk.late)
    with away(serving):
        desk.hang_up(desk.bob)
        desk.hear_each_other(desk.ann, desk.late)
    _is_reached(desk)
    desk.comes_to(transfer, "completed")
    desk.hang_up(desk.ann)
    desk.is_over()
    desk.transfer_events("created", "ringback", "answered", "completed")
    desk.one_record(call, desk.ann.number, desk.bob.number, LATE)


@pytest.mark.expects_complaint(*_GONE)
@pytest.mark.parametrize("hangs_up", ["bob", "late"])
def test_what_phones_do_while_the_link_is_away_is_told_once_it_is_back(desk: Desk, linking: Link, hangs_up: str):
    call = desk.speak()
    transfer = desk.begin(call, LATE)
    desk.comes_to(transfer, "answered")
    desk.hear_each_other(desk.bob, desk.late)
    linking.stop()
    desk.hang_up(desk.bob if hangs_up == "bob" else desk.late)
    desk.hear_each_other(desk.ann, desk.late if hangs_up == "bob" else desk.bob)
    linking.goes_on()
    _is_reached(desk)
    end = "completed" if hangs_up == "bob" else "cancelled"
    desk.comes_to(transfer, end)
    desk.hang_up(desk.ann)
    desk.is_over()
    desk.transfer_events("created", "ringback", "answered", end)
