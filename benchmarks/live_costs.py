"""What goes over a live connection costs: list prices times what it reads and writes, counted. docs/costs.md has it.

Each is in an invocation of its own, of functions that know nobody yet: the dearest case.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple
from uuid import uuid4

from benchmarks.costs import GB_SECOND, INVOCATION, MEMORY, MILLION, READ, WRITE, Units, Weighing
from ringpost.entry import demo
from ringpost.live.commands import AwaitedAnywhere, LiveCommands
from ringpost.model.switch import SwitchRecord
from ringpost.switch import calls
from tests.harness import Caller
from tests.live_connections.ends import Client, Line
from tests.live_connections.test_commands import Meanwhile
from tests.store_calls import watched
from tests.webhooks.receivers import call_event, happen

_MESSAGE, _CONNECTED, _QUEUED = 1.00 / MILLION, 0.25 / MILLION, 0.40 / MILLION
"""A message of up to 32 KB, a minute of a connection, a request to a standard queue."""
_USUAL = 0.05
"""Seconds of Lambda to answer a message."""
_ANSWERED_WITHIN = 0.25
_MINUTES, _HEARTBEAT_EVERY = 30 * 1440, 5
_SWITCH, _EVENT = "pbx1", call_event()


class Once(NamedTuple):
    """What it takes: messages, invocations and their seconds, requests to a queue, units."""

    messages: int
    invocations: int
    seconds: float
    queued: int
    units: Units

    @property
    def dollars(self) -> float:
        """What that costs."""
        ran = self.invocations * INVOCATION + self.seconds * MEMORY * GB_SECOND
        stored = self.units.read * READ + self.units.written * WRITE
        return self.messages * _MESSAGE + self.queued * _QUEUED + ran + stored


@cache
def each() -> dict[str, Once]:
    """What goes over live connections."""
    return {
        "a command to a link that answers within a quarter of a second": Once(
            2, 1, _ANSWERED_WITHIN + _USUAL, 0, _counted(_link, _command)
        ),
        "an event that is pushed to one connection": Once(1, 1, _USUAL, 3, _counted(_listener, _push)),
        "a heartbeat of a link": Once(2, 1, _USUAL, 0, _counted(_link, _heartbeat)),
    }


def table() -> str:
    """The table of the page."""
    lines = ["| over a live connection | messages | units read | units written | a million |", "|---|---|---|---|---|"]
    lines += [
        f"| {name} | {one.messages} | {one.units.read} | {one.units.written} | ${one.dollars * MILLION:,.2f} |"
        for name, one in each().items()
    ]
    beats = each()["a heartbeat of a link"].dollars * _MINUTES / _HEARTBEAT_EVERY
    there = _MINUTES * _CONNECTED + beats
    lines.append(f"| a link that is there for a month, with its heartbeats | | | | ${there:.2f} a link |")
    return "\n".join(lines) + "\n"


def _counted(connect: Callable[[Line, Caller], Client], does: Callable[[Client, SwitchRecord], None]) -> Units:
    with watched(Weighing) as (operator, weighing):
        made = operator.done("switch-create", name=_SWITCH, kind="freeswitch", via="link")
        happen(operator.house.store, _EVENT)
        client = connect(Line(operator.house), operator)
        fresh = Line(operator.house, ends=client.line.ends)
        weighing.read = weighing.written = 0
        does(Client(fresh, client.connection_id), SwitchRecord.model_validate(made))
    return Units(weighing.read, weighing.written)


def _link(line: Line, operator: Caller) -> Client:
    client = line.client(operator.house.key("switch.link", switch=_SWITCH))
    assert client.say("link", switch=_SWITCH, link_uuid=str(uuid4()), version="1.0")["message"] == "linked"
    return client


def _listener(line: Line, operator: Caller) -> Client:
    client = line.client(operator)
    told = client.say("subscribe", subscription="a", domain_name=demo.DOMAIN_NAME)
    assert told["message"] == "subscribed"
    return client


def _command(client: Client, switch: SwitchRecord) -> None:
    house = client.line.house
    began = house.clock.time
    clock = Meanwhile(lambda: _answer(client) if clock.time >= began + _ANSWERED_WITHIN - 0.02 else None)
    clock.time = began
    commands = LiveCommands(house.store, house.clock, client.line.ends, AwaitedAnywhere(clock))
    commands.ask(switch, calls.asked("status"), 5)


def _answer(client: Client) -> None:
    command = client.told[-1]["command"]
    said = {name: command[name] for name in ("command_uuid", "switch_uuid")}
    assert client.say("answer", answer={**said, "outcome": {"result": {"reachable": True}}}) == {}


def _push(client: Client, _switch: SwitchRecord) -> None:
    client.line.listeners.told([_EVENT])
    client.line.push()
    assert client.events()


def _heartbeat(client: Client, _switch: SwitchRecord) -> None:
    assert client.say("heartbeat")["message"] == "heartbeat"
