"""Requests made up from the actions' own descriptions: each by a seed, so that it can be made again."""

import json
import random
from collections import deque
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from ringpost.contract import RawRequest
from ringpost.dispatch.description import description
from ringpost.entry import demo
from tests.dispatch.test_every_bad_input import NASTY
from tests.harness import CATALOGUE

NUMBERS = ["100", "101", "150", "600", "*99", "*99100", "*", "+12025550199", "12025550100", "5550123", "5550141",
           "5550148", "5550149", "5550150", "0" * 32, "911", "+1 (202) 555-0142"]  # fmt: skip
TIMES = ["2026-11-20T09:30:00Z", "2026-11-22T12:00:00.000Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
WORDS = ["alice", "bob", "Sales", "reception", "everyone", "lab", "test", "Zoë", "日本", "x" * 128, "x" * 1025]
HOMES = [demo.DOMAIN_NAME, demo.DOMAIN_UUID, "empty.example.net", demo.EMPTY_DOMAIN_UUID, "nowhere.example.net"]
UUIDS = [demo.CALL_UUID, demo.CALL_B_UUID, demo.HELD_CALL_UUID, demo.PARKED_CALL_UUID, demo.CONTACT_UUID,
         demo.WEBHOOK_UUID, demo.RECORDING_UUID, demo.LAB_UUID, demo.CRM_KEY_UUID,
         "99999999-9999-4999-8999-999999999999"]  # fmt: skip
ODD_BODIES = [b"", b"[]", b"{", b'{"action": 1}', b'{"action": "x", "action": "y"}', b"\xff", b"null", b"[" * 3000]
_RARELY = {"domain-delete": 0.1, "openapi": 0.1, "key-delete": 0.5}


class Made(NamedTuple):
    """A request: what it names, and what is posted where."""

    action: str
    body: bytes
    path: str
    headers: dict[str, str]
    query: dict[str, str]


class Maker:
    """Makes requests. ``known`` are more words that a caller may have heard of, ``heard`` what was answered of late."""

    def __init__(self, rng: random.Random, known: Sequence[str]) -> None:
        self._rng = rng
        self.known = list(known)
        self.heard: deque[str] = deque(maxlen=40)
        self.cursors: deque[str] = deque(["x"], maxlen=10)

    def request(self, home: str | None) -> Made:
        """One request to one of all actions, more often than not well formed and about ``home``."""
        rng = self._rng
        name = rng.choice(CATALOGUE.names())
        while rng.random() > _RARELY.get(name, 1.0):
            name = rng.choice(CATALOGUE.names())
        headers = {"idempotency-key": rng.choice(["a", "b", "c", "é" * 200])} if rng.random() < 0.05 else {}
        if rng.random() < 0.01:
            return Made(name, rng.choice(ODD_BODIES), "/", headers, {})
        if issubclass(CATALOGUE.load(name).Request, RawRequest):
            return self._raw(name, headers)
        members = self._members(name)
        if home and "domain_name" in members and rng.random() < 0.7:
            members["domain_name"] = home
        if rng.random() < 0.03:
            form = urlencode({member: str(value) for member, value in members.items()}, errors="replace").encode()
            return Made(name, form, f"/{name}", {**headers, "content-type": "application/x-www-form-urlencoded"}, {})
        if rng.random() < 0.1:
            return Made(name, json.dumps(members).encode(), f"/{name}", headers, {})
        return Made(name, json.dumps({"action": name, **members}).encode(), "/", headers, {})

    def _raw(self, name: str, headers: dict[str, str]) -> Made:
        rng, example = self._rng, CATALOGUE.load(name).EXAMPLE
        body = example["body"].encode()
        for _ in range(rng.choice([0, 1, 1, 3])):
            place, length = rng.randrange(len(body) + 1), rng.randrange(12)
            noise = rng.choice([*NUMBERS, *UUIDS, *self.known, "\0", '"', "{}", "%", "&", "=", "9" * 30])
            body = body[:place] + noise.encode() + body[place + length :]
        query = dict(example.get("query") or {})
        if rng.random() < 0.2:
            query[rng.choice(["uuid", "domain_name", "domain_uuid", "x"])] = rng.choice([*UUIDS, *HOMES, *self.known])
        return Made(name, body, f"/{name}", {**headers, "content-type": example["content_type"]}, query)

    def _members(self, name: str) -> dict[str, Any]:
        rng, schema = self._rng, _schema(name)
        properties = schema.get("properties", {})
        members: dict[str, Any] = {}
        if rng.random() < 0.8:
            members = dict(CATALOGUE.load(name).EXAMPLE)
        else:
            members = {one: self._value(one, properties[one], schema) for one in schema.get("required", ())}
        for _ in range(rng.choice([0, 0, 1, 1, 2, 4])):
            if properties:
                one = rng.choice(list(properties))
                members[one] = self._value(one, properties[one], schema)
        if members and rng.random() < 0.1:
            del members[rng.choice(list(members))]
        if rng.random() < 0.02:
            members["surprise"] = 1
        return members

    def _value(self, name: str, schema: dict[str, Any], whole: dict[str, Any], depth: int = 0) -> Any:
        rng = self._rng
        if "$ref" in schema:
            return self._value(name, whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, depth)
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self._value(name, rng.choice(choices), whole, depth)
        if "enum" in schema or "const" in schema:
            return rng.choice(schema.get("enum") or [schema["const"]])
        if schema.get("type") == "array":
            often = rng.choice([0, 1, 1, 2, 3]) if depth < 3 else 0
            return [self._value(name, schema.get("items", {}), whole, depth + 1) for _ in range(often)]
        if schema.get("type") == "object":
            properties = schema.get("properties", {})
            wanted = [one for one in properties if one in schema.get("required", ()) or rng.random() < 0.4]
            return {one: self._value(one, properties[one], whole, depth + 1) for one in wanted if depth < 4}
        return rng.choice(NASTY) if rng.random() < 0.06 else self._plain(name, schema, schema.get("type"))

    def _plain(self, name: str, schema: dict[str, Any], kind: str | None) -> Any:
        rng = self._rng
        if kind == "null":
            return None
        if kind == "boolean":
            return rng.random() < 0.5
        if kind in ("integer", "number"):
            low, high = schema.get("minimum", 0), schema.get("maximum", 1000)
            return rng.choice([low, high, low - 1, high + 1, rng.randint(int(low), int(high)), 10**30])
        if "examples" in schema and rng.random() < 0.3:
            return rng.choice(schema["examples"])
        return rng.choice(self._pool(name, schema))

    def _pool(self, name: str, schema: dict[str, Any]) -> list[str]:
        """Words that may be meant by a member of that name."""
        if name == "cursor":
            return list(self.cursors)
        if name.startswith("domain"):
            return [*HOMES, *self.known]
        if name.endswith("_uuid") or schema.get("format") == "uuid":
            return [*UUIDS, *self.known, *self.heard, *self.heard]
        if schema.get("format") == "date-time" or name.endswith(("_stamp", "_at")):
            return TIMES
        if "number" in name or "destination" in name or name in ("extension", "voicemail"):
            return [*NUMBERS, *self.known]
        return [*WORDS, *NUMBERS[:4], *self.known, *self.heard]


@cache
def _schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = description(CATALOGUE, name)["request"]
    return schema
