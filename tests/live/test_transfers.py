"""Attended transfers on a real switch: what is heard by whom at every step, what is told of it, and the one record.

Ann (130) talks with Bob (131), who is asked to put her through to Cid (136): by an action, or by his phone itself.
Each has a tone of its own; music on hold is anything else.
"""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.live.conftest import ABSENT, BUSY, ELSEWHERE, HERE, REFUSING, WILLING, Api, House, Link, Process
from tests.live.own_transfers import OwnTransfers
from tests.live.patience import eventually
from tests.live.phones import TONES, Phone
from tests.live.told import ToldEvents
from tests.live.under_test import IS_DIRECT_ASTERISK, LINK_DOES_ALL, NEEDS_A_LINK, NEEDS_PHONES, NEEDS_QUEUES
from tests.webhooks.receiving import Receiving

OUTSIDE = "12025550178"
CID, LATE = "136", "137"
"""Cid answers when he is told to; his second phone answers by itself."""
_QUEUES = itertools.count(10)
Call = dict[str, Any]


@dataclass
class Desk:
    """Three people, and what a CRM is told of them."""

    house: House
    told: ToldEvents
    ann: Phone
    bob: Phone
    cid: Phone
    late: Phone
    began: str

    @property
    def api(self) -> Api:
        return self.house.api

    def speak(self, who_called: str = "ann") -> Call:
        """Ann and Bob talk; whoever has called."""
        self.api.silence()
        caller, called = (self.ann, self.bob) if who_called == "ann" else (self.bob, self.ann)
        caller.dial(called.number)
        call = self.api.one_call()
        self.hear_each_other(self.ann, self.bob)
        return call

    def leg(self, call: Call, phone: Phone) -> str:
        return str(next(leg["leg_uuid"] for leg in call["legs"] if leg["extension"] == phone.number))

    def begin(self, call: Call, to: str, **members: Any) -> Call:
        """Bob asks somebody while Ann waits."""
        about = {"call_uuid": call["call_uuid"], "leg_uuid": self.leg(call, self.bob), "destination": to}
        return dict(self.api.do("transfer-create", **about, **members))

    def rings(self, phone: Phone) -> None:
        eventually(phone.is_in_a_call, f"{phone.number} rings")

    def answers(self, phone: Phone) -> None:
        self.rings(phone)
        phone.command("accept")

    def complete(self, transfer: Call, flow: str = "attended") -> None:
        done = self.api.do("transfer-complete", transfer_uuid=transfer["transfer_uuid"])
        assert (done["status"], done["flow"]) == ("completed", flow)

    def cancel(self, transfer: Call) -> None:
        assert self.api.do("transfer-cancel", transfer_uuid=transfer["transfer_uuid"])["status"] == "cancelled"

    def status(self, transfer: Call) -> Any:
        return self.api.do("transfer-details", transfer_uuid=transfer["transfer_uuid"])["status"]

    def comes_to(self, transfer: Call, status: str) -> None:
        try:
            eventually(lambda: self.status(transfer) == status, f"the transfer is {status}")
        except AssertionError as error:
            told = [(event["type"], event["data"].get("extension")) for event in self.told.all()]
            error.add_note(f"it is {self.status(transfer)}; told {told}; calls {self.api.calls()}")
            raise

    def hear_each_other(self, one: Phone, other: Phone) -> None:
        """Both hear the other and nothing else."""

        def hears(here: Phone, there: Phone) -> bool:
            heard = here.hears(0.6, of=there)
            return heard.tone >= 0.4 and heard.anything_else <= 0.2

        eventually(lambda: hears(one, other), f"{one.number} hears {other.number}")
        eventually(lambda: hears(other, one), f"{other.number} hears {one.number}")

    def waits(self, phone: Phone) -> None:
        """It hears music, and nobody."""
        others = [other for other in (self.ann, self.bob, self.cid, self.late) if other is not phone]
        eventually(lambda: phone.hears(1).anything_else >= 0.5, f"{phone.number} hears music", 20)
        assert all(phone.hears(0.4, of=other).tone == 0 for other in others), "and nobody"

    def hang_up(self, *phones: Phone) -> None:
        for phone in phones:
            phone.hang_up()

    def is_over(self, *phones: Phone) -> None:
        for phone in phones or (self.ann, self.bob, self.cid, self.late):
            eventually(lambda phone=phone: not phone.is_in_a_call(), f"{phone.number} is in no call")

    def transfer_events(self, *types: str) -> list[dict[str, Any]]:
        """What was told of the transfer, once the last of these was; it must be just these, each once."""

        def told() -> list[dict[str, Any]]:
            return [event for event in self.told.all() if event["type"].startswith("transfer.")]

        try:
            eventually(lambda: len(told()) >= len(types), f"{types}", 25)
        except AssertionError as error:
            error.add_note(str([event["type"] for event in told()]))
            raise
        assert [event["type"].removeprefix("transfer.") for event in told()] == list(types)
        return told()

    def one_record(self, call: Call, *extensions: str, beside: int = 0) -> Call:
        """The one record since the test began, with everybody who took part; and so many others."""
        self.api.silence()

        def records() -> list[Call]:
            return self.api.records(**{"from": self.began})

        def is_whole() -> bool:
            found = records()
            return len(found) == 1 + beside and any(set(extensions) <= set(one["extensions"]) for one in found)

        try:
            eventually(is_whole, f"one record, with {extensions}", 25)
        except AssertionError as error:
            error.add_note(str([(one["xml_cdr_uuid"], one["extensions"]) for one in records()]))
            raise
        [record] = (one for one in records() if one["xml_cdr_uuid"] == call["call_uuid"])
        assert set(extensions) <= set(record["extensions"])
        about = {"type": "call.ended", "call_uuid": call["call_uuid"]}
        eventually(lambda: self.told.events(**about), "that it has ended is told")
        since = self.began.removesuffix("Z")  # the end of a call of the test before may be told late
        ended = [one for one in self.told.events(type="call.ended") if one["data"]["call"]["start_stamp"] >= since]
        assert len(ended) == 1, "once, of one call"
        return record


@pytest.fixture(scope="module")
def colleagues(house: House) -> Iterator[tuple[Phone, Phone]]:
    """Cid, and a phone of his that answers at once."""
    for number in (CID, LATE):
        house.passwords[number] = house.api.do("extension-create", extension=number, call_timeout=8)["password"]
    with house.phone(CID, answers=False, tone=TONES[2]) as cid, house.phone(LATE, tone=TONES[3]) as late:
        yield cid, late
    for number in (CID, LATE):
        house.api.do("extension-delete", extension=number)


@pytest.fixture(scope="module")
def two(house: House) -> Iterator[tuple[Phone, Phone]]:
    """Ann and Bob, with a tone each."""
    for number in ("130", "131"):
        house.passwords[number] = house.api.do("extension-create", extension=number)["password"]
    with house.phone("130") as ann, house.phone("131", tone=TONES[1]) as bob:
        yield ann, bob
    for number in ("130", "131"):
        house.api.do("extension-delete", extension=number)


@pytest.fixture
def desk(house: House, two: tuple[Phone, Phone], colleagues: tuple[Phone, Phone], linked: Process) -> Iterator[Desk]:
    assert linked.is_running
    with Receiving() as receiving:
        made = house.api.do("webhook-create", url=f"{receiving.url}/hook", events=["call.#", "transfer.#"])
        told = ToldEvents(receiving, made["secret"])
        yield Desk(house, told, *two, *colleagues, now())
        house.switch.hush(house.domain_uuid)
        for phone in (*two, *colleagues):
            phone.falls_silent()
        house.api.do("webhook-delete", webhook_uuid=made["webhook_uuid"])


def now() -> str:
    time.sleep(1.1)  # a record of the test before begins in another second
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


WHO_CALLED = pytest.mark.parametrize("who_called", ["ann", "bob"])


# who asks puts through, or takes back


@WHO_CALLED
def test_ann_is_put_through_to_cid_who_was_asked(desk: Desk, who_called: str):
    call = desk.speak(who_called)
    transfer = desk.begin(call, CID)
    assert transfer["status"] in ("starting", "ringback")
    desk.waits(desk.ann)
    desk.answers(desk.cid)
    desk.comes_to(transfer, "answered")
    desk.hear_each_other(desk.bob, desk.cid)
    desk.waits(desk.ann)
    desk.complete(transfer)
    desk.hear_each_other(desk.ann, desk.cid)
    desk.is_over(desk.bob)
    assert len(desk.api.do("call-details", call_uuid=call["call_uuid"])["legs"]) == 2, "it goes by its first uuid still"
    desk.hang_up(desk.ann)
    desk.is_over()
    told = desk.transfer_events("created", "ringback", "answered", "completed")
    about = told[-1]["data"]["transfer"]
    assert (about["initiator_extension"], about["recipient_extension"]) == (desk.bob.number, CID)
    assert not about["by_phone"]
    desk.one_record(call, desk.ann.number, desk.bob.number, CID)


@WHO_CALLED
def test_ann_is_put_through_while_cid_rings(desk: Desk, who_called: str):
    call = desk.speak(who_called)
    transfer = desk.begin(call, CID)
    desk.comes_to(transfer, "ringback")
    desk.complete(transfer, "blind")
    desk.is_over(desk.bob)
    desk.answers(desk.cid)
    desk.hear_each_other(desk.ann, desk.cid)
    desk.hang_up(desk.cid)
    desk.is_over()
    desk.transfer_events("created", "ringback", "completed")
    desk.one_record(call, desk.ann.number, desk.bob.number, CID)


@WHO_CALLED
def test_bob_takes_ann_back_while_cid_rings(desk: Desk, who_called: str):
    call = desk.speak(who_called)
    transfer = desk.begin(call, CID)
    desk.comes_to(transfer, "ringback")
    desk.cancel(transfer)
    desk.hear_each_other(desk.ann, desk.bob)
    desk.is_over(desk.cid)
    desk.hang_up(desk.bob)
    desk.is_over()
    desk.transfer_events("created", "ringback", "cancelled")
    desk.one_record(call, desk.ann.number, desk.bob.number)


@WHO_CALLED
def test_bob_takes_ann_back_from_talking_with_cid(desk: Desk, who_called: str):
    call = desk.speak(who_called)
    transfer = desk.begin(call, LATE)
    desk.comes_to(transfer, "answered")
    desk.hear_each_other(desk.bob, desk.late)
    desk.cancel(transfer)
    desk.hear_each_other(desk.ann, desk.bob)
    desk.is_over(desk.late)
    desk.hang_up(desk.ann)
    desk.is_over()
    desk.transfer_events("created", "ringback", "answered", "cancelled")
    desk.one_record(call, desk.ann.number, desk.bob.number, LATE)


# whom it goes to does not answer


@WHO_CALLED
@pytest.mark.parametrize("to", [BUSY, REFUSING, ABSENT])
def test_bob_has_ann_back_when_who_was_asked_is_busy_declines_or_is_away(desk: Desk, to: str, who_called: str):
    desk.api.do("extension-update", extension=to, voicemail_enabled=False)
    try:
        call = desk.speak(who_called)
        transfer = desk.begin(call, to)
        desk.comes_to(transfer, "cancelled")
        desk.hear_each_other(desk.ann, desk.bob)
        assert len(desk.api.one_call()["legs"]) == 2
        desk.hang_up(desk.ann)
        desk.is_over()

        def told() -> list[str]:
            return [event["type"] for event in desk.told.all() if event["type"].startswith("transfer.")]

        eventually(lambda: told()[-1:] == ["transfer.cancelled"], "it is told to its end")
        assert told()[0] == "transfer.created"
        assert len(told()) == len(set(told()))
        desk.one_record(call, desk.ann.number, desk.bob.number)
    finally:
        desk.api.do("extension-update", extension=to, voicemail_enabled=True)


def test_bob_has_ann_back_when_nobody_answers(desk: Desk):
    desk.api.do("extension-update", extension=CID, call_timeout=3, voicemail_enabled=False)
    try:
        call = desk.speak()
        transfer = desk.begin(call, CID)
        desk.rings(desk.cid)
        desk.comes_to(transfer, "cancelled")
        desk.hear_each_other(desk.ann, desk.bob)
        desk.is_over(desk.cid)
        desk.hang_up(desk.bob)
        desk.transfer_events("created", "ringback", "cancelled")
        desk.one_record(call, desk.ann.number, desk.bob.number)
    finally:
        desk.api.do("extension-update", extension=CID, call_timeout=8, voicemail_enabled=True)


@WHO_CALLED
def test_bob_has_ann_back_when_cid_hangs_up(desk: Desk, who_called: str):
    call = desk.speak(who_called)
    transfer = desk.begin(call, LATE)
    desk.comes_to(transfer, "answered")
    desk.hear_each_other(desk.bob, desk.late)
    desk.hang_up(desk.late)
    desk.hear_each_other(desk.ann, desk.bob)
    desk.comes_to(transfer, "cancelled")
    desk.hang_up(desk.ann)
    desk.transfer_events("created", "ringback", "answered", "cancelled")
    desk.one_record(call, desk.ann.number, desk.bob.number, LATE)


# somebody hangs up


@WHO_CALLED
def test_bob_puts_through_by_hanging_up(desk: Desk, who_called: str):
    call = desk.speak(who_called)
    transfer = desk.begin(call, LATE)
    desk.comes_to(transfer, "answered")
    desk.hear_each_other(desk.bob, desk.late)
    desk.hang_up(desk.bob)
    desk.hear_each_other(desk.ann, desk.late)
    desk.comes_to(transfer, "completed")
    desk.hang_up(desk.late)
    desk.is_over()
    desk.transfer_events("created", "ringback", "answered", "completed")
    desk.one_record(call, desk.ann.number, desk.bob.number, LATE)


@WHO_CALLED
def test_bob_puts_through_by_hanging_up_while_cid_rings(desk: Desk, who_called: str):
    call = desk.speak(who_called)
    transfer = desk.begin(call, CID)
    desk.comes_to(transfer, "ringback")
    desk.hang_up(desk.bob)
    desk.comes_to(transfer, "completed")
    desk.answers(desk.cid)
    desk.hear_each_other(desk.ann, desk.cid)
    desk.hang_up(desk.ann)
    desk.is_over()
    desk.transfer_events("created", "ringback", "completed")
    desk.one_record(call, desk.ann.number, desk.bob.number, CID)


@WHO_CALLED
def test_ann_hangs_up_while_cid_rings(desk: Desk, who_called: str):
    call = desk.speak(who_called)
    transfer = desk.begin(call, CID)
    desk.comes_to(transfer, "ringback")
    desk.hang_up(desk.ann)
    desk.comes_to(transfer, "abandoned")
    desk.answers(desk.cid)
    desk.hear_each_other(desk.bob, desk.cid)
    assert desk.api.ask("transfer-complete", transfer_uuid=transfer["transfer_uuid"]).status == 409
    desk.hang_up(desk.cid)
    desk.is_over()
    desk.transfer_events("created", "ringback", "abandoned")
    desk.one_record(call, desk.ann.number, desk.bob.number, CID)


@WHO_CALLED
def test_ann_hangs_up_while_bob_talks_with_cid(desk: Desk, who_called: str):
    call = desk.speak(who_called)
    transfer = desk.begin(call, LATE)
    desk.comes_to(transfer, "answered")
    desk.hang_up(desk.ann)
    desk.comes_to(transfer, "abandoned")
    desk.hear_each_other(desk.bob, desk.late)
    desk.hang_up(desk.bob)
    desk.is_over()
    desk.transfer_events("created", "ringback", "answered", "abandoned")
    desk.one_record(call, desk.ann.number, desk.bob.number, LATE)


# whom it may go to


def test_a_ring_group_is_asked(desk: Desk):
    members = [{"number": BUSY, "timeout": 3}, {"number": LATE, "timeout": 10}]
    for strategy in ("simultaneous", "enterprise", "sequence"):
        made = desk.api.do("ringgroup-create", name=f"asked {strategy}", extension="640", strategy=strategy,
                           destinations=members)  # fmt: skip
        try:
            call = desk.speak()
            transfer = desk.begin(call, "640")
            desk.comes_to(transfer, "answered")
            desk.hear_each_other(desk.bob, desk.late)
            desk.waits(desk.ann)
            desk.complete(transfer)
            desk.hear_each_other(desk.ann, desk.late)
            desk.hang_up(desk.ann)
            desk.is_over()
        finally:
            desk.api.do("ringgroup-delete", ring_group_uuid=made["ring_group_uuid"])


@NEEDS_QUEUES
def test_a_queue_is_asked(desk: Desk):
    number = f"76{next(_QUEUES)}"
    desk.api.do("agent-create", number="7601", firstname="Cid")
    desk.api.do("queue-create", name="asked", extension=number, members=[{"agent": "7601"}], ring_seconds=10)
    try:
        desk.api.do("agent-login", agent="7601", extension=LATE)
        call = desk.speak()
        transfer = desk.begin(call, number)
        desk.comes_to(transfer, "answered")
        desk.hear_each_other(desk.bob, desk.late)
        desk.complete(transfer)
        desk.hear_each_other(desk.ann, desk.late)
        desk.hang_up(desk.ann)
        desk.is_over()
        desk.one_record(call, desk.ann.number, desk.bob.number, LATE)

        call = desk.speak()
        transfer = desk.begin(call, number)
        desk.comes_to(transfer, "answered")
        desk.hang_up(desk.late)
        desk.hear_each_other(desk.ann, desk.bob)
        desk.hang_up(desk.ann)
        desk.is_over()
    finally:
        desk.api.do("queue-delete", queue="asked")
        desk.api.do("agent-logout", agent="7601")
        desk.api.do("agent-delete", agent="7601")


def test_somebody_outside_is_asked(desk: Desk):
    call = desk.speak()
    transfer = desk.begin(call, OUTSIDE)
    desk.comes_to(transfer, "answered")
    assert desk.house.provider.invited(OUTSIDE)
    desk.waits(desk.ann)
    desk.complete(transfer)
    desk.is_over(desk.bob)
    numbers = {desk.ann.number, OUTSIDE}
    eventually(
        lambda: [{leg["number"] for leg in one["legs"]} for one in desk.api.calls()] == [numbers], "Ann talks outside"
    )
    desk.hang_up(desk.ann)
    desk.is_over()
    desk.transfer_events("created", "ringback", "answered", "completed")
    desk.one_record(call, desk.ann.number, desk.bob.number)


def test_a_forward_is_followed(desk: Desk):
    desk.api.do("extension-forward-set", extension=CID, unconditional={"enabled": True, "destination": LATE})
    try:
        call = desk.speak()
        transfer = desk.begin(call, CID)
        desk.comes_to(transfer, "answered")
        desk.hear_each_other(desk.bob, desk.late)
        desk.complete(transfer)
        desk.hear_each_other(desk.ann, desk.late)
        desk.hang_up(desk.ann)
        desk.is_over()
        desk.transfer_events("created", "ringback", "answered", "completed")
        desk.one_record(call, desk.ann.number, desk.bob.number, LATE)
    finally:
        desk.api.do("extension-forward-set", extension=CID, unconditional={"enabled": False})


def test_bob_asks_one_after_the_other_and_the_same_one_again(desk: Desk):
    desk.api.do("extension-update", extension=BUSY, voicemail_enabled=False)
    try:
        call = desk.speak()
        for to in (BUSY, LATE, LATE):
            transfer = desk.begin(call, to)
            if to == LATE:
                desk.comes_to(transfer, "answered")
                desk.hear_each_other(desk.bob, desk.late)
                desk.hang_up(desk.late)
            desk.comes_to(transfer, "cancelled")
            desk.hear_each_other(desk.ann, desk.bob)
        transfer = desk.begin(call, LATE)
        desk.comes_to(transfer, "answered")
        desk.complete(transfer)
        desk.hear_each_other(desk.ann, desk.late)
        desk.hang_up(desk.ann)
        desk.is_over()
        desk.one_record(call, desk.ann.number, desk.bob.number, LATE)
    finally:
        desk.api.do("extension-update", extension=BUSY, voicemail_enabled=True)


def test_what_makes_no_sense_is_refused_and_nobody_notices(desk: Desk):
    call = desk.speak()
    about = {"call_uuid": call["call_uuid"], "leg_uuid": desk.leg(call, desk.bob)}
    for to in (desk.bob.number, desk.ann.number, "199", "911", "18005550100"):
        assert desk.api.ask("transfer-create", destination=to, **about).status == 422, to
    assert desk.api[ELSEWHERE].ask("transfer-create", destination="100", **about).status == 404
    desk.hear_each_other(desk.ann, desk.bob)
    transfer = desk.begin(call, CID)
    told = desk.api.ask("transfer-create", destination=LATE, **about)
    assert (told.status, told.body["transfer_uuid"]) == (409, transfer["transfer_uuid"])
    assert desk.api[ELSEWHERE].ask("transfer-complete", transfer_uuid=transfer["transfer_uuid"]).status == 404
    desk.cancel(transfer)
    assert desk.api.ask("transfer-cancel", transfer_uuid=transfer["transfer_uuid"]).status == 409
    desk.hear_each_other(desk.ann, desk.bob)


# the link is away meanwhile


@NEEDS_A_LINK
@pytest.mark.skipif(LINK_DOES_ALL, reason="nothing reaches the switch without it")
@pytest.mark.parametrize("end", ["completed", "cancelled"])
def test_what_has_become_of_a_transfer_while_the_link_was_away_is_told_once(desk: Desk, linking: Link, end: str):
    call = desk.speak()
    transfer = desk.begin(call, LATE)
    desk.comes_to(transfer, "answered")
    desk.hear_each_other(desk.bob, desk.late)
    linking.stop()
    (desk.complete if end == "completed" else desk.cancel)(transfer)
    desk.hear_each_other(desk.ann, desk.late if end == "completed" else desk.bob)
    linking.goes_on()
    desk.transfer_events("created", "ringback", "answered", end)
    desk.hang_up(desk.ann)
    desk.is_over()
    desk.transfer_events("created", "ringback", "answered", end)
    desk.one_record(call, desk.ann.number, desk.bob.number, LATE)


@NEEDS_A_LINK
@pytest.mark.skipif(LINK_DOES_ALL, reason="nothing reaches the switch without it")
def test_a_transfer_that_was_begun_while_the_link_was_away_goes_on(desk: Desk, linking: Link):
    call = desk.speak()
    linking.stop()
    transfer = desk.begin(call, LATE)
    desk.hear_each_other(desk.bob, desk.late)
    desk.waits(desk.ann)
    linking.goes_on()
    desk.comes_to(transfer, "answered")
    desk.complete(transfer)
    desk.hear_each_other(desk.ann, desk.late)
    desk.hang_up(desk.late)
    desk.is_over()
    desk.transfer_events("created", "ringback", "answered", "completed")
    desk.one_record(call, desk.ann.number, desk.bob.number, LATE)


# the phone does it itself


@pytest.fixture
def own(desk: Desk) -> Iterator[OwnTransfers]:
    with OwnTransfers(WILLING, HERE, desk.house.passwords[WILLING], desk.house.sip) as phone:
        yield phone


_OF_THE_SECOND_CALL = 1 if IS_DIRECT_ASTERISK else 0
"""Records: of a phone that has two calls each may have its own."""


def _ends_with_one_record(desk: Desk, one: Phone, other: Phone, call: Call, *, beside: int = 0) -> None:
    desk.hear_each_other(one, other)
    desk.hang_up(one)
    desk.is_over()
    [done] = desk.transfer_events("completed")
    assert done["data"]["transfer"]["by_phone"]
    desk.one_record(call, one.number, other.number, WILLING, beside=beside)


@NEEDS_PHONES
def test_a_phone_puts_through_unasked(desk: Desk, own: OwnTransfers):
    dialog = own.speaks(desk.ann.number)
    call = desk.api.one_call()
    own.puts_through(dialog, LATE)
    _ends_with_one_record(desk, desk.ann, desk.late, call)


@NEEDS_PHONES
def test_a_phone_puts_through_to_whom_it_has_asked(desk: Desk, own: OwnTransfers):
    dialog = own.speaks(desk.ann.number)
    call = desk.api.one_call()
    asked = own.speaks(LATE)
    own.puts_through(dialog, to=asked)
    _ends_with_one_record(desk, desk.ann, desk.late, call, beside=_OF_THE_SECOND_CALL)


@NEEDS_PHONES
def test_a_phone_puts_through_to_whom_it_rings(desk: Desk, own: OwnTransfers):
    dialog = own.speaks(desk.ann.number)
    call = desk.api.one_call()
    asked = own.calls(CID)
    desk.rings(desk.cid)
    eventually(lambda: asked.remote, "and its own phone knows")
    own.puts_through(dialog, to=asked)
    time.sleep(1)  # it is the switch that rings Cid now
    desk.cid.command("accept")
    _ends_with_one_record(desk, desk.ann, desk.cid, call, beside=_OF_THE_SECOND_CALL)


@NEEDS_PHONES
def test_the_phone_of_who_was_called_puts_through(desk: Desk):
    call = desk.speak("ann")
    desk.bob.command("transfer", f"sip:{LATE}@{HERE}")
    desk.hear_each_other(desk.ann, desk.late)
    desk.is_over(desk.bob)
    desk.hang_up(desk.ann)
    desk.is_over()
    [done] = desk.transfer_events("completed")
    assert done["data"]["transfer"]["by_phone"]
    desk.one_record(call, desk.ann.number, desk.bob.number, LATE)
