"""How it looks: screenshots of the main views for docs/console/, from 320 pixels to a wall, light and dark."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.console.page import Page
from tests.console.serving import ROOT, Endpoint

pytestmark = pytest.mark.console

SHOTS = ROOT / "docs/console"
TEAMS = {
    "Sales": ["Ada Example", "Ben Example", "Cleo Example", "Dan Example", "Eva Example", "Finn Example"],
    "Service": ["Gina Example", "Hugo Example", "Ines Example", "Jon Example", "Kira Example"],
    "Warehouse": ["Lars Example", "Mona Example", "Ramp 1", "Ramp 2"],
}


@pytest.fixture(scope="module")
def office(endpoint: Endpoint) -> Endpoint:
    """A small office on a busy morning."""
    number = 201
    for team, names in TEAMS.items():
        endpoint.ask("extensiongroup-create", display_name=team, public_group=True)
        for name in names:
            endpoint.ask("extension-create", extension=str(number), effective_caller_id_name=name)
            endpoint.ask("extensiongroup-member-add", extensiongroup=team, extension=str(number))
            number += 1
    endpoint.ask("extension-dnd-set", extension="203", enabled=True)
    endpoint.ask("extension-forward-set", extension="206", unconditional={"enabled": True, "destination": "201"})
    for place, name in enumerate(("Gina", "Hugo", "Ines"), 207):
        endpoint.ask("agent-create", number=f"7{place}", firstname=name, lastname="Example")
    members = [{"agent": f"7{place}"} for place in (207, 208, 209)]
    endpoint.ask("queue-create", name="Service", extension="720", members=members)
    endpoint.ask("call-hangup", call_uuid="b1b1b1b1-0000-4000-8000-000000000001")
    endpoint.ask("agent-pause", agent="7001", reason="lunch")
    endpoint.ask(
        "contact-create",
        display_name="Dora Example",
        company="Example Corp.",
        numbers=[{"type": "work", "number": "12025550153"}],
    )
    for minutes, name in ((47, "Dora Example"), (95, "Dora Example")):
        start = datetime.now(UTC) - timedelta(minutes=minutes)
        stamps = {
            key: (start + timedelta(seconds=after)).isoformat()
            for key, after in (("start_stamp", 0), ("answer_stamp", 6), ("end_stamp", 190))
        }
        parties = {"caller_id_name": name, "caller_id_number": "12025550153", "destination_number": "100"}
        ended = {"direction": "inbound", "duration": 190, "billsec": 184, "hangup_cause": "NORMAL_CLEARING"}
        endpoint.ask("cdr-create", xml_cdr_uuid=str(uuid.uuid4()), **parties, **ended, **stamps)
    return endpoint


def taken(page: Page, name: str, axe: str) -> None:
    """A picture, of what axe-core finds no fault with."""
    assert page.violations(axe) == []
    wide = page.js("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], name
    SHOTS.mkdir(exist_ok=True)
    page.browser.save_screenshot(str(SHOTS / f"{name}.png"))


def talk(page: Page, endpoint: Endpoint, number: str, name: str, caller: str) -> str:
    call = endpoint.calls(number, name=name, caller=caller)
    endpoint.ask("call-answer", call_uuid=call)
    page.card(call, "in a call")
    return call


def test_the_board(office: Endpoint, page: Page, axe: str) -> None:
    page.size(1280, 800)
    page.open()
    page.one("#key")
    taken(page, "sign-in", axe)
    page.sign_in(office.key)
    talk(page, office, "201", "Omar Example", "13125550153")
    held = talk(page, office, "208", "Zoë Example", "14155550153")
    office.ask("call-hold", call_uuid=held)
    page.card(held, "on hold")
    office.ask("originate", caller_id_number="210", destination_a="210", destination_b="212", wait=0)
    page.tile("212", "ringing")
    office.calls("100")
    page.one(".pop .last")
    taken(page, "board", axe)
    page.prefers("dark")
    page.press("Transfer", f'[data-call="{held}"]')
    page.keys("exam")
    taken(page, "board-dark-transfer", axe)
    page.press("Cancel", f'[data-call="{held}"]')
    page.size(320, 720)
    taken(page, "board-320", axe)


def test_the_queues_and_the_wall(office: Endpoint, page: Page, axe: str) -> None:
    page.size(1280, 800)
    page.sign_in(office.key)
    for agent, extension in (("7207", "207"), ("7208", "208")):
        office.ask("agent-login", agent=agent, extension=extension)
    office.ask("agent-pause", agent="7207", reason="training")
    for name in ("Pia Example", "Quentin Example"):
        office.ask(
            "originate",
            caller_id_number="12025550177",
            caller_id_name=name,
            destination_a="5550150",
            destination_b="720",
            wait=0,
        )
    page.view("Queues")
    page.one(".waiting-one", "Quentin")
    page.until(lambda: page.all("tbody tr", "training"), "she is paused")
    taken(page, "queues", axe)
    page.size(1920, 1080)
    page.press("Wallboard")
    page.one(".wall", "Quentin")
    page.prefers("dark")
    taken(page, "wallboard-1920", axe)
    page.press("Back to the queues")


def test_the_log_and_the_office(office: Endpoint, page: Page, axe: str) -> None:
    page.size(1280, 800)
    page.sign_in(office.key)
    page.view("Call log")
    page.one("tbody tr", "Dora")
    taken(page, "log", axe)
    page.view("Office")
    page.press("Ring groups")
    page.press("Sales", ".records")
    page.press("ringgroup-update")
    page.one(".action-form fieldset")
    page.one(".chosen summary").click()
    page.one(".chosen .check input").click()
    page.one(".chosen summary").click()
    page.one(".curl-bar")
    taken(page, "office", axe)


@pytest.mark.parametrize("width", [320, 768, 1920, 3840])
def test_nothing_is_wider_than_the_window(office: Endpoint, board: Page, width: int) -> None:
    board.size(width, 900)
    for view in ("Board", "Queues", "Call log", "Office"):
        board.view(view)
        board.until(lambda: "Loading" not in board.text, "it is loaded")
        wide = board.js("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], (view, wide)


def test_the_pictures_are_there() -> None:
    guide = (ROOT / "docs/console.md").read_text()
    assert all(f"console/{path.name}" in guide for path in Path(SHOTS).glob("*.png"))
