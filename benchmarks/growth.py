"""What the first page of calls costs, with few records and with many: rows evaluated, and time."""

import http.client
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

from benchmarks.table import Line
from benchmarks.timing import cpu_seconds
from benchmarks.work import DOMAIN_UUID, KEY_UUID, SECRET, rows
from ringpost.clock import stamp
from ringpost.model.call import Call, Leg
from ringpost.store import Key, Put, Store, keys
from ringpost.store.dynamodb import DynamoStore
from ringpost.store.sqlite import SqliteStore
from tests.fakes import CountingStore, FakeClock
from tests.harness import Caller, House
from tests.store.dynamo import DynamoServer

FEW, MANY, ON_DYNAMODB = 1_000, 1_000_000, 20_000
PAGES = ("cdr-list", "cdr-search")


class Cost(NamedTuple):
    """Of a page: the rows the store handed over, those it looked at, and the time."""

    rows: int
    evaluated: int
    seconds: float = 0.0


class Records:
    """Calls as the store keeps them, made from one that went through the model."""

    def __init__(self, clock: FakeClock) -> None:
        self._first = clock.now() - 60 * 86_400
        start, uuid = self._of(0)
        leg = Leg(
            xml_cdr_uuid=uuid,
            direction="inbound",
            start_stamp=start,
            end_stamp=start,
            duration=0,
            destination_number="5550100",
            caller_id_number="5550199",
            extension="100",
        )
        call = Call(
            xml_cdr_uuid=uuid,
            domain_uuid=DOMAIN_UUID,
            domain_name="fusionpbx.example.net",
            direction="inbound",
            start_stamp=start,
            listed_at=start,
            extensions=("100",),
            numbers=("100", "5550100", "5550199"),
            legs=(leg,),
        )
        self._place = Key(keys.cdrs(DOMAIN_UUID), f"{start}#{uuid}")
        if self._place not in keys.cdr_layout(call).copies:
            raise RuntimeError("the list of a domain's calls has other keys now")
        self._template = (start, uuid, call.model_dump_json())

    def rows(self, count: int) -> Iterator[tuple[str, str, str]]:
        """Partition, sort key and body of each call in the list of its domain, where first pages are read."""
        start, uuid, body = self._template
        for number in range(count):
            now, made = self._of(number)
            yield self._place.partition, f"{now}#{made}", body.replace(start, now).replace(uuid, made)

    def _of(self, number: int) -> tuple[str, str]:
        return stamp(self._first + number), f"aaaaaaaa-0000-4000-8000-{number:012d}"


def lines() -> Iterator[Line]:
    """SQLite, then the DynamoDB stand-in."""
    few, many = _on_sqlite(FEW), _on_sqlite(MANY)
    for page in PAGES:
        yield _line(f"first page of {page}, SQLite", few[page], many[page], "steps of its machine", MANY)
    server = DynamoServer()
    few, many = _on_dynamodb(server, FEW), _on_dynamodb(server, ON_DYNAMODB)
    server.stop()
    for page in PAGES:
        yield _line(f"first page of {page}, DynamoDB stand-in", few[page], many[page], "ScannedCount", ON_DYNAMODB)


def _line(what: str, few: Cost, many: Cost, measure: str, records: int) -> Line:
    time = f", {many.seconds * 1e3:.1f} ms" if many.seconds else ""
    time_before = f", {few.seconds * 1e3:.1f} ms" if few.seconds else ""
    return Line(
        what,
        f"{records:,} records: {many.rows} rows, {measure} {many.evaluated}{time}",
        f"{FEW:,} records: {few.rows} rows, {measure} {few.evaluated}{time_before}",
        f"{many.evaluated / few.evaluated:.2f}" + (f" (time {many.seconds / few.seconds:.2f})" if time else ""),
        "same",
        few[:2] == many[:2],
    )


def _house(store: Store, clock: FakeClock) -> tuple[CountingStore, Caller]:
    store.transact([Put(row) for row in rows()])
    counting = CountingStore(store)
    caller = Caller(House(counting, clock), KEY_UUID, SECRET)
    caller.done("domain-details")
    return counting, caller


# SQLite


class Watched(sqlite3.Connection):
    """A connection that counts the steps of SQLite's virtual machine, and notes the statements."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.steps = 0
        self.statements: list[str] = []

    def watch(self) -> None:
        self.steps = 0
        self.statements.clear()
        self.set_progress_handler(self._step, 1)
        self.set_trace_callback(self.statements.append)

    def unwatch(self) -> None:
        self.set_progress_handler(None, 0)
        self.set_trace_callback(None)

    def _step(self) -> int:
        self.steps += 1
        return 0


def _on_sqlite(count: int) -> dict[str, Cost]:
    clock = FakeClock()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls.sqlite3"
        SqliteStore(file, clock.now).close()
        _load_sqlite(file, Records(clock), count)
        with _watched() as opened:
            store = SqliteStore(file, clock.now)
            counting, caller = _house(store, clock)
            costs = {page: _cost_on_sqlite(counting, caller, opened[-1], page) for page in PAGES}
            store.close()
    return costs


def _load_sqlite(file: Path, records: Records, count: int) -> None:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executemany("INSERT INTO rows (partition, sort, body, version) VALUES (?, ?, ?, 1)", records.rows(count))
    connection.commit()
    connection.close()


@contextmanager
def _watched() -> Iterator[list[Watched]]:
    opened: list[Watched] = []
    connect = sqlite3.connect

    def watched(*args: Any, **options: Any) -> Watched:
        opened.append(connect(*args, factory=Watched, **options))
        return opened[-1]

    with patch.object(sqlite3, "connect", watched):
        yield opened


def _cost_on_sqlite(counting: CountingStore, caller: Caller, connection: Watched, page: str) -> Cost:
    counting.rows_read = 0
    connection.watch()
    caller.done(page, domain_uuid=DOMAIN_UUID)
    connection.unwatch()
    for statement in connection.statements:
        plan = [step[3] for step in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
        if len(plan) != 1 or not plan[0].startswith("SEARCH rows USING PRIMARY KEY"):
            raise RuntimeError(f"{page} must search by the primary key, not {plan}")
    rows, steps = counting.rows_read, connection.steps
    rounds = cpu_seconds({page: lambda: caller.done(page, domain_uuid=DOMAIN_UUID)})[page]
    return Cost(rows, steps, median(rounds))


# DynamoDB's stand-in


def _on_dynamodb(server: DynamoServer, count: int) -> dict[str, Cost]:
    clock, table = FakeClock(), f"calls-{count}"
    server.make_table(table)
    _load_dynamodb(server, table, Records(clock).rows(count))
    with _relayed(server.url) as (url, scanned):
        client = {"region": "us-east-1", "access_key": "test", "secret_key": "test", "read_timeout": 60}
        counting, caller = _house(DynamoStore(table, clock.now, endpoint_url=url, **client), clock)
        return {page: _cost_on_dynamodb(counting, caller, scanned, page) for page in PAGES}


def _load_dynamodb(server: DynamoServer, table: str, rows: Iterator[tuple[str, str, str]]) -> None:
    while batch := list(islice(rows, 25)):
        items = [
            {"pk": {"S": partition}, "sk": {"S": sort}, "version": {"N": "1"}, "body": {"S": body}}
            for partition, sort, body in batch
        ]
        server.ask("BatchWriteItem", {"RequestItems": {table: [{"PutRequest": {"Item": item}} for item in items]}})


@contextmanager
def _relayed(url: str) -> Iterator[tuple[str, list[int]]]:
    """A way to the server that notes what its replies say they looked at."""
    scanned: list[int] = []

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            passed = {name: self.headers[name] for name in ("X-Amz-Target", "Authorization", "Content-Type")}
            upstream = http.client.HTTPConnection(urlsplit(url).netloc)
            upstream.request("POST", "/", body, passed)
            answer = upstream.getresponse()
            said = answer.read()
            scanned.append(json.loads(said).get("ScannedCount", 0))
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as relay:
        Thread(target=relay.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{relay.server_port}", scanned
        relay.shutdown()


def _cost_on_dynamodb(counting: CountingStore, caller: Caller, scanned: list[int], page: str) -> Cost:
    counting.rows_read = 0
    scanned.clear()
    caller.done(page, domain_uuid=DOMAIN_UUID)
    return Cost(counting.rows_read, sum(scanned))
