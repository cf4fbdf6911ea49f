"""The smoke: sign in, a call arrives, is answered, held, sent on, parked and taken."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.console.page import Page
from tests.console.serving import Endpoint

pytestmark = [pytest.mark.console, pytest.mark.smoke]


def test_a_key_is_pasted_once_and_nowhere_to_be_found_afterwards(page: Page, endpoint: Endpoint, axe: str) -> None:
    assert page.violations(axe) == []
    page.paste("what is no key")
    page.one("[role=alert]", "That is no key")
    page.paste(f"  export RINGPOST_TOKEN={endpoint.key}")
    page.one(".domains button", "fusionpbx").click()
    page.until(lambda: page.mode == "live", "the page is live")
    everything = page.js(
        "return JSON.stringify({...sessionStorage, ...localStorage}) + location + document.body.innerHTML"
    )
    assert endpoint.key not in everything
    assert "rpt_" in everything
    assert page.browser.current_url.startswith(endpoint.page)
    assert "rp_" not in page.browser.current_url


def test_a_call_is_answered_held_and_taken_back(board: Page, endpoint: Endpoint) -> None:
    call = endpoint.calls()
    assert "Dora Example" in board.tile("100", "ringing").text
    assert "12025550153" in board.one(".pop", "Dora Example").text
    board.act(call, "call-answer")
    assert "Dora Example" in board.tile("100", "in a call").text
    board.act(call, "call-hold")
    board.card(call, "on hold")
    board.tile("100", "on hold")
    board.act(call, "call-resume")
    board.tile("100", "in a call")
    board.act(call, "call-mute")
    board.card(call, "muted")
    board.act(call, "call-hangup")
    board.gone(f'[data-call="{call}"]')
    board.until(lambda: "Dora" not in board.tile("100").text, "the tile is without her")


def test_a_call_is_sent_on_by_dragging_it_onto_a_tile(board: Page, endpoint: Endpoint) -> None:
    call = endpoint.calls(name="Drag Example")
    board.act(call, "call-answer")
    board.card(call, "in a call")
    board.drag(board.one(f'.card[data-call="{call}"] .parties'), board.tile("101"))
    board.tile("101", "ringing")
    board.act(call, "call-answer")
    board.tile("101", "in a call")
    assert ("101", "answered") in endpoint.legs(call)
    endpoint.ask("call-hangup", call_uuid=call)


def test_a_call_is_answered_sent_on_parked_and_taken_without_a_mouse(board: Page, endpoint: Endpoint, axe: str) -> None:
    call = endpoint.calls(name="Keys Example")
    board.card(call, "ringing")
    assert board.violations(axe) == []
    board.keys("a")
    board.card(call, "in a call")
    board.focus(f'[data-call="{call}"]')
    board.keys("t")
    board.keys("back", Keys.ARROW_DOWN)
    assert board.violations(axe) == []
    board.keys(Keys.ENTER)
    board.tile("101", "ringing")
    board.focus(f'[data-call="{call}"]')
    board.keys("a")
    board.tile("101", "in a call")
    board.focus(f'[data-call="{call}"]')
    board.keys("p")
    parked = board.one(".card.parked", "Keys Example")
    board.js("arguments[0].querySelector('button').focus()", parked)
    board.keys(Keys.ENTER)
    board.keys("100", Keys.ENTER)
    board.tile("100", "ringing")
    board.keys("a")
    board.tile("100", "in a call")
    assert [state for _, state in endpoint.legs(call)] == ["answered", "answered"]
    endpoint.ask("call-hangup", call_uuid=call)
    board.gone(f'[data-call="{call}"]')
