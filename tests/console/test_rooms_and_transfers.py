"""Attended transfers with both parties in view, conference rooms with their participants, and parking lots."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.console.page import Page
from tests.console.serving import Endpoint

pytestmark = pytest.mark.console


def of(name: str) -> str:
    """The card of a transfer; the demo has another one under way."""
    return f'.card.transfer[aria-label^="{name}"]'


def test_whom_one_asks_first_is_seen_with_who_waits_and_put_through(board: Page, endpoint: Endpoint, axe: str) -> None:
    call = endpoint.calls(name="Waits Example")
    board.act(call, "call-answer")
    board.card(call, "in a call")
    board.press("Transfer", f'[data-call="{call}"]')
    board.keys("101")
    board.press("Ask first", f'[data-call="{call}"]')
    asked = board.one(of("Waits Example"))
    board.until(lambda: "Back office" in asked.text and "ringing" in asked.text, "it rings there")
    assert "Front desk asks" in asked.text
    assert board.violations(axe) == []
    board.act(call, "call-answer")
    board.one(of("Waits Example"), "has answered")
    board.act_of(of("Waits Example"), "transfer-complete")
    board.gone(of("Waits Example"))
    board.tile("101", "Waits Example")
    assert ("101", "answered") in endpoint.legs(call)
    assert "100" not in [number for number, _ in endpoint.legs(call)]
    endpoint.ask("call-hangup", call_uuid=call)


def test_a_transfer_is_taken_back(board: Page, endpoint: Endpoint) -> None:
    call = endpoint.calls(name="Back Example")
    board.act(call, "call-answer")
    board.card(call, "in a call")
    transfer = endpoint.ask("transfer-create", call_uuid=call, destination="101")
    assert transfer["status"] in ("starting", "ringback")
    board.one(of("Back Example"))
    board.act_of(of("Back Example"), "transfer-cancel")
    board.gone(of("Back Example"))
    board.tile("100", "Back Example")
    endpoint.ask("call-hangup", call_uuid=call)


def test_a_room_shows_who_is_in_it_and_they_can_be_muted_and_removed(board: Page, endpoint: Endpoint, axe: str) -> None:
    endpoint.ask("conference-create", name="Monday", extension="850")
    room = board.one('.room[aria-label="Monday"]')
    endpoint.ask("conference-participant-invite", conference="850", destination="101", wait=0)
    board.until(lambda: "Back office" in room.text, "who was invited is in the room")
    assert board.violations(axe) == []
    board.act_of('.room[aria-label="Monday"]', "conference-participant-mute")
    board.until(lambda: "muted" in room.text, "it is muted")
    board.act_of('.room[aria-label="Monday"]', "conference-lock")
    board.until(lambda: "Unlock" in room.text, "it is locked")
    board.press("Invite", '.room[aria-label="Monday"]')
    board.keys("12025550123", Keys.ENTER)
    board.one(".messages", "is being called")
    board.act_of('.room[aria-label="Monday"]', "conference-participant-kick")
    board.until(lambda: "Back office" not in room.text, "it has to go")


def test_a_call_waits_in_a_lot_and_is_taken(board: Page, endpoint: Endpoint) -> None:
    endpoint.ask("parkinglot-create", name="Counter", extension="840", slots_start="841", slots_end="844")
    lot = board.one(".lot", "Counter")
    call = endpoint.calls(name="Lot Example")
    board.act(call, "call-answer")
    board.card(call, "in a call")
    board.press("Park in…", f'[data-call="{call}"]')
    board.press("Counter", f'[data-call="{call}"]')
    board.until(lambda: "Lot Example" in lot.text and "841" in lot.text, "it waits in the lot")
    board.press("Take", ".lot")
    board.keys("101", Keys.ENTER)
    board.tile("101", "ringing")
    board.until(lambda: "Lot Example" not in lot.text, "nobody waits there")
    endpoint.ask("call-hangup", call_uuid=call)
