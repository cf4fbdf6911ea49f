"""With a key that only reads nothing is changed by any sequence of tools, whatever their arguments."""

import sqlite3
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.client import Answer
from ringpost.entry import demo
from ringpost.mcp.asked import Trouble
from ringpost.mcp.desk import Desk, Order
from ringpost.mcp.tools import CALL, CODE, FIND, MORE
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.fakes import FakeClock
from tests.harness import CATALOGUE, Caller, House
from tests.mcp.near import Near

READS = [name for name in CATALOGUE.names() if not CATALOGUE.load(name).Request.writes]
KNOWN = [
    demo.DOMAIN_NAME, demo.DOMAIN_UUID, demo.HELD_CALL_UUID, demo.WAITING_CALL_UUID, demo.QUEUE_UUID, demo.AGENT_UUID,
    demo.CONTACT_UUID, demo.WEBHOOK_UUID, demo.RECORDING_UUID, demo.CRM_KEY_UUID, demo.LAB_UUID, "lab", "100", "101",
    "600", "700", "7001", "12025550100", "12025550199", "alice", "sales", "reception", "true", "",
]  # fmt: skip
Calls = list[tuple[str, dict[str, Any]]]


@cache
def arguments(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """What such a tool may be sent: its example with some of it otherwise, or all that its schema says."""
    schema = CATALOGUE.describe(name)["request"]
    example = {member: value for member, value in CATALOGUE.describe(name)["example"].items() if member != "action"}
    made = _values(schema, schema, 0) if schema.get("type") == "object" else st.just({})
    odd = st.dictionaries(st.sampled_from(["action", "dry_run", "idempotency_key", CODE]), st.sampled_from(KNOWN))
    return st.builds(_together, st.just(example), made) | st.builds(_together, made, odd)


def _together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {**one, **other}


def _values(schema: dict[str, Any], whole: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return _values(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, depth)
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return st.one_of([_values(choice, whole, depth) for choice in choices])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    kind = schema.get("type")
    if kind == "object" and depth < 3:
        members = {name: _values(one, whole, depth + 1) for name, one in schema.get("properties", {}).items()}
        required = {name: members.pop(name) for name in schema.get("required", ()) if name in members}
        return st.fixed_dictionaries(required, optional=members)
    if kind == "array" and depth < 3:
        return st.lists(_values(schema.get("items", {}), whole, depth + 1), max_size=2)
    plain = {"boolean": st.booleans(), "integer": st.integers(-1, 1001), "null": st.none()}
    return plain.get(str(kind), st.sampled_from(KNOWN) | st.text(max_size=8))


@st.composite
def sequences(draw: st.DrawFn) -> Calls:
    """Some tools one after the other: of actions that read and that write, and the three that are always there."""
    calls: Calls = []
    for _ in range(draw(st.integers(1, 8))):
        name = draw(st.sampled_from([*CATALOGUE.names(), CALL, CALL, FIND, MORE]))
        if name == CALL:
            action = draw(st.sampled_from(CATALOGUE.names()))
            calls.append((CALL, {"action": action, "arguments": draw(arguments(action))}))
        elif name in (FIND, MORE):
            calls.append((name, {"words": draw(st.sampled_from(KNOWN)), "cursor": draw(st.text(max_size=8))}))
        else:
            calls.append((name, draw(arguments(name))))
    return calls


class Narrowed(Near):
    """A key that could do more when it was asked what there is."""

    def __init__(self, caller: Caller, before: Caller) -> None:
        super().__init__(caller)
        self._before = Near(before)

    def call(self, action: str, members: Mapping[str, Any]) -> Answer:
        is_asked = action in ("action-list", "action-details")
        return self._before.call(action, members) if is_asked else super().call(action, members)


class World:
    """A house, its rows, and desks that ask nobody and hide nothing: what holds is the key alone."""

    def __init__(self, path: Path) -> None:
        clock = FakeClock()
        self.store = SqliteStore(path, clock.now)
        seeds.plant(self.store, clock)
        self.house = House(self.store, clock)
        self.reader = self.house.key(*(name.replace("-", ".") for name in READS))
        self.writer = self.house.key("#", domains=(demo.DOMAIN_UUID,))
        self._rows = sqlite3.connect(path, isolation_level=None)

    def rows(self) -> list[Any]:
        """All there is. Left out: when the two keys were last used, which is written into their own rows."""
        own = (f"key#{self.reader.key_uuid}", f"key#{self.writer.key_uuid}", self.reader.key_uuid, self.writer.key_uuid)
        return self._rows.execute(
            "SELECT partition, sort, version, body FROM rows WHERE partition NOT IN (?, ?) AND sort NOT IN (?, ?)"
            " ORDER BY partition, sort",
            own,
        ).fetchall()

    def desks(self) -> Iterator[Desk]:
        """The reader's; and one whose list of actions is still that of a key that could do everything."""
        yield Desk(Near(self.reader), with_secrets=True, asks=False)
        yield Desk(Narrowed(self.reader, self.writer), with_secrets=True, asks=False)

    def done(self, desk: Desk, calls: Calls) -> int:
        """How many of these calls were answered well; who is asked says yes."""
        well = 0
        for name, sent in calls:
            try:
                order = desk.order(name, sent)
                if isinstance(order, Order):
                    desk.done(order)
                    well += 1
            except Trouble:
                continue
        return well

    def close(self) -> None:
        self._rows.close()
        self.store.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("reading") / "world.sqlite3")
    yield made
    made.close()


@pytest.mark.often
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(calls=sequences())
def test_nothing_is_changed_by_any_sequence_of_tools(world: World, calls: Calls) -> None:
    before = world.rows()
    for desk in world.desks():
        world.done(desk, calls)
        assert world.rows() == before


@pytest.mark.often
def test_nor_by_any_action_by_itself(world: World) -> None:
    before = world.rows()
    for desk in world.desks():
        well = set()
        for name in CATALOGUE.names():
            whole = CATALOGUE.describe(name)["example"]
            example = {member: value for member, value in whole.items() if member != "action"}
            if world.done(desk, [(name, example), (CALL, {"action": name, "arguments": example})]):
                well.add(name)
            assert world.rows() == before, name
        assert well == {name for name in READS if "body" not in CATALOGUE.load(name).EXAMPLE}


def test_with_another_key_the_same_calls_do_change_something(world: World) -> None:
    calls: Calls = [("user-status-set", {"user": "alice", "type": "away"}), (CALL, {"action": "originate"})]
    before = world.rows()
    assert world.done(Desk(Near(world.writer), asks=False), calls) == 1
    assert world.rows() != before
