"""What a release writes: a row of every kind, and what its reading actions answer from them, kept as files.

``python -m tests.store.releases 0.2.0`` writes both for the code as it is, once for each release.
Files of earlier ones stay as they are.
"""

import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from ringpost.clock import stamp
from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.model.call import MovedCall, RecordedTo
from ringpost.model.destination import Destination
from ringpost.model.due import Due
from ringpost.services import kept
from ringpost.store import MAX_WRITES, Key, Put, Row, Store, keys
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.actions.events.test_switch_event import hand_in, scenario
from tests.fakes import NOON, FakeClock
from tests.harness import CATALOGUE, Caller, House

FOLDER = Path(__file__).parent / "rows"
RELEASES = sorted(file.stem for file in FOLDER.glob("*.jsonl"))
HOME = {"domain_name": demo.DOMAIN_NAME}
READING = [name for name in CATALOGUE.names() if not CATALOGUE.load(name).Request.writes]
_SHOWS_MORE = {
    "delivery-list": {**HOME, "webhook_uuid": demo.WEBHOOK_UUID},
    "event-list": {**HOME, "limit": 1000},
}
READ_AT = NOON + 60
"""When what a release wrote at noon is read: events are told by then."""
ABOUT_ITSELF = {"action-details", "action-list", "openapi"}
"""What a release says of its own code."""


def rows(release: str, folder: Path = FOLDER) -> list[Row]:
    """Every row of a release."""
    read = map(json.loads, (folder / f"{release}.jsonl").read_text().splitlines())
    return [Row(Key(one["pk"], one["sk"]), one["body"], one["version"], one.get("expires")) for one in read]


def answers(release: str) -> dict[str, Any]:
    """What each reading action of a release answered, by its name."""
    read: dict[str, Any] = json.loads((FOLDER / f"{release}.answers.json").read_text())
    return read


def plant(store: Store, release: str) -> None:
    """Put a release's rows into an empty store."""
    found = rows(release)
    for start in range(0, len(found), MAX_WRITES):
        store.transact([Put(row) for row in found[start : start + MAX_WRITES]])


def asked(operator: Caller, name: str) -> Any:
    """What a reading action answers to its example, or to what shows more: read, if it is JSON."""
    reply = operator.call(name, **_SHOWS_MORE[name]) if name in _SHOWS_MORE else operator.example(name)
    assert reply.status == 200, f"{name}: {reply}"
    return reply.json if reply.content_type == "application/json" else reply.text


def _story(house: House) -> None:
    """Leave a row of every kind behind."""
    operator = Caller(house, demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    operator.done("extension-create", **HOME, extension="150", idempotency_key="once")
    operator.done("user-update", **HOME, user="alice", email="alice@example.net")
    operator.done("user-status-set", **HOME, user="alice", type="away")
    operator.done("permission-set", **HOME, usergroup="interns", key="monitor", allowed=False)
    operator.done(
        "switch-create", name="pbx1", kind="freeswitch", address="192.0.2.10", secret="env:RINGPOST_SECRET_PBX1"
    )
    living = operator.done("domain-create", domain_name="moved.example.net", switch="pbx1")
    operator.done("webhook-create", url="https://hooks.example.net/all")
    for name in (
        "key-create",
        "voicemail-update",
        "cdr-create",
        "contact-create",
        "user-import",
        "switch-event",
        "originate",
    ):
        assert operator.example(name).status in (200, 202), name
    operator.call("webhook-test", **HOME, webhook_uuid=demo.WEBHOOK_UUID, wait=0)
    link, told = (
        house.key("switch.event", switch="pbx1"),
        scenario("dial_answered_caller_hangs_up", house, domain_uuid=living["domain_uuid"]),
    )
    hand_in(link, told)
    _what_a_switch_leaves(house, living["domain_uuid"])
    _until_2026(house)


def _what_a_switch_leaves(house: House, home: str) -> None:
    """Where a leg went on and is recorded to, and that a recording has been kept long enough."""
    leg, tomorrow = "1e91e91e-0000-4000-8000-000000000001", int(house.clock.now()) + 86_400
    place, path = f"{home}/{demo.RECORDING_UUID}.wav", "/recordings/1.wav"
    due = Due(made_at=stamp(house.clock.now()), domain_uuid=home, place=place, is_removal=True)
    bodies = {
        keys.moved_call(home, leg): MovedCall(leg_uuid=demo.CALL_UUID),
        keys.recorded_to(home, leg, stamp(NOON), path): RecordedTo(path=path),
        keys.due_removal(home, "2026-11-29T12:00:00.000Z", demo.RECORDING_UUID): due,
    }
    house.store.transact([Put(Row(key, body.model_dump_json(), expires=tomorrow)) for key, body in bodies.items()])


def _until_2026(house: House) -> None:
    """A destination as it was claimed before its country was asked for."""
    context = console(house.store, house.clock, "destination-create")
    old = Destination(
        destination_uuid="dededede-0000-4000-8000-000000000001",
        domain_uuid=demo.DOMAIN_UUID,
        domain_name=demo.DOMAIN_NAME,
        destination_number="12025550142",
        destination_number_regex="^(12025550142)$",
        destination_caller_id_number="",
        destination_actions=(),
    )
    kept.create(context, old, keys.destination_layout)
    context.commit()


def _dumped(path: Path) -> Iterator[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT partition, sort, body, version, expires FROM rows ORDER BY 1, 2").fetchall()
    for partition, sort, body, version, expires in found:
        yield {"pk": partition, "sk": sort, "body": body, "version": version} | (
            {"expires": expires} if expires else {}
        )


def main(release: str, into: Path = FOLDER) -> None:
    """Write the two files of a release."""
    with tempfile.TemporaryDirectory() as folder:
        path, clock = Path(folder) / "rows.sqlite3", FakeClock()
        store = SqliteStore(path, clock.now)
        seeds.plant(store, clock)
        house = House(store, clock)
        _story(house)
        lines = [json.dumps(row, ensure_ascii=False) for row in _dumped(path)]
        (into / f"{release}.jsonl").write_text("\n".join(lines) + "\n")
        operator = Caller(house, demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
        clock.time = READ_AT
        said = {name: asked(operator, name) for name in READING if name not in ABOUT_ITSELF}
        (into / f"{release}.answers.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n")
        store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
