"""What a month on AWS costs: list prices times what our actions read and write, counted.

``python -m benchmarks.costs`` prints it.

Worked out, not billed: the assumptions are ``USE`` and stand in docs/costs.md, which has the table.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ringpost.entry import demo
from ringpost.store import Row, Store, Write
from tests import seeds
from tests.actions.events.test_switch_event import hand_in, scenario
from tests.fakes import CountingStore, FakeClock
from tests.harness import Caller
from tests.store_calls import by_uuid, bytes_of, units_written, watched

USERS = (10, 1_000, 100_000)
USE = {
    "freeswitch-xml": 720 + 2 * 200,  # a phone registers once an hour; a call asks for its dialplan and whom it calls
    "freeswitch-cdr": 2 * 200,
    "switch-event": 200,
    "contact-lookup": 200,
    "extension-status": 200,
    "cdr-search": 40,
    "originate": 20,
    "user-status-set": 20,
}
"""Requests of a user in a month, who has 200 calls."""
DELIVERIES = 3 * 200
LATENCY = {"freeswitch-xml": 0.03, "contact-lookup": 0.02, "cdr-search": 0.03, "originate": 3.0}
"""Seconds of Lambda, if not ``_USUAL``. ``originate`` waits until the first phone is answered."""
_USUAL = 0.05
_TOLD = "dial_answered_caller_hangs_up"
"""What a real switch told of such a call, handed in at once; the example of ``switch-event`` tells less."""
MILLION, _GB = 1e6, 1e9
WRITE, READ = 0.625 / MILLION, 0.125 / MILLION
_STORED, _BACKED_UP = 0.25, 0.20
INVOCATION, GB_SECOND, MEMORY = 0.20 / MILLION, 0.0000133334, 0.5
_REQUEST, _SENT = 1.00 / MILLION, 0.09
_LOGGED = 0.50
_DELIVERY = 13.02 / MILLION
ALARMS, _ALARM = 17, 0.10
_METRICS, _METRIC = 50, 0.30
_SNAPSHOTS, _SNAPSHOT = 2, 0.0000015046 * MEMORY * 30 * 86_400
_SWEEP = 0.96
"""The minute's sweep, and Lambda's looks into three queues."""


class Units(NamedTuple):
    """What DynamoDB charges for a request: units of 4 KB read, units of 1 KB written, which a transaction doubles."""

    read: int
    written: int


class Weighing(CountingStore):
    """A store that weighs what passes through, in units."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.read = self.written = 0

    def answered(self, rows: Sequence[Row]) -> None:
        """Read units: four KB begun, one if there was nothing."""
        self.read += max(1, math.ceil(sum(map(bytes_of, rows)) / 4096))

    def transact(self, writes: Sequence[Write]) -> None:
        """Rows written."""
        super().transact(writes)
        self.written += units_written(writes)


@cache
def kept_a_call() -> int:
    """Bytes of the record of a call of two legs in all its places; its events are gone after 30 days."""
    return sum(bytes_of(row) for row in seeds.rows(FakeClock().time) if "#cdr" in row.key.partition)


@cache
def units(name: str) -> Units:
    """What an action's example on the demo tenant reads and writes, its key being known."""
    with watched(Weighing) as (operator, weighing):
        if name == "switch-event":
            _tell(operator, weighing)
        else:
            weighing.read = weighing.written = 0
            assert operator.example(name, **by_uuid(name)).status in (200, 202)
    return Units(weighing.read, weighing.written)


def _tell(operator: Caller, weighing: Weighing) -> None:
    """Hand in a call."""
    about = {"name": "pbx1", "kind": "freeswitch", "address": "192.0.2.10", "secret": "env:RINGPOST_SECRET_PBX1"}
    operator.done("switch-create", **about)
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="pbx1")
    link = operator.house.key("switch.event", switch="pbx1")
    link.call("action-list")
    weighing.read = weighing.written = 0
    hand_in(link, scenario(_TOLD, operator.house))


def month(users: int) -> dict[str, float]:
    """Dollars by what they are paid for."""
    requests = users * sum(USE.values())
    busy = 1.0 if users >= USERS[1] else 0.35  # a metric is paid for those hours in which it has a value
    kept = users * 12 * 200 * kept_a_call() / _GB
    seconds = users * sum(count * LATENCY.get(name, _USUAL) for name, count in USE.items())
    return {
        "API Gateway, and 1.5 KB of answer each": requests * (_REQUEST + 1.5e3 / _GB * _SENT),
        "Lambda": requests * INVOCATION + seconds * MEMORY * GB_SECOND,
        "DynamoDB, reads": users * sum(count * units(name).read for name, count in USE.items()) * READ,
        "DynamoDB, writes": users * sum(count * units(name).written for name, count in USE.items()) * WRITE,
        "DynamoDB, a year of call records and their backup": kept * (_STORED + _BACKED_UP),
        "webhooks": users * DELIVERIES * _DELIVERY,
        "logs, 1.5 KB a request": requests * 1.5e3 / _GB * _LOGGED,
        "alarms, metrics, snapshots, sweep": (
            ALARMS * _ALARM + _METRICS * _METRIC * busy + _SNAPSHOTS * _SNAPSHOT + _SWEEP
        ),
    }


def table() -> str:
    """The table of the page."""
    months = [month(users) for users in USERS]
    lines = [f"| a month | {' | '.join(f'{users:,} users' for users in USERS)} |", "|---|---|---|---|"]
    lines += [f"| {name} | {' | '.join(_dollars(one[name]) for one in months)} |" for name in months[0]]
    lines.append(f"| **together** | {' | '.join(f'**{_dollars(sum(one.values()))}**' for one in months)} |")
    each = [sum(one.values()) / users for users, one in zip(USERS, months, strict=True)]
    lines.append(f"| a user | {' | '.join(f'${one:.2f}' for one in each)} |")
    return "\n".join(lines) + "\n"


def uses() -> str:
    """What a user does, and what each of that reads and writes."""
    lines = ["| a user, in a month | requests | units read | units written |", "|---|---|---|---|"]
    lines += [f"| `{name}` | {count} | {units(name).read} | {units(name).written} |" for name, count in USE.items()]
    return "\n".join(lines) + "\n"


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount < 100 else f"${amount:,.0f}"


if __name__ == "__main__":
    print(uses())
    print(table())
