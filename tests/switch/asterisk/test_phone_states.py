"""Whether the phones of queues' members are registered, as a link keeps an Asterisk told of it."""

from typing import Any

import pytest

from ringpost.switch.asterisk.ami import Message
from ringpost.switch.asterisk.phone_states import PhoneStates
from tests.switch.asterisk.captured import BEGAN

ACCOUNT, PLACE = "101@example.net", "ringpost-101-example.net"


class Manager:
    """Remembers what it is told, and knows phones by their accounts."""

    def __init__(self, *accounts: str, **states: str) -> None:
        self.there = set(accounts)
        self.states = {f"ringpost-{name}": state for name, state in states.items()}
        self.asked: list[str] = []

    def ask(self, action: str, *_: tuple[str, str], **members: str) -> Message:
        variable = members.get("Variable", "")
        self.asked.append(f"{action} {variable} {members.get('Value', '')}".strip())
        if action == "Setvar":
            self.states[variable.removeprefix("DEVICE_STATE(Custom:").removesuffix(")")] = members["Value"]
        found = variable.removeprefix("PJSIP_DIAL_CONTACTS(").removesuffix(")")
        return Message((("Response", "Success"), ("Value", "PJSIP/x" if found in self.there else "")))

    def listed(self, _: str, **members: str) -> list[Message]:
        if members["Family"] == "CustomDevstate":
            return [_row(f"/CustomDevstate/{name}", state) for name, state in self.states.items()]
        until = f'{{"expiration_time":"{int(BEGAN) + 100}","uri":"sip:x@192.0.2.1:5060"}}'
        return [_row(f"/registrar/contact/{one};@{'0' * 32}", until) for one in self.there]


def _row(key: str, value: str) -> Message:
    return Message((("Event", "DBGetTreeResponse"), ("Key", key), ("Val", value)))


def changes(device: str, state: str = "UNAVAILABLE") -> Message:
    return Message((("Event", "DeviceStateChange"), ("Device", device), ("State", state)))


def states(manager: Manager) -> PhoneStates:
    found = PhoneStates(manager.ask, manager.listed)
    found.look(BEGAN)
    return found


@pytest.mark.parametrize(
    ("accounts", "before", "after"),
    [
        ([ACCOUNT], "UNAVAILABLE", "NOT_INUSE"),
        ([ACCOUNT], "NOT_INUSE", "NOT_INUSE"),
        ([], "NOT_INUSE", "UNAVAILABLE"),
        (["101@other.example.net"], "NOT_INUSE", "UNAVAILABLE"),
    ],
)
def test_after_a_break_it_is_said_how_it_is_now(accounts: list[str], before: str, after: str) -> None:
    manager = Manager(*accounts, **{"101-example.net": before})
    states(manager)
    assert manager.states[PLACE] == after
    assert len(manager.asked) == (before != after), "what is true is not said again"


def test_nobody_is_said_to_be_there_who_is_no_member() -> None:
    manager = Manager(ACCOUNT)
    states(manager)
    assert manager.asked == []


def test_what_another_has_said_is_no_matter_of_ours() -> None:
    manager = Manager(tried="NOT_INUSE")
    manager.states["lamp"] = "BUSY"
    states(manager)
    assert manager.asked == []


def test_a_phone_is_looked_at_when_its_state_changes() -> None:
    manager = Manager(**{"101-example.net": "UNAVAILABLE"})
    kept = states(manager)
    manager.there.add(ACCOUNT)
    kept.heard(changes(f"PJSIP/{ACCOUNT}"))
    assert manager.states[PLACE] == "NOT_INUSE"
    kept.heard(changes(f"PJSIP/{ACCOUNT}"))
    assert manager.asked[-1].startswith("Getvar"), "and nothing is said again"


def test_one_that_is_new_is_known_once_it_was_said() -> None:
    manager = Manager(ACCOUNT)
    kept = states(manager)
    kept.heard(changes(f"PJSIP/{ACCOUNT}"))
    assert manager.asked == []
    kept.heard(changes(f"Custom:{PLACE}", "UNAVAILABLE"))
    kept.heard(changes(f"PJSIP/{ACCOUNT}"))
    assert manager.states[PLACE] == "NOT_INUSE"


def test_it_is_looked_again_once_a_member_could_not_be_rung() -> None:
    manager = Manager(ACCOUNT, **{"101-example.net": "UNAVAILABLE"})
    kept = states(manager)
    kept.look_if_due(BEGAN)
    manager.there.clear()
    kept.look_if_due(BEGAN)
    assert manager.states[PLACE] == "NOT_INUSE", "not so soon"
    kept.heard(Message((("Event", "AgentRingNoAnswer"), ("RingTime", "0"))))
    kept.look_if_due(BEGAN)
    assert manager.states[PLACE] == "UNAVAILABLE"


@pytest.mark.parametrize(
    "event", [changes(""), changes("PJSIP/trunk"), Message((("Event", "Hangup"),)), changes("Custom:x")]
)
def test_whatever_else_is_heard_says_nothing(event: Any) -> None:
    manager = Manager(ACCOUNT, **{"101-example.net": "NOT_INUSE"})
    states(manager).heard(event)
    assert manager.asked == []
