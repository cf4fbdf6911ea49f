"""A message is left, kept, and heard again; what the switch has to say is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.conftest import HERE, SILENT, House
from tests.live.patience import eventually
from tests.live.phones import Phone
from tests.live.under_test import KIND

Phones = tuple[Phone, Phone]
BOX, PIN = "100", "73914"
_SECOND = 16_000
"""Bytes of a message."""


@pytest.fixture(autouse=True)
def _box(house: House) -> Iterator[None]:
    """An empty box with a PIN that is known."""
    house.api.do("voicemail-update", voicemail=BOX, password=PIN, ask_password=True)
    house.switch.empty(BOX, HERE)
    yield
    house.switch.empty(BOX, HERE)
    house.api.do("voicemail-update", voicemail=BOX, ask_password=None, timezone=None)


def messages(house: House, box: str = BOX) -> tuple[int, int]:
    """How many new ones and old ones the switch keeps in a box."""
    return house.switch.messages(box, HERE)


def kept(house: House, box: str = BOX) -> list[Path]:
    """The files of a box's messages."""
    return house.switch.kept(box, HERE)


def leave(house: House, phone: Phone, code: str) -> None:
    """Listen to the greeting, and speak for three seconds after the tone."""
    phone.dial(code)
    box = code.removeprefix("*99")
    eventually(lambda: any(file.stat().st_size > 3 * _SECOND for file in kept(house, box)), "it is recorded", 60)
    phone.hang_up()
    eventually(lambda: messages(house, box)[0] == 1, "the message is kept")


def hears_the_message(house: House, phone: Phone) -> None:
    if KIND == "asterisk":  # it says first how many there are
        before = phone.heard().anything_else
        eventually(lambda: phone.heard().anything_else > before + 1, "new messages are offered", 30)
        phone.press("1")
    eventually(lambda: phone.heard().tone > 1, "the message is heard", 60)
    phone.hang_up()
    house.api.silence()


def test_a_message_is_left_after_a_greeting_and_is_heard_without_a_pin_where_none_is_asked(
    house: House, phones: Phones
):
    leave(house, phones[1], f"*99{BOX}")
    greeted = phones[1].heard()
    assert greeted.anything_else > 4, "the person at extension 100 is not available: record your message at the tone"
    assert greeted.tone == 0
    [file] = kept(house)
    assert file.read_bytes()[:4] == b"RIFF"
    house.api.do("voicemail-update", voicemail=BOX, ask_password=False, timezone="Europe/Berlin")
    phones[0].dial("*97")
    hears_the_message(house, phones[0])
    assert phones[0].heard().anything_else > 2, "you have one new message; and when it came, in the box's time"


def test_ones_own_messages_are_heard_after_the_pin_and_not_after_another(house: House, phones: Phones):
    leave(house, phones[1], f"*99{BOX}")
    phones[0].dial("*97")
    eventually(lambda: phones[0].heard().anything_else > 1, "the PIN is asked for")
    phones[0].press("00000#")
    eventually(lambda: phones[0].heard().anything_else > 4, "it is asked for again")
    assert phones[0].heard().tone == 0
    phones[0].press(f"{PIN}#")
    hears_the_message(house, phones[0])


def test_a_box_is_heard_from_another_phone_after_its_number_and_pin(house: House, phones: Phones):
    leave(house, phones[0], f"*99{BOX}")
    phones[1].dial("*98")
    eventually(lambda: phones[1].heard().anything_else > 1, "the number is asked for")
    phones[1].press(f"{BOX}#")
    before = phones[1].heard().anything_else
    eventually(lambda: phones[1].heard().anything_else > before + 0.5, "the PIN is asked for")
    assert phones[1].heard().tone == 0
    phones[1].press(f"{PIN}#")
    hears_the_message(house, phones[1])


def test_who_does_not_answer_is_left_a_message(house: House, phones: Phones):
    house.switch.empty(SILENT, HERE)
    phones[0].dial(SILENT)
    eventually(lambda: any(file.stat().st_size > 3 * _SECOND for file in kept(house, SILENT)), "it is recorded", 60)
    phones[0].hang_up()
    eventually(lambda: messages(house, SILENT) == (1, 0), "the message is kept")
    house.switch.empty(SILENT, HERE)


# others that speak or play


def test_who_is_alone_in_a_conference_is_told_so(house: House, phones: Phones):
    phones[0].dial("*3002")
    eventually(lambda: phones[0].heard().anything_else > 2, "you are the only person in this conference")


def test_who_presses_0_in_a_conference_is_muted(house: House, phones: Phones):
    for phone in phones:
        phone.dial("*3003")
    eventually(lambda: house.switch.in_room("003", HERE) == 2, "both are in")

    def speak() -> int:
        return house.switch.heard_in_room("003", HERE)

    eventually(lambda: speak() == 2, "both are heard")

    def is_muted() -> bool:
        phones[0].hears(
            2.0
        )  # that somebody came in: keys are not heard meanwhile on an Asterisk, and that may take long
        if speak() == 2:
            phones[0].press("0")
        return speak() == 1

    eventually(is_muted, "one is not heard any more")


def test_who_waits_in_a_slot_hears_music(house: House, phones: Phones):
    phones[0].dial("*5911")
    eventually(lambda: phones[0].heard().anything_else > 1, "the hold music")


def test_who_is_parked_in_a_free_slot_is_told_which(house: House, phones: Phones):
    phones[0].dial("*5900")
    eventually(lambda: house.api.do("parked-call-list")["items"], "100 waits")
    eventually(lambda: phones[0].heard().anything_else > 1, "the slot, then the hold music")
