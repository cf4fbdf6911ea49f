"""What a switch costs the endpoint: what it asks and hands in for a registration and a call, on each kind.

How often a real FreeSWITCH 1.11 and a real Asterisk 22 ask was counted with the live suite; what is measured here is
the endpoint's own CPU for it, with key and a SQLite store.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from statistics import median
from typing import NamedTuple

from benchmarks.table import Line
from benchmarks.timing import cpu_seconds, output_thrown_away
from ringpost.entry import demo
from tests.actions.freeswitch.test_decided_by import QUESTIONS
from tests.fakes import CountingStore
from tests.harness import CATALOGUE, Caller
from tests.store_calls import watched

_FORM = {"content-type": "application/x-www-form-urlencoded"}
_PHONE = f"100%40{demo.DOMAIN_NAME}"
_DIALS = f"where=ringpost&endpoint={_PHONE}&number=101&domain={demo.DOMAIN_UUID}&dialled=&tried=&full=&cause=0"
_CONTACT = "id=sip%3A101%40127.0.0.1%3A5060"


class Asked(NamedTuple):
    """Something a switch posts."""

    action: str
    body: str
    query: str = ""


_ROWS = [Asked("asterisk-realtime", f"id={_PHONE}", f"ps_{table}/single") for table in ("endpoints", "auths", "aors")]
WORK: dict[str, dict[str, Sequence[Asked]]] = {
    "a registration": {
        "FreeSWITCH": [Asked("freeswitch-xml", QUESTIONS["registers"])],
        "Asterisk, the first after a restart or a change": _ROWS,
    },
    "a call between two phones, without its records": {
        "FreeSWITCH": [Asked("freeswitch-xml", QUESTIONS[what]) for what in ("calls", "dials", "is rung")],
        "Asterisk": [
            Asked("asterisk-route", _DIALS),
            Asked("asterisk-realtime", _CONTACT, "ps_aors/single"),
        ],
    },
    "the record of a leg": {
        "FreeSWITCH": [Asked("freeswitch-cdr", CATALOGUE.load("freeswitch-cdr").EXAMPLE["body"])],
        "Asterisk": [Asked("asterisk-cdr", CATALOGUE.load("asterisk-cdr").EXAMPLE["body"])],
    },
}


def lines() -> Iterator[Line]:
    """A line each: requests, and CPU of the endpoint."""
    with watched(CountingStore) as (operator, _), output_thrown_away():
        operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="lab")
        switch = operator.house.key("freeswitch.#", "asterisk.#", switch="lab")
        found = [_line(switch, what, kinds) for what, kinds in WORK.items()]
    yield from found


def _line(switch: Caller, what: str, kinds: dict[str, Sequence[Asked]]) -> Line:
    took = cpu_seconds({kind: partial(_done, switch, work) for kind, work in kinds.items()})
    said = [f"{kind}: {_requests(kinds[kind])}, {median(took[kind]) * 1e6:.0f} µs" for kind in kinds]
    (first, other) = took.values()
    ratio = median(one / another for one, another in zip(other, first, strict=True))
    return Line(f"CPU of the endpoint for {what}", said[1], said[0], f"{ratio:.2f}")


def _requests(work: Sequence[Asked]) -> str:
    return f"{len(work)} request{'s' if len(work) > 1 else ''}"


def _done(switch: Caller, work: Sequence[Asked]) -> None:
    for one in work:
        query = {one.query: ""} if one.query else None
        reply = switch.post(one.body, path=f"/{one.action}", headers=_FORM, query=query)
        assert reply.status == 200, reply
