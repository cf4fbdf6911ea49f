"""What bad input gets: an endpoint that is away, is none, is older; a token that ends; names that mean harm."""

import json

import pytest
from selenium.webdriver.common.keys import Keys

from tests.console.page import Page
from tests.console.serving import DOMAIN, Endpoint

pytestmark = pytest.mark.console

REMEMBERS_ITS_CHANNEL = """
    const Real = WebSocket
    window.WebSocket = class extends Real { constructor(url) { super(url); window.channel = this } }
"""
IS_AWAY = """
    const real = window.fetch
    window.fetch = async () => { throw new TypeError("away") }
    window.back = () => { window.fetch = real }
"""
GERMAN = """
    const choice = document.querySelector("option[value=de]").parentElement
    choice.value = "de"
    choice.dispatchEvent(new Event("change", {bubbles: true}))
"""
ANSWERS_OTHERWISE = """
    const real = window.fetch
    window.restoreFetch = () => { window.fetch = real }
    const [status, type, body] = arguments
    window.fetch = async () => new Response(body, {status, headers: {"Content-Type": type}})
"""


def test_a_server_that_is_killed_is_not_shown_as_live_and_is_live_again_when_it_is_back(
    board: Page, endpoint: Endpoint
) -> None:
    call = endpoint.calls(name="Stays Example")
    board.act(call, "call-answer")
    board.card(call, "in a call")
    shown = board.one(f'[data-call="{call}"] .elapsed')
    endpoint.kill()
    board.until(lambda: board.mode == "away", "it is not live any more")
    board.one("[role=alert]", "does not answer")
    before, then = shown.text, board.js("return performance.now()")
    board.act(call, "call-hold")
    board.one(".messages .bad", "Nothing is known of what became of it")
    board.until(lambda: board.js("return performance.now()") > then + 2500, "two clocks would have gone on")
    assert shown.text == before, "no clock goes on of what nobody knows"
    assert board.js("return getComputedStyle(document.querySelector('.calls')).filter") == "grayscale(1)"
    endpoint.start()
    missed = endpoint.calls("101", name="Missed Example")
    board.until(lambda: board.mode == "live", "it is live again", 40)
    board.card(missed, "ringing")
    board.card(call, "in a call")
    for one in (call, missed):
        endpoint.ask("call-hangup", call_uuid=one)
    board.gone(f'[data-call="{missed}"]')
    board.browser.get_log("browser")  # refused connections are what this was about


def test_a_revoked_token_is_asked_for_again_and_nothing_typed_is_lost(
    board: Page, endpoint: Endpoint, axe: str
) -> None:
    board.view("Office")
    board.press("New")
    board.one(".action-form input").click()
    board.keys("Typed before")
    token = board.js("return JSON.parse(sessionStorage.ringpost).token")
    endpoint.ask("token-delete", token=token, domain=None)
    again = board.one("dialog.again", "Sign in again", within=75)  # 30 s until it is none everywhere, and a sweep
    assert board.mode == "away"
    assert board.violations(axe) == []
    assert "Typed before" in board.js("return document.querySelector('.action-form input').value")
    board.keys(Keys.ESCAPE)
    assert again.is_displayed(), "there is nothing to go on with"
    board.one("dialog.again input").send_keys(endpoint.key, Keys.ENTER)
    board.gone("dialog.again")
    board.until(lambda: board.mode == "live", "it is live again", 30)
    assert board.js("return document.querySelector('.action-form input').value") == "Typed before"


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "text/html", "<h1>Welcome to your router</h1>"),
        (502, "text/html", "<h1>Bad gateway</h1>"),
        (200, "application/json", "not json"),
        (200, "application/json", '"a word"'),
    ],
)
def test_what_is_no_endpoint_is_said_to_be_none(
    page: Page, endpoint: Endpoint, status: int, kind: str, body: str
) -> None:
    page.js(ANSWERS_OTHERWISE, status, kind, body)
    page.paste(endpoint.key)
    said = page.one(".said").text
    assert ("does not answer" if status == 502 else "not Ringpost's") in said
    assert "router" not in page.text
    page.js("restoreFetch()")
    page.sign_in(endpoint.key)


def test_a_page_that_is_opened_while_the_endpoint_is_away_is_live_once_it_is_back(board: Page) -> None:
    added = board.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": IS_AWAY})
    board.browser.refresh()
    board.until(lambda: board.mode == "away", "it is not live")
    board.js("back()")
    board.until(lambda: board.mode == "live", "it is live")
    board.tile("100")
    board.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_a_wrong_key_is_no_key(page: Page) -> None:
    page.paste("rp_00000000-0000-4000-8000-000000000000_" + "ab" * 32)
    page.one(".said", "not a good one")


def test_an_action_that_an_older_endpoint_does_not_have_is_said_and_offered_no_more(
    board: Page, endpoint: Endpoint
) -> None:
    call = endpoint.calls(name="Older Example")
    board.act(call, "call-answer")
    board.card(call, "in a call")
    older = {
        "error": "there is no action call-park",
        "detail": "there is no action call-park",
        "code": "unknown-action",
        "status": 404,
    }
    board.js(ANSWERS_OTHERWISE, 404, "application/problem+json", json.dumps(older))
    board.act(call, "call-park")
    board.js("restoreFetch()")
    board.one(".messages .bad", "older than this page")
    board.gone(f'[data-call="{call}"] [data-action="call-park"]')
    endpoint.ask("call-hangup", call_uuid=call)


def test_what_a_key_may_not_do_is_not_shown(page: Page, endpoint: Endpoint) -> None:
    scopes = ["action.*", "extension.status.list", "call.list", "event.list", "domain.list", "token.*"]
    key = endpoint.ask("key-create", name="only looks", scopes=scopes, domains=[DOMAIN], domain=None)
    token = key.get("token") or f"rp_{key['key_uuid']}_{key['secret']}"
    page.sign_in(token, None)
    call = endpoint.calls(name="Looked At")
    page.card(call, "ringing")
    assert page.all(".card .act") == []
    assert [one.text for one in page.all("nav button")] == ["Board", "Office"]
    endpoint.ask("call-hangup", call_uuid=call)
    page.gone(f'[data-call="{call}"]')


def test_a_message_that_is_unknown_is_passed_over_and_said_once(page: Page, endpoint: Endpoint) -> None:
    page.browser.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument",
        {"source": REMEMBERS_ITS_CHANNEL},
    )  # fmt: skip
    page.browser.get(page.url)
    page.sign_in(endpoint.key)
    for message in ('{"message": "from the future", "more": 1}', '{"message": "from the future"}', "no json", "[]"):
        page.js("channel.onmessage({data: arguments[0]})", message)
    said = [one["message"] for one in page.browser.get_log("browser") if "does not know" in one["message"]]
    assert len(said) == 2, said
    assert sum("from the future" in one for one in said) == 1
    call = endpoint.calls()
    page.card(call, "ringing")
    endpoint.ask("call-hangup", call_uuid=call)


TOO_WIDE = """
    const wide = document.documentElement.clientWidth
    return [...document.querySelectorAll("#page *")]
        .filter((one) => one.getBoundingClientRect().right > wide + 1 && one.checkVisibility())
        .map((one) => one.outerHTML.slice(0, 120)).slice(0, 6)
"""
NAMES = [
    "<img src=x onerror=alert(1)>",
    "שלום <script>alert(1)</script> 1-2",
    "مكتب <b>الاستقبال</b>",
    "W" * 200,
    "'\"`${7*7}{{7*7}}\\",
    "a\u0301\u0323\u0332" * 20,
]


def test_names_that_mean_harm_are_only_names(board: Page, endpoint: Endpoint, axe: str) -> None:
    for place, name in enumerate(NAMES):
        number = str(300 + place)
        endpoint.ask("extension-create", extension=number, effective_caller_id_name=name[:128], description=name)
    endpoint.ask("extensiongroup-create", display_name=NAMES[0])
    endpoint.ask("user-create", firstname=NAMES[0][:100], username="harm", lastname=NAMES[1])
    endpoint.ask(
        "contact-create",
        display_name=NAMES[0],
        numbers=[{"type": "work", "number": "12125550153"}],
        description=NAMES[3],
    )
    endpoint.ask("agent-create", number="7099", firstname=NAMES[0])
    endpoint.ask("queue-create", name=NAMES[0][:60], extension="799", members=[{"agent": "7099"}])
    board.browser.refresh()
    board.until(lambda: board.mode == "live", "it is live")
    call = endpoint.calls("300", name=NAMES[0], caller="12125550153")
    board.one(".pop", NAMES[0])
    board.act(call, "call-answer")
    board.card(call, "in a call")
    for width in (320, 1400):
        board.size(width, 900)
        for view in ("Board", "Queues", "Call log", "Office"):
            board.view(view)
            board.until(lambda: "Loading" not in board.text, "it is loaded")
            assert board.violations(axe) == []
            wide = board.js("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            assert wide[0] <= wide[1], (view, width, wide, board.js(TOO_WIDE))
            assert board.js("return document.querySelectorAll('#page img:not([src=\"icon.svg\"])').length") == 0
    board.view("Office")
    board.press("Extensions")
    board.press("300", ".records")
    board.press("extension-update")
    board.one(".action-form")
    assert board.js("return document.querySelector('.action-form').textContent.length") > 0
    endpoint.ask("call-hangup", call_uuid=call)
    board.view("Call log")
    board.one("tbody tr", NAMES[0])


def test_the_page_reads_from_right_to_left_where_its_language_does(board: Page, endpoint: Endpoint, axe: str) -> None:
    board.js("document.documentElement.dir = 'rtl'")
    call = endpoint.calls(name="مكتب الاستقبال")
    card = board.card(call, "ringing")
    tiles = board.one(".tiles")
    assert card.rect["x"] < tiles.rect["x"], "the calls are at the left"
    board.tile("101").click()
    assert board.one(".panel").rect["x"] == 0
    assert board.violations(axe) == []
    endpoint.ask("call-hangup", call_uuid=call)


def test_it_speaks_german_too(board: Page) -> None:
    board.one(".chosen summary").click()
    board.js(GERMAN)
    board.one("h2", "Nebenstellen")
    assert board.js("return document.documentElement.lang") == "de"
    board.browser.refresh()
    board.one("h2", "Nebenstellen")
