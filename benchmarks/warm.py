"""Our share of a warm request: everything but the store, which is faked."""

import json
from collections.abc import Iterator

from benchmarks import fastapi_mangum, ours, powertools
from benchmarks.check import answers_alike, from_store
from benchmarks.table import Line, compared
from benchmarks.timing import cpu_seconds, output_thrown_away
from benchmarks.work import CONTEXT, DOMAIN_UUID, MemoryStore, event
from ringpost.entry.telemetry import report
from ringpost.model.domain import Domain
from ringpost.store import keys


def lines() -> Iterator[Line]:
    """Without and with the log line and the metric."""
    yield from _silent()
    yield _reporting()


def _silent() -> Iterator[Line]:
    store, asked = MemoryStore(), event()
    read = from_store(store)
    resolver, fastapi = powertools.silent(read), fastapi_mangum.handler(read)
    row = store.get(keys.domain(DOMAIN_UUID))

    def floor() -> str:
        json.loads(asked["body"])
        return Domain.model_validate_json(row.body).model_dump_json()

    with ours.handler(store, ours.silent) as our_handler:
        answers_alike(our_handler, resolver)
        answers_alike(our_handler, fastapi)
        took = cpu_seconds(
            {
                "ours": lambda: our_handler(asked, CONTEXT),
                "floor": floor,
                "resolver": lambda: resolver(asked, CONTEXT),
                "fastapi": lambda: fastapi(asked, CONTEXT),
            }
        )
    what = "our share of a warm request"
    yield compared(what, took["ours"], ("the floor, JSON and one model", took["floor"]), 6)
    yield compared(what, took["ours"], ("Powertools' resolver with validation", took["resolver"]), 1 / 4)
    yield compared(what, took["ours"], ("FastAPI under Mangum", took["fastapi"]))


def _reporting() -> Line:
    store, asked = MemoryStore(), event()
    resolver = powertools.reporting(from_store(store))
    with ours.handler(store, report) as our_handler, output_thrown_away():
        answers_alike(our_handler, resolver)
        took = cpu_seconds({"ours": lambda: our_handler(asked, CONTEXT), "resolver": lambda: resolver(asked, CONTEXT)})
    return compared(
        "the same with the log line and the metrics",
        took["ours"],
        ("Powertools' resolver, Logger and Metrics", took["resolver"]),
        1 / 2,
    )
