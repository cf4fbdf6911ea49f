"""Rooms, lots and transfers of a real Asterisk 22.10.1: what its events are heard as, and told as."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ringpost.model.notices import Notice
from ringpost.switch.asterisk.ami import Message
from ringpost.switch.asterisk.events import Events
from tests.actions.events.test_switch_event import events as events_told
from tests.harness import Caller, House
from tests.switch.asterisk.captured import BEGAN, DOMAIN, events, listed
from tests.switch.asterisk.test_events import about, called, marked, replayed
from tests.switch.asterisk.test_stories import _pbx2, calls, happened, link, recorded, told

__all__ = ["_pbx2", "link"]  # fixtures

LOT = "70707070-7070-4070-8070-707070707070"
HEARD = {
    "consult-put-through": """
        consults 101 for 100 to 105
        put_through 100 with 105 by 101
    """,
    "consult-member-of-a-group": """
        consults 101 for 100 to 134
        put_through 100 with 105 by 101
    """,
    "consult-busy": """
        consults 101 for 100 to 105
        taken_back 101 for 100
    """,
    "consult-taken-back": """
        consults 101 for 100 to 105
        taken_back 101 for 100
    """,
    "consult-given-up-ringing": """
        consults 101 for 100 to 105
        sent 100 to 105
    """,
    "refer-attended-ringing": """
        sent 100 by 101 to 105
    """,
    "room": """
        room_joined 100 880
        room_joined 101 880
        room_muted 101 880
        room_unmuted 101 880
        room_left 101 880
        room_left 100 880
    """,
    "lot-taken": """
        parked 100 0702
        unparked 100 with 103
    """,
    "lot-timed-out": """
        parked 100 0701
        unparked 100 timed out
        sent 100 to 101
    """,
}
TOLD = {
    "consult-put-through": "ringback answered completed",
    "consult-member-of-a-group": "ringback answered completed",
    "consult-busy": "cancelled",
    "consult-taken-back": "ringback answered cancelled",
    "consult-given-up-ringing": "ringback completed",
    "refer-attended-ringing": "completed",
}
_SAID = (
    "consults", "put_through", "taken_back", "sent", "parked", "unparked", "room_joined", "room_left", "room_muted",
    "room_unmuted",
)  # fmt: skip


def in_words(one: Notice, extensions: Mapping[str, str | None]) -> str:
    by_whom = {"consults": "for", "taken_back": "for"}.get(one.what, "by")
    return " ".join(
        filter(
            None,
            (
                one.what,
                one.extension,
                one.taken_by and f"with {extensions[one.taken_by]}",
                one.other_uuid and f"{by_whom} {extensions[one.other_uuid]}",
                f"to {one.sent_to}" if one.sent_to and one.what != "put_through" else None,
                one.slot,
                "timed out" if one.timed_out else None,
                one.room,
            ),
        )
    )


@pytest.mark.parametrize("scenario", HEARD)
def test_what_happens_is_heard_once(scenario: str) -> None:
    notices = replayed(events(scenario)).notices
    extensions = {one.leg_uuid: one.extension for one in notices}
    heard = [in_words(one, extensions) for one in notices if one.what in _SAID]
    assert heard == [line.strip() for line in HEARD[scenario].strip().splitlines()]


def test_a_lot_that_was_given_is_told_with_its_slot() -> None:
    [parked] = [one for one in replayed(events("lot-taken")).notices if one.what == "parked"]
    assert (parked.slot, parked.parkinglot_uuid) == ("0702", LOT)


def test_what_a_room_is_recorded_into_is_told_once_it_is_finished() -> None:
    came = replayed(events("room"))
    [recorded] = came.recorded
    assert recorded.path == f"example.net/{recorded.file.file_name}"
    assert recorded.file.leg_uuid == came.notices[0].leg_uuid


@pytest.mark.parametrize("scenario", TOLD)
def test_a_transfer_is_told_as_it_was(house: House, operator: Caller, link: Caller, scenario: str) -> None:
    notices, records = happened(scenario, house)
    told(link, notices)
    found: list[dict[str, Any]] = events_told(house, operator, types=["transfer.*"])
    assert [event["type"].removeprefix("transfer.") for event in found] == TOLD[scenario].split()
    recorded(link, records)
    recorded(link, records[::-1])
    [call] = calls(operator)
    assert {"100", "101"} <= set(call["extensions"]), "one record, whoever was in it"


# after a break


def there(*rows: Message, in_rooms: Sequence[Message] = (), known: Mapping[str, str] | None = None) -> list[Notice]:
    memory = Events("pbx2")
    return memory.there(rows, [], lambda channel: channel.start, known or {}, BEGAN + 2000, in_rooms=in_rooms)


def test_who_is_in_a_room_is_told_after_a_break_and_who_is_in_none() -> None:
    rows = listed("room", "ConfbridgeList")
    muted, *_ = (called(row, "ConfbridgeList", Muted="Yes") for row in rows)
    told = there(*rows, in_rooms=[muted, *rows[1:]])
    assert [(one.what, one.extension, one.room) for one in told if one.room] == [
        ("room_joined", "100", "880"),
        ("room_muted", "100", "880"),
        ("room_joined", "101", "880"),
    ]
    left = there(*rows, known={one.leg_uuid: DOMAIN for one in told})
    assert {one.what for one in left if one.leg_uuid == told[0].leg_uuid} >= {"room_left", "unparked"}


def test_how_far_a_transfer_has_come_is_told_after_a_break() -> None:
    ann, bob, cid = (
        about("CoreShowChannel", f"PJSIP/{number}@example.net-0000000{number[-1]}", f"pbx2-1795761000.{number}")
        for number in ("100", "101", "105")
    )
    mark = "eeeeeeee-0000-4000-8000-000000000001:105:pbx2-1795761000.100:pbx2-1795761000.101"
    for rows, what, whose in (
        ([ann, marked(bob, RP_CONSULTS=mark)], "consults", "101"),
        ([ann, marked(bob, RP_TAKEN_BACK=mark)], "taken_back", "101"),
        ([ann, marked(cid, RP_THROUGH=mark)], "put_through", "100"),
    ):
        [told] = [one for one in there(*rows) if one.transfer_uuid]
        assert (told.what, told.extension) == (what, whose)
    assert told.taken_by == next(one.leg_uuid for one in there(cid))
    assert not [one for one in there(ann, marked(bob, RP_CONSULTS="x:y")) if one.what == "consults"]
    stranger = Message(tuple((name, value.replace(DOMAIN, DOMAIN[::-1])) for name, value in cid.members))
    assert not [one for one in there(ann, marked(stranger, RP_THROUGH=mark)) if one.what == "put_through"]


def test_after_a_break_who_is_asked_is_told_of_after_that_somebody_asks() -> None:
    first, second, third = (f"pbx2-1795761000.{number}" for number in (100, 101, 105))
    mark = f"eeeeeeee-0000-4000-8000-000000000001:105:{first}:{second}"
    ann = about("CoreShowChannel", "PJSIP/100@example.net-00000000", first)
    dials = {"Application": "Dial", "ApplicationData": "PJSIP/105@example.net"}
    bob = about("CoreShowChannel", "PJSIP/101@example.net-00000001", second, first, **dials)
    cid = about("CoreShowChannel", "PJSIP/105@example.net-00000005", third, first)
    told = [(one.extension, one.what) for one in there(cid, marked(bob, RP_CONSULTS=mark), ann)]
    asks = told.index(("101", "consults"))
    assert told.index(("100", "made")) < asks < told.index(("105", "made")), told
