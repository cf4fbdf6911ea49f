"""Queues of a scripted Asterisk: it answers as a real one has (captures/asterisk/queue-orders)."""

import re
from collections.abc import Iterable

from tests.switch.asterisk.scripted import REFUSED, SUCCESS, Answer, Asked, listed

_NUMBERED = re.compile(r"Action-([0-9]{6})")
_ROW = "Event: {}\r\n{}ActionID: a\r\n\r\n"


class FakeQueues:
    """Its file, and what it knows of it; its members."""

    def __init__(self) -> None:
        self.file: dict[str, list[tuple[str, str]]] = {}
        self.known: dict[str, dict[str, str]] = {}
        self.members: dict[str, dict[str, dict[str, str]]] = {}
        self.waiting: dict[str, list[dict[str, str]]] = {}
        self.states: dict[str, str] = {}
        self.includes_file = True
        self.may_write = True
        self.withdrawn: list[str] = []
        self.answers: dict[str, Answer] = {
            "GetConfig": self._get_config,
            "UpdateConfig": self._update_config,
            "QueueReload": self._reload,
            "QueueStatus": self._status,
            "QueueAdd": self._add,
            "QueueRemove": self._remove,
            "QueuePenalty": self._penalty,
            "QueuePause": self._pause,
            "QueueWithdrawCaller": self._withdraw,
            "DBGetTree Family=CustomDevstate": self._tree,
        }

    def _get_config(self, asked: Asked) -> str:
        name = asked.get("Category")
        if name not in self.file:
            return "Response: Success\r\nActionID: a\r\nNo categories found\r\n\r\n"
        lines = "".join(f"Line-000000-{at:06}: {one}={value}\r\n" for at, (one, value) in enumerate(self.file[name]))
        return f"Response: Success\r\nActionID: a\r\nCategory-000000: {name}\r\n{lines}\r\n"

    def _update_config(self, asked: Asked) -> str:
        if not self.may_write:
            return REFUSED.format("Save of config failed")
        assert len(asked.members) <= 126, "Asterisk takes 128 lines of an action at most"
        for at in (found[1] for name, _ in asked.members if (found := _NUMBERED.fullmatch(name))):
            name = asked.get(f"Cat-{at}")
            match asked.get(f"Action-{at}"):
                case "DelCat":
                    del self.file[name]
                case "NewCat":
                    assert name not in self.file
                    self.file[name] = []
                case "Append":
                    self.file[name].append((asked.get(f"Var-{at}"), asked.get(f"Value-{at}")))
        return "Response: Success\r\nActionID: a\r\n\r\n"

    def _reload(self, asked: Asked) -> str:
        name = asked.get("Queue")
        if name in self.file and self.includes_file:
            self.known[name] = dict(self.file[name])
            self.members.setdefault(name, {})
        else:
            self.known.pop(name, None)
            self.members.pop(name, None)
        return SUCCESS.format("Queue reloaded successfully")

    def _status(self, asked: Asked) -> str:
        rows = []
        for name in [asked.get("Queue")] if asked.get("Queue") else list(self.known):
            if name not in self.known:
                continue
            rows.append(_row("QueueParams", Queue=name, Max="0", Strategy=self.known[name]["strategy"]))
            if not asked.get("Member"):
                rows += [_row("QueueMember", Queue=name, **member) for member in self.members[name].values()]
            rows += [_row("QueueEntry", Queue=name, **entry) for entry in self.waiting.get(name, [])]
        return listed(rows, "QueueStatusComplete")

    def _add(self, asked: Asked) -> str:
        name, interface = asked.get("Queue"), asked.get("Interface")
        if name not in self.known:
            return REFUSED.format("Unable to add interface to queue: No such queue")
        if interface in self.members[name]:
            return REFUSED.format("Unable to add interface: Already there")
        self.members[name][interface] = {
            "Name": asked.get("MemberName"),
            "Location": interface,
            "StateInterface": asked.get("StateInterface"),
            "Penalty": asked.get("Penalty"),
            "Paused": "1" if asked.get("Paused") == "true" else "0",
            "PausedReason": "",
        }
        return SUCCESS.format("Added interface to queue")

    def _remove(self, asked: Asked) -> str:
        gone = self.members.get(asked.get("Queue"), {}).pop(asked.get("Interface"), None)
        return (
            SUCCESS.format("Removed interface from queue")
            if gone
            else REFUSED.format("Unable to remove interface: Not there")
        )

    def _penalty(self, asked: Asked) -> str:
        self.members[asked.get("Queue")][asked.get("Interface")]["Penalty"] = asked.get("Penalty")
        return SUCCESS.format("Interface penalty set successfully")

    def _pause(self, asked: Asked) -> str:
        paused = asked.get("Paused") == "true"
        changes = {"Paused": "1" if paused else "0", "PausedReason": asked.get("Reason") if paused else ""}
        self.members[asked.get("Queue")][asked.get("Interface")] |= changes
        return SUCCESS.format(f"Interface {'' if paused else 'un'}paused successfully")

    def _withdraw(self, asked: Asked) -> str:
        self.withdrawn.append(asked.get("Caller"))
        self.waiting.pop(asked.get("Queue"), None)
        return SUCCESS.format("Withdraw requested successfully")

    def _tree(self, asked: Asked) -> str:
        rows = [
            _row("DBGetTreeResponse", Key=f"/CustomDevstate/{key}", Val=value) for key, value in self.states.items()
        ]
        return listed(rows, "DBGetTreeComplete")

    def set_state(self, asked: Asked) -> bool:
        """Whether it is a state that is said; then it is known."""
        found = re.fullmatch(r"DEVICE_STATE\(Custom:(.+)\)", asked.get("Variable"))
        if found:
            self.states[found[1]] = asked.get("Value")
        return found is not None

    def named(self, name: str) -> list[dict[str, str]]:
        """The members of a queue, in their order."""
        return list(self.members.get(name, {}).values())


def _row(event: str, **members: str) -> str:
    return _ROW.format(event, "".join(f"{name}: {value}\r\n" for name, value in members.items()))


def interfaces(members: Iterable[dict[str, str]]) -> list[str]:
    return [member["Location"] for member in members]
