"""A day in a queue: who waits longest is seen, agents come, rest and go, and the wall shows it."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.console.page import Page
from tests.console.serving import Endpoint

pytestmark = pytest.mark.console


def waits(endpoint: Endpoint, name: str, caller: str = "12025550177", queue: str = "710") -> str:
    placed = endpoint.ask(
        "originate", caller_id_number=caller, caller_id_name=name, destination_a="5550150", destination_b=queue, wait=0
    )
    return str(placed["call_uuid"])


@pytest.fixture(scope="module")
def floor(endpoint: Endpoint) -> Endpoint:
    """Two agents, a queue they are in, and nobody logged in."""
    for number, name in (("110", "Desk one"), ("111", "Desk two")):
        endpoint.ask("extension-create", extension=number, effective_caller_id_name=name)
    for number, name in (("7010", "Dora"), ("7011", "Emil")):
        endpoint.ask("agent-create", number=number, firstname=name)
    members = [{"agent": "7010"}, {"agent": "7011"}]
    endpoint.ask("queue-create", name="Orders", extension="710", members=members, service_level=5)
    return endpoint


def row(page: Page, agent: str, says: str = "") -> None:
    page.until(lambda: [one for one in page.all("tbody tr", agent) if says in one.text], f"{agent} is {says}")


def test_a_day(floor: Endpoint, board: Page, axe: str) -> None:
    board.view("Queues")
    board.one(".queue", "Orders")
    first = waits(floor, "Waits First")
    board.one(".waiting-one", "Waits First")
    waits(floor, "Waits Second")
    board.one(".waiting-one", "Waits Second")
    order = [one.text for one in board.all('.queue[aria-label="Orders"] .waiting-one')]
    assert "Waits First" in order[0]
    assert "Example Caller" in board.one(".longest").text, "who waits in the demo's queue came before"
    assert board.violations(axe) == []

    # Dora logs in, and takes the first call by itself.
    dora = next(one for one in board.all("tbody tr.logged_out", "Dora"))
    dora.find_element(By.TAG_NAME, "button").click()
    board.keys("110", Keys.ENTER)
    row(board, "Dora", "110")
    board.gone(".waiting-one", "Waits First")
    assert first not in floor.ask("queue-status", queue="710")["items"][0]["waiting"]
    board.gone(".waiting-one", "Waits Second")

    # She rests, with a reason; a caller waits until she is back.
    board.until(lambda: [one for one in board.all("tr", "Dora") if "wrapping" not in one.text], "she is free", 30)
    reason = next(one for one in board.all("tbody tr", "Dora")).find_element("css selector", "input")
    reason.send_keys("coffee")
    board.press("Pause", 'tr:has([id="reason-7010"])')
    row(board, "Dora", "coffee")
    waits(floor, "Waits Third")
    board.one(".waiting-one", "Waits Third")
    board.press("Wallboard")
    board.one(".wall", "Waits Third")
    assert board.violations(axe) == []
    board.press("Back to the queues")
    board.press("Go on", "tbody tr.paused")
    board.gone(".waiting-one", "Waits Third")

    # Of the one who waits in the other queue somebody takes care before his turn.
    board.press("Take", ".waiting-one")
    board.keys("111", Keys.ENTER)
    board.gone(".waiting-one", "Example Caller")

    figures = board.one('.queue[aria-label="Orders"] .figures')
    board.until(lambda: "3\nCallers" in figures.text or "Callers\n3" in figures.text, "three came")
    assert "%" in figures.text
    board.press("Log out", 'tr:has([id="reason-7010"])')
    board.until(lambda: [one for one in board.all("tbody tr", "Dora") if "logged out" in one.text], "Dora is out")
