"""An endpoint without a wire between, and others that are not as they should be."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import click

from ringpost.client import Answer
from tests.harness import Caller


@dataclass
class Near:
    """A caller's endpoint, as a client calls it."""

    caller: Caller
    url: str = "http://house.example.net"
    calls: list[str] = field(default_factory=list)

    def call(self, action: str, members: Mapping[str, Any]) -> Answer:
        self.calls.append(action)
        reply = self.caller.post(json.dumps({"action": action, **members}))
        return Answer(reply.status, reply.text.encode(), reply.headers)


@dataclass
class Told:
    """An endpoint that answers what it was told to: of any release, and of none."""

    answers: dict[str, Any]
    url: str = "http://other.example.net"
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def call(self, action: str, members: Mapping[str, Any]) -> Answer:
        self.calls.append((action, members))
        told = self.answers.get(action)
        if told is None:
            raise click.ClickException(f"{self.url} does not answer")
        return told if isinstance(told, Answer) else Answer(200, json.dumps(told).encode())


def problem(status: int, code: str, detail: str) -> Answer:
    """A refusal in Ringpost's one shape."""
    return Answer(status, json.dumps({"detail": detail, "code": code, "status": status}).encode())


def older(action: str, **line: Any) -> Told:
    """An endpoint that knows one action besides the catalogue, and does not say what it does."""
    request = {"type": "object", "properties": {"name": {"type": "string"}}}
    return Told(
        {
            "action-list": {"items": [{"action": action, "family": "things", "summary": "Do a thing", **line}]},
            "action-details": {"action": action, "description": "", "request": request, "response": {}},
            action: {"done": True},
        }
    )
