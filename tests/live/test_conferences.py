"""Conference rooms on a real switch: who hears whom, who is let in, and what is told of it, each thing once."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.live.conftest import ELSEWHERE, WILLING, Api, House, Process
from tests.live.patience import eventually
from tests.live.phones import Ear, Phone
from tests.live.told import ToldEvents
from tests.live.tones import Toned, who_hears_whom
from tests.live.under_test import IS_SANDBOX
from tests.webhooks.receiving import Receiving

_ROOMS = itertools.count(880)
_TEN = tuple(f"14{digit}" for digit in range(10))
PIN, MODERATOR = "4711", "4712"


@dataclass
class Meeting:
    """Ten people with a tone each, and what a CRM is told of the rooms they meet in."""

    house: House
    told: ToldEvents
    ten: Sequence[Toned]
    rooms: list[str]

    @property
    def api(self) -> Api:
        return self.house.api

    def room(self, **settings: Any) -> str:
        """A new room, in which nothing is said by itself unless that is wanted."""
        number = str(next(_ROOMS))
        self.api.do("conference-create", name=f"room {number}", extension=number, **{"announce": False, **settings})
        self.rooms.append(number)
        return number

    def inside(self, room: str, api: Api | None = None) -> dict[str, dict[str, Any]]:
        """Who is there, by extension or number."""
        items = (api or self.api).do("conference-participant-list", conference=room)["items"]
        return {one["extension"] or one["number"]: one for one in items}

    def meets(self, room: str, *numbers: str) -> dict[str, dict[str, Any]]:
        """The room once just these are in it."""
        return eventually(
            lambda: found if set(found := self.inside(room)) == set(numbers) else None, f"{numbers} are in {room}", 25
        )

    def enter(self, room: str, *phones: Toned) -> dict[str, dict[str, Any]]:
        """These, and nobody else yet, come into a room."""
        for phone in phones:
            phone.speaks(room)
        return self.meets(room, *(phone.number for phone in phones))

    def change(self, room: str, what: str, one: dict[str, Any], **members: Any) -> None:
        self.api.do(f"conference-participant-{what}", conference=room, leg_uuid=one["leg_uuid"], **members)

    def hear(self, phones: Sequence[Toned], expected: dict[str, set[str]]) -> None:
        """Each comes to hear just these."""
        last: dict[str, set[str]] = {}

        def do() -> bool:
            last.update(who_hears_whom(phones))
            return last == expected

        try:
            eventually(do, "they hear whom they should", 20)
        except AssertionError as error:
            error.add_note(f"heard {last}, not {expected}")
            raise

    def leave(self, *phones: Toned) -> None:
        for phone in phones:
            phone.hangs_up_all()

    def events(self, room: str) -> list[tuple[str, str]]:
        """What was told of a room: what, and of whom."""
        told = (event for event in self.told.all() if event["type"].startswith("conference."))
        about = [(event["type"].removeprefix("conference."), event["data"]) for event in told]
        return [(what, data.get("extension") or data.get("number") or "") for what, data in about if _of(data, room)]

    def is_told(self, room: str, *expected: tuple[str, str]) -> None:
        """Just these, in any order, each once."""
        try:
            eventually(lambda: len(self.events(room)) >= len(expected), f"{expected}", 25)
        finally:
            found = Counter(self.events(room))
        assert found == Counter(expected)


def _of(data: dict[str, Any], room: str) -> bool:
    return bool(data.get("room") == room)


@pytest.fixture(scope="module")
def ten(house: House) -> Iterator[list[Toned]]:
    with ExitStack() as stack:
        phones = []
        for place, number in enumerate(_TEN):
            password = house.api.do("extension-create", extension=number)["password"]
            phones.append(stack.enter_context(house.toned(number, password, place)))
        yield phones
    for number in _TEN:
        house.api.do("extension-delete", extension=number)


@pytest.fixture
def meeting(house: House, ten: list[Toned], linked: Process) -> Iterator[Meeting]:
    assert linked.is_running
    with Receiving() as receiving:
        made = house.api.do("webhook-create", url=f"{receiving.url}/hook", events=["conference.#", "recording.#"])
        meeting = Meeting(house, ToldEvents(receiving, made["secret"]), ten, [])
        yield meeting
        for phone in ten:
            phone.hangs_up_all()
        house.switch.hush(house.domain_uuid)
        for room in meeting.rooms:
            house.api.do("conference-delete", conference=room)
        house.api.do("webhook-delete", webhook_uuid=made["webhook_uuid"])


def _all_but(phones: Sequence[Toned], *missing: Toned) -> dict[str, set[str]]:
    """Whom each hears if all hear all but these."""
    return {one.number: {other.number for other in phones if other not in (one, *missing)} for one in phones}


def test_ten_meet_and_each_of_them_can_be_muted_made_deaf_and_thrown_out(meeting: Meeting, phones: tuple[Phone, Phone]):
    ten, guest = meeting.ten, phones[1]
    room = meeting.room()
    inside = meeting.enter(room, *ten)
    assert [one["moderator"] or one["muted"] or one["deaf"] for one in inside.values()] == [False] * 10
    assert all(one["since"] for one in inside.values())
    meeting.hear(ten, _all_but(ten))

    quiet, deaf, *_, last = ten
    for _ in range(2):  # twice is as good as once
        meeting.change(room, "mute", inside[quiet.number])
    assert meeting.inside(room)[quiet.number]["muted"]
    meeting.hear(ten, _all_but(ten, quiet))
    meeting.change(room, "deaf", inside[deaf.number])
    assert meeting.inside(room)[deaf.number]["deaf"]
    meeting.hear(ten, {**_all_but(ten, quiet), deaf.number: set()})
    meeting.change(room, "unmute", inside[quiet.number])
    meeting.change(room, "deaf", inside[deaf.number], deaf=False)
    meeting.hear(ten, _all_but(ten))

    assert meeting.api.do("conference-lock", conference=room)["locked"]
    phones[0].dial(room)
    eventually(phones[0].is_in_a_call, "who comes is answered")
    eventually(lambda: not phones[0].is_in_a_call(), "and turned away", 20)
    assert len(meeting.inside(room)) == 10
    meeting.api.do("conference-unlock", conference=room)

    meeting.change(room, "kick", inside[last.number])
    eventually(lambda: not last.dialogs(), "who is thrown out is hung up")
    stay = ten[:-1]
    meeting.meets(room, *(one.number for one in stay))
    gone = meeting.api.ask("conference-participant-kick", conference=room, leg_uuid=inside[last.number]["leg_uuid"])
    assert gone.status == 404
    meeting.hear(stay, _all_but(stay))

    meeting.api.do("conference-participant-invite", conference=room, destination=guest.number)
    meeting.meets(room, guest.number, *(one.number for one in stay))
    guest.hang_up()
    meeting.leave(*stay)
    eventually(lambda: not meeting.inside(room), "nobody is there")
    everybody = [*(one.number for one in ten), guest.number]
    meeting.is_told(
        room,
        *((what, number) for what in ("joined", "left") for number in everybody),
        *((what, quiet.number) for what in ("muted", "unmuted")),
        *((what, deaf.number) for what in ("deafened", "undeafened")),
        ("locked", ""),
        ("unlocked", ""),
    )


def test_a_pin_is_asked_and_a_moderators_is_another(meeting: Meeting, phones: tuple[Phone, Phone]):
    one, other = phones
    room = meeting.room(pin=PIN, moderator_pin=MODERATOR)
    one.dial(room)
    eventually(lambda: one.heard().anything_else > 0.5, "it is asked")
    one.press("1234#")
    end = one.heard().anything_else + 1.5
    eventually(lambda: one.heard().anything_else > end, "it is told that this is not it, and asked again")
    assert not meeting.inside(room)
    one.press(f"{PIN}#")
    assert not meeting.meets(room, one.number)[one.number]["moderator"]
    other.dial(room)
    eventually(lambda: other.heard().anything_else > 0.5, "it is asked")
    other.press(f"{MODERATOR}#")
    assert meeting.meets(room, one.number, other.number)[other.number]["moderator"]
    meeting.api.do("conference-participant-invite", conference=room, destination=WILLING, moderator=True)
    assert meeting.meets(room, one.number, other.number, WILLING)[WILLING]["moderator"]
    meeting.is_told(room, *(("joined", number) for number in (one.number, other.number, WILLING)))


def is_asked_again(phone: Phone) -> None:
    """Or hung up."""
    heard = phone.heard().anything_else
    eventually(lambda: phone.heard().anything_else > heard + 0.5 or not phone.is_in_a_call(), "it is asked")


@pytest.mark.parametrize("pin", [None, PIN])
def test_who_does_not_know_the_pin_is_hung_up(meeting: Meeting, phones: tuple[Phone, Phone], pin: str | None):
    """Nor who says nothing: both within a minute."""
    one, room = phones[0], meeting.room(pin=PIN)
    one.dial(room)
    eventually(one.is_in_a_call, "it is answered")
    for _ in range(3 if pin else 0):
        is_asked_again(one)
        one.press("99#")
    eventually(lambda: not one.is_in_a_call(), "it is hung up", 75)
    assert not meeting.inside(room)
    meeting.is_told(room)


def test_one_more_than_the_most_is_turned_away(meeting: Meeting):
    first, second, third, *_ = meeting.ten
    room = meeting.room(most_participants=2)
    meeting.enter(room, first, second)
    third.speaks(room)
    eventually(lambda: not third.dialogs(), "the third is turned away", 20)
    meeting.hear([first, second], _all_but([first, second]))
    meeting.leave(first, second)
    meeting.is_told(room, *((what, one.number) for what in ("joined", "left") for one in (first, second)))


def test_a_room_waits_for_its_moderator_and_ends_with_the_last_one(meeting: Meeting, phones: tuple[Phone, Phone]):
    first, second, *_ = meeting.ten
    room = meeting.room(pin=PIN, moderator_pin=MODERATOR, wait_for_moderator=True, end_with_moderator=True)
    for one in (first, second):
        meeting.api.do("conference-update", conference=room, pin=None, moderator_pin=None)
        one.speaks(room)
    meeting.meets(room, first.number, second.number)
    eventually(lambda: first.hears([first, second]) == (set(), True), "music is heard, and nobody")
    meeting.api.do("conference-update", conference=room, pin=PIN, moderator_pin=MODERATOR)
    moderator, other = phones
    for one in (moderator, other):
        meeting.api.do("conference-participant-invite", conference=room, destination=one.number, moderator=True)
    meeting.meets(room, first.number, second.number, moderator.number, other.number)
    eventually(lambda: second.number in first.hears([first, second])[0], "they talk")
    moderator.hang_up()
    meeting.meets(room, first.number, second.number, other.number)
    eventually(lambda: second.number in first.hears([first, second])[0], "one moderator is there still")
    other.hang_up()
    eventually(lambda: not first.dialogs() and not second.dialogs(), "with the last one all have to go", 20)
    everybody = [first.number, second.number, moderator.number, other.number]
    meeting.is_told(room, *((what, number) for what in ("joined", "left") for number in everybody))


@pytest.mark.parametrize("is_wanted_always", [True, False])
def test_a_room_is_recorded(meeting: Meeting, is_wanted_always: bool):
    first, second, *_ = meeting.ten
    room = meeting.room(record=is_wanted_always)
    meeting.enter(room, first, second)
    if not is_wanted_always:
        path = meeting.api.do("conference-record-start", conference=room)["recording"]
        assert meeting.api.do("conference-record-start", conference=room)["recording"] == path, "it is already"
    assert meeting.api.do("conference-participant-list", conference=room)["recorded"]
    meeting.hear([first, second], _all_but([first, second]))
    if not (is_wanted_always or IS_SANDBOX):
        file = meeting.house.switch.recording(path)
        eventually(lambda: file.exists() and Ear(file).heard().anything_else > 1, "what is said is in the file")
    if not is_wanted_always:
        meeting.api.do("conference-record-stop", conference=room)
        assert not meeting.api.do("conference-participant-list", conference=room)["recorded"]
        assert meeting.api.ask("conference-record-stop", conference=room).status == 422
    meeting.leave(first, second)
    recorded = [("record_started", ""), ("record_stopped", "")] if not is_wanted_always else []
    people = [(what, one.number) for what in ("joined", "left") for one in (first, second)]
    meeting.is_told(room, *people, *recorded)


def test_two_tenants_rooms_of_one_number_are_two_rooms(meeting: Meeting):
    here, there, first = meeting.api, meeting.api[ELSEWHERE], meeting.ten[0]
    room = meeting.room()
    there.do("conference-create", name="theirs", extension=room, announce=False)
    password = there.do("extension-create", extension="140")["password"]
    try:
        with meeting.house.toned("140", password, 11, ELSEWHERE) as other:
            meeting.enter(room, first)
            other.speaks(room)
            eventually(lambda: meeting.inside(room, there), "they are in theirs")
            [ours], [theirs] = meeting.inside(room).values(), meeting.inside(room, there).values()
            assert ours["leg_uuid"] != theirs["leg_uuid"]
            assert not first.hears([other])[0]
            for what in ("mute", "kick"):
                asked = {"conference": room, "leg_uuid": theirs["leg_uuid"]}
                assert here.ask(f"conference-participant-{what}", **asked).status == 404
            assert other.dialogs()
    finally:
        there.do("conference-delete", conference=room)
        there.do("extension-delete", extension="140")


def test_nothing_is_done_in_a_room_that_nobody_is_in(meeting: Meeting):
    room = meeting.room()
    for action in ("conference-lock", "conference-unlock", "conference-record-start", "conference-record-stop"):
        assert meeting.api.ask(action, conference=room).status == 404, action
    assert meeting.api.do("conference-participant-list", conference=room)["items"] == []


def test_a_room_is_made_on_the_spot(meeting: Meeting):
    first, second, *_ = meeting.ten
    meeting.enter("*377", first, second)
    meeting.hear([first, second], _all_but([first, second]))
    meeting.leave(first, second)
    meeting.is_told("*377", *((what, one.number) for what in ("joined", "left") for one in (first, second)))
