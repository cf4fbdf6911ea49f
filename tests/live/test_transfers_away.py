"""Attended transfers go on though Ringpost, or the link, is away between two steps; and what became of them is told.

A switch that is killed and started anew has lost them, and that is told, too.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from tests.live.conftest import HERE, Api, House, Link, Serving
from tests.live.patience import eventually
from tests.live.phones import RINGING, Answering, registers
from tests.live.test_standing import NOBODY_ASKED, away, elsewhere, standing_in
from tests.live.test_transfers import CID, LATE, WHO_CALLED, Desk, colleagues, desk, now, two
from tests.live.under_test import LINK_DOES_ALL

__all__ = ["colleagues", "desk", "two"]  # fixtures

_PATIENT = "138"
_GONE = (r"func_curl\.c: (?:Failed|Recv failure)", "nobody answers while the link is away")


@pytest.mark.expects_complaint(
    r"mod_json_cdr\.c:\d+ Got error|func_curl\.c: (?:Failed|Recv failure)", "it is told that Ringpost is away"
)
def test_bob_puts_through_while_ringpost_is_away(desk: Desk, serving: Serving):
    call = desk.speak()
    transfer = desk.begin(call, LATE)
    desk.comes_to(transfer, "answered")
    desk.hear_each_other(desk.bob, desk.late)
    with away(serving):
        desk.hang_up(desk.bob)
        desk.hear_each_other(desk.ann, desk.late)
    desk.api.reaches_the_switch()
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
    desk.api.reaches_the_switch()
    end = "completed" if hangs_up == "bob" else "cancelled"
    desk.comes_to(transfer, end)
    desk.hang_up(desk.ann)
    desk.is_over()
    desk.transfer_events("created", "ringback", "answered", end)


@contextmanager
def _stood_in_for(desk: Desk, serving: Serving, linking: Link, folder: Path) -> Iterator[Desk]:
    """The desk, beside a switch that is answered by its link while Ringpost is away."""
    if not LINK_DOES_ALL:
        linking.stop()  # the other one tells
    with elsewhere(desk.house, serving), standing_in(serving, folder):
        api = Api(serving.url, desk.api.token, has_all=serving.has_all_records)
        there = replace(desk, house=replace(desk.house, api=api))
        try:
            yield there
        finally:
            there.api.reaches_the_switch()


@pytest.mark.expects_complaint(*NOBODY_ASKED)
@WHO_CALLED
def test_bob_gives_up_while_cid_rings_and_ringpost_is_away(
    desk: Desk, serving: Serving, linking: Link, tmp_path: Path, who_called: str
):
    """Cid is rung anew for Ann: the link has heard how, for it was so a while ago."""
    with _stood_in_for(desk, serving, linking, tmp_path) as there:
        _cid_is_rung_for_ann(there, who_called, nullcontext())
        _cid_is_rung_for_ann(there, who_called, away(serving))
        there.transfer_events(*("created", "ringback", "completed") * 2)


def _cid_is_rung_for_ann(desk: Desk, who_called: str, meanwhile: AbstractContextManager[None]) -> None:
    desk = replace(desk, began=now())
    call = desk.speak(who_called)
    transfer = desk.begin(call, CID)
    desk.comes_to(transfer, "ringback")
    desk.rings(desk.cid)
    with meanwhile:
        rang = desk.cid.said().count("Incoming call")
        desk.hang_up(desk.bob)
        eventually(lambda: desk.cid.said().count("Incoming call") > rang, "Cid is rung anew", 20)
        desk.answers(desk.cid)
        desk.hear_each_other(desk.ann, desk.cid)
    desk.api.reaches_the_switch()
    desk.comes_to(transfer, "completed")
    desk.hear_each_other(desk.ann, desk.cid)
    desk.hang_up(desk.ann)
    desk.is_over()
    desk.one_record(call, desk.ann.number, desk.bob.number, CID)


@pytest.fixture
def patient(house: House) -> Iterator[str]:
    """An extension to which nobody was sent on before, with a phone that rings."""
    password = house.api.do("extension-create", extension=_PATIENT, call_timeout=30)["password"]
    with Answering(RINGING) as phone:
        assert registers(_PATIENT, HERE, password, house.sip, phone.port)
        yield _PATIENT
    house.api.do("extension-delete", extension=_PATIENT)


@pytest.mark.expects_complaint(*NOBODY_ASKED)
def test_who_waits_is_hung_up_if_no_link_knows_how_to_ring_for_him(
    desk: Desk, serving: Serving, linking: Link, tmp_path: Path, patient: str
):
    with _stood_in_for(desk, serving, linking, tmp_path) as there:
        call = there.speak()
        transfer = there.begin(call, patient)
        there.comes_to(transfer, "ringback")
        with away(serving):
            there.hang_up(there.bob)
            there.is_over()
        there.api.reaches_the_switch()
        there.comes_to(transfer, "completed")
        there.transfer_events("created", "ringback", "completed")
        there.one_record(call, there.ann.number, there.bob.number)


@pytest.mark.expects_complaint(r".", "it is killed")
@pytest.mark.parametrize("status", ["ringback", "answered"])
@WHO_CALLED
def test_a_switch_that_is_started_anew_between_two_steps_has_lost_the_call(desk: Desk, who_called: str, status: str):
    call = desk.speak(who_called)
    transfer = desk.begin(call, CID if status == "ringback" else LATE)
    desk.comes_to(transfer, status)
    desk.house.switch.kill()
    for phone in (desk.ann, desk.bob, desk.cid, desk.late):
        phone.falls_silent()
    desk.api.reaches_the_switch()
    for action in ("transfer-complete", "transfer-cancel"):
        assert desk.api.ask(action, transfer_uuid=transfer["transfer_uuid"]).status == 409, action
    desk.comes_to(transfer, "abandoned")
    desk.transfer_events("created", *("ringback", "answered")[: 1 + (status == "answered")], "abandoned")
    desk.one_record(call, desk.ann.number, desk.bob.number)
    for number in desk.house.always:
        assert desk.house.registers(number), f"{number} registers again"
    _phones_are_there(desk)
    again = desk.speak(who_called)
    transfer = desk.begin(again, LATE)
    desk.comes_to(transfer, "answered")
    desk.complete(transfer)
    desk.hear_each_other(desk.ann, desk.late)


def _phones_are_there(desk: Desk) -> None:
    """A phone that is not remembered registers again within a minute."""
    wanted = {phone.number for phone in (desk.ann, desk.bob, desk.late)}

    def there() -> bool:
        return wanted <= {one["extension"] for one in desk.api.do("registration-list")["items"]}

    eventually(there, "they are there again", 90)
