"""What a small office changes weekly, with forms made of the actions' own schemas; the call log and its recordings."""

import io
import urllib.request
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.console.page import Page
from tests.console.serving import Endpoint, RefusedError

pytestmark = pytest.mark.console


def named(label: WebElement) -> str:
    return (label.get_attribute("textContent") or "").split()[0]


def field(page: Page, name: str) -> None:
    """Give a form's field the focus, wherever it is."""
    found = page.one(".action-form")
    label = page.until(
        lambda: [one for one in found.find_elements(By.CSS_SELECTOR, "label") if named(one) == name],
        f"there is a field {name}",
    )[0]
    page.js("arguments[0].closest('details')?.setAttribute('open', '')", label)
    page.js("document.getElementById(arguments[0].htmlFor).focus()", label)


def test_a_user_is_made_changed_and_deleted(board: Page, endpoint: Endpoint, axe: str) -> None:
    board.view("Office")
    board.press("New")
    board.press("Send")
    board.one(".wrong", "This is required")
    assert board.violations(axe) == []
    field(board, "firstname")
    board.keys("Frieda")
    field(board, "username")
    board.keys("frieda")
    board.press("Send")
    board.one(".record", "frieda").click()
    board.press("user-update")
    field(board, "lastname")
    board.keys("Example")
    board.press("Send")
    board.until(lambda: endpoint.ask("user-details", user="frieda")["lastname"] == "Example", "it is changed")
    assert endpoint.ask("user-details", user="frieda")["firstname"] == "Frieda"
    board.press("user-delete")
    board.press("Send")
    board.gone(".record", "frieda")
    with pytest.raises(RefusedError, match="not found"):
        endpoint.ask("user-details", user="frieda")


def test_members_of_a_ring_group_are_rows(board: Page, endpoint: Endpoint) -> None:
    endpoint.ask("extension-create", extension="102")
    board.view("Office")
    board.press("Ring groups")
    board.press("Sales")
    board.press("ringgroup-update")
    board.press("Add one")
    row = board.until(lambda: board.all(".one-row")[2], "there is a third row")
    number = row.find_element(By.CSS_SELECTOR, "input")
    number.send_keys("no number")
    board.press("Send")
    board.one("[role=alert]", "destinations")
    number.clear()
    number.send_keys("102")
    board.press("Send")

    def members() -> list[str]:
        return [one["number"] for one in endpoint.ask("ringgroup-details", extension="600")["ring_group_destinations"]]

    board.until(lambda: members() == ["100", "101", "102"], "the third is a member")


def test_a_forward_is_set_where_the_extension_is_seen(board: Page, endpoint: Endpoint, axe: str) -> None:
    board.tile("101").click()
    panel = board.one(".panel", "Back office")
    assert board.violations(axe) == []
    board.press("Change", ".panel")
    board.one(".panel fieldset", "unconditional")
    fieldset = panel.find_elements(By.CSS_SELECTOR, "fieldset")[0]
    fieldset.find_element(By.CSS_SELECTOR, "select").send_keys("yes")
    fieldset.find_element(By.CSS_SELECTOR, "input").send_keys("100")
    board.press("Send", ".panel")
    board.until(
        lambda: endpoint.ask("extension-forward-details", extension="101")["unconditional"]["destination"] == "100",
        "it is forwarded",
    )
    board.press("Do not disturb", ".panel")
    board.one(".panel", "Allow calls")
    board.keys(Keys.ESCAPE)
    board.gone(".panel")
    assert board.js("return document.activeElement.dataset.drop") == "101"
    endpoint.ask("call-hangup", call_uuid="b1b1b1b1-0000-4000-8000-000000000002")
    board.tile("101", "do not disturb")
    endpoint.ask("extension-dnd-set", extension="101", enabled=False)
    board.tile("101", "forwarded")
    endpoint.ask("extension-forward-set", extension="101", unconditional=None)
    board.tile("101", "free")


def test_a_secret_that_is_answered_once_is_shown(board: Page) -> None:
    board.view("Office")
    board.press("Webhooks")
    board.press("New")
    field(board, "url")
    board.keys("https://crm.example.net/hook")
    board.press("Send")
    assert "whsec_" in board.one(".answer").text


def test_a_delivery_that_failed_is_seen_and_asked_for_again(board: Page, endpoint: Endpoint, axe: str) -> None:
    made = endpoint.ask("webhook-create", url="https://nowhere.invalid/hook", name="Nowhere", events=["contact.*"])
    endpoint.ask("contact-create", display_name="Told Example")
    of = {"webhook_uuid": made["webhook_uuid"]}
    board.until(
        lambda: [one for one in endpoint.ask("delivery-list", **of)["items"] if one["tries"]], "it was tried", 30
    )
    board.view("Office")
    board.press("Webhooks")
    board.press("Nowhere", ".records")
    board.press("delivery-list")
    board.one(".answer tr", "contact.created")
    assert board.violations(axe) == []
    board.press("Retry", ".answer")
    board.one(".messages", "delivery-retry")
    events = endpoint.ask("event-list", types=["webhook.retried"], fresh=True, **{"from": "2000-01-01T00:00:00Z"})
    assert events["items"]


def test_every_action_that_is_offered_has_a_form(board: Page) -> None:
    board.view("Office")
    board.press("All actions")
    board.one("input[type=search][placeholder=Search]").send_keys("call-dtmf")
    board.press("call-dtmf", ".records")
    field(board, "digits")
    offered = board.js("return document.querySelectorAll('.records .record').length")
    assert offered == 1


def test_everything_is_shown_as_curl_before_it_is_done(board: Page, endpoint: Endpoint) -> None:
    board.one(".chosen summary").click()
    board.one(".chosen .check input").click()
    board.one(".chosen summary").click()
    call = endpoint.calls(name="O'Curl")
    answer = board.one(f'[data-call="{call}"] [data-action="call-answer"]')
    board.js("arguments[0].focus()", answer)
    shown = board.until(
        lambda: [one for one in board.all(".curl-bar .code") if "call-answer" in one.text], "it is shown"
    )[0]
    assert "$RINGPOST_TOKEN" in shown.text
    assert "rp" + "t_" not in board.text
    assert call in shown.text
    assert endpoint.legs(call)[1] == ("100", "ringing"), "nothing was done yet"
    endpoint.ask("call-hangup", call_uuid=call)


def sound(seconds: float = 1.0) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(8000 * seconds))
    return written.getvalue()


def carried(endpoint: Endpoint) -> None:
    """Have a recording of the demo's call carried here, as the link of its switch does."""
    endpoint.ask("domain-update", switch="lab")
    file = {
        "domain_uuid": "d0d0d0d0-0000-4000-8000-000000000001",
        "leg_uuid": "c0c0c0c0-0000-4000-8000-000000000001",
        "file_name": "carried.wav",
        "ended_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
        "seconds": 1,
    }
    about = {"switch": "lab", "link_uuid": "11111111-0000-4000-8000-000000000001", "domain": None}
    [place] = endpoint.ask("switch-event", **about, recordings=[file])["recordings"]
    with urllib.request.urlopen(urllib.request.Request(place["url"], sound(), method="PUT")) as put:
        assert put.status == 201
    endpoint.ask("switch-event", **about, recordings=[{**file, "uploaded": True}])
    endpoint.ask("domain-update", switch="sandbox")


def test_the_log_is_filtered_and_a_recording_plays_in_the_page(board: Page, endpoint: Endpoint, axe: str) -> None:
    board.view("Call log")
    board.one("tbody tr", "Example caller")
    board.one("input[name=number]").send_keys("5550199", Keys.ENTER)
    board.until(lambda: len(board.all("tbody tr")) == 1, "one call is found")
    board.press("Recordings", "tbody")
    board.one(".recordings", "not here yet")
    assert board.violations(axe) == []
    board.press("Recordings", "tbody")
    carried(endpoint)
    board.press("Recordings", "tbody")
    player = board.one("audio")
    board.js("arguments[0].play()", player)
    board.until(lambda: board.js("return arguments[0].ended", player), "it has been played to its end")


def test_the_log_is_taken_along_as_a_file(board: Page, tmp_path: Path) -> None:
    board.browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    board.view("Call log")
    board.one("tbody tr", "Example caller")
    board.press("Export as CSV")
    board.until(lambda: [*tmp_path.glob("*.csv")], "the file is there")
    [file] = tmp_path.glob("calls-*.csv")
    assert "Example caller" in file.read_text()
