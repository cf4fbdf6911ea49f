"""Three tenants and everybody who has a key, and what must not happen whoever asks for what."""

import json
import random
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from pydantic import BaseModel

from ringpost.auth.scopes import allows
from ringpost.dispatch.description import description
from ringpost.dispatch.http import HttpRequest
from ringpost.entry import demo
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.described import closed
from tests.fakes import FakeClock
from tests.fuzz.making import Made, Maker
from tests.harness import CATALOGUE, Caller, House, Reply

RIVAL = "rival.example.net"
CANARY = "Kestrel"
"""In every name of the rival's, and never sent by anybody else."""
HOMES = {demo.DOMAIN_UUID: demo.DOMAIN_NAME, demo.EMPTY_DOMAIN_UUID: "empty.example.net"}
PROBLEM = {"error", "code", "status", "title", "detail", "errors", "request_id"}
DUE = {(502, "switch-refused"), (503, "switch-unreachable")}
"""What the sandbox's numbers for it answer; nothing else may be a 5xx."""
TOLD_TO_ALL = ("action-list", "action-details", "openapi", "token-details")
"""Examples name the demo tenant; and knowing a token is enough to ask about it."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LONGEST_CHECKED = 60_000


@dataclass
class Somebody:
    """Who calls: the headers, the domains that are its own, the scopes; whether its key is good."""

    name: str
    headers: dict[str, str]
    homes: frozenset[str] | None
    scopes: tuple[str, ...] = ("#",)
    is_good: bool = True
    secret: str = ""


@dataclass
class World:
    """A house with three tenants, for as long as one chapter lasts.

    A uuid that somebody has sent may be answered: it is kept where it was sent to. Of the rival's half are never sent.
    """

    path: Path
    rng: random.Random
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.store = SqliteStore(self.path, self.clock.now)
        seeds.plant(self.store, self.clock)
        self.house = House(self.store, self.clock)
        self.rows = sqlite3.connect(self.path, isolation_level=None)
        self.rival = self._settled()
        self.everybody = list(self._everybody())
        self.claims = self._claims()
        self.secrets = {one.secret for one in self.everybody if one.secret} | self._hashes()
        self.hidden = {home: self._names(home) for home in (demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID, self.rival)}
        self.maker = Maker(self.rng, [RIVAL, self.rival, *sorted(self.hidden[self.rival])[::2]])
        self.sent: set[str] = set()
        self.refusal: bytes | None = None

    def close(self) -> None:
        self.rows.close()
        self.store.close()

    def _settled(self) -> str:
        """The rival moves in; nobody but itself and the operator shall see or change anything of it."""
        operator = Caller(self.house, demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
        operator.done("domain-update", domain_name="empty.example.net", switch="lab")
        home = {"domain_name": RIVAL}
        uuid: str = operator.done("domain-create", **home)["domain_uuid"]
        operator.done("extension-create", **home, extension="701", description=f"{CANARY} desk")
        operator.done("destination-create", **home, number="+12025550177", extension="701")
        operator.done("user-create", **home, firstname=CANARY, username="kestrel")
        operator.done("contact-create", **home, display_name=f"{CANARY} customer", numbers=[{"number": "+12025550188"}])
        operator.done("usergroup-create", **home, display_name=f"{CANARY} team")
        operator.done("voicemail-create", **home, number="702", name=CANARY)
        operator.done(
            "cdr-create",
            **home,
            xml_cdr_uuid="fefefefe-0000-4000-8000-000000000001",
            start_stamp="2026-11-20T09:30:00Z",
            caller_id_name=CANARY,
            destination_number="701",
        )
        return uuid

    def _everybody(self) -> Iterator[Somebody]:
        house, tenant, empty = self.house, demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID
        operator = Caller(house, demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
        yield Somebody("operator", operator.basic, None, secret=operator.secret)
        mine = house.tenant_key(tenant)
        yield Somebody("tenant", mine.basic, frozenset({tenant}), secret=mine.secret)
        other = house.tenant_key(empty)
        yield Somebody("stranger", other.basic, frozenset({empty}), secret=other.secret)
        both = house.key("#", domains=(tenant, empty))
        yield Somebody("of two domains", both.basic, frozenset({tenant, empty}), secret=both.secret)
        for user in ("alice", "bob"):
            uuid = mine.done("user-details", user=user)["user_uuid"]
            bound = house.key("#", domains=(tenant,), user=uuid)
            yield Somebody(f"for {user}", bound.basic, frozenset({tenant}), secret=bound.secret)
        switch = house.key("#", switch="lab")
        yield Somebody("of a switch", switch.basic, frozenset({empty}), secret=switch.secret)
        scopes = ("extension.*", "cdr.#", "*.list", "!extension.delete", "!key.#")
        narrow = house.key(*scopes, domains=(tenant,))
        yield Somebody("narrow", narrow.basic, frozenset({tenant}), scopes, secret=narrow.secret)
        expired = house.key("#", domains=(tenant,), expires_at="2026-11-22T11:00:00.000Z")
        yield Somebody("expired", expired.basic, frozenset(), is_good=False, secret=expired.secret)
        away = house.key("#", domains=(tenant,), networks=("198.51.100.0/24",))
        yield Somebody("from elsewhere", away.basic, frozenset(), is_good=False, secret=away.secret)
        yield Somebody("nobody", {}, frozenset(), is_good=False)
        yield Somebody("wrong", {"x-api-key": f"rp_{mine.key_uuid}_{'0' * 64}"}, frozenset(), is_good=False)
        token = mine.done("token-create", scopes=["#"], expiration=86_400)["token"]
        yield Somebody("a token", {"x-auth-token": token}, frozenset({tenant}), secret=token)
        of_user = mine.done("token-create", as_user="alice", expiration=86_400)["token"]
        yield Somebody("alice's token", {"authorization": f"Bearer {of_user}"}, frozenset({tenant}), secret=of_user)

    def _hashes(self) -> set[str]:
        """What proves keys and signs cursors: never to be answered."""
        found = self.rows.execute("SELECT body FROM rows WHERE partition LIKE 'key#%'").fetchall()
        bodies = [json.loads(body) for (body,) in found]
        return {body["cursor_seed"] for body in bodies if "cursor_seed" in body} | {
            one["sha256"] for body in bodies for one in body.get("hashes", ())
        }

    def _claims(self) -> list[str]:
        """What the rival has that is one in all the world: its name, its number.

        A day's calls are everybody's: of those each domain has its own rows.
        """
        found = self.rows.execute(
            "SELECT partition FROM rows WHERE partition LIKE '%#%' AND partition NOT LIKE 'domain#%' AND"
            " partition NOT LIKE 'due#%' AND partition NOT LIKE 'calls#%' AND body LIKE ?",
            (f'%"domain_uuid":"{self.rival}"%',),
        )
        return [partition for (partition,) in found]

    def _names(self, home: str) -> set[str]:
        """The uuids by which what lives in a domain is known."""
        partitions = self.rows.execute(
            "SELECT DISTINCT partition FROM rows WHERE partition LIKE ?", (f"domain#{home}%",)
        ).fetchall()
        return {uuid for (partition,) in partitions for uuid in _UUID.findall(partition)}

    def _kept(self, home: str) -> list[Any]:
        return self.rows.execute(
            "SELECT partition, sort, version, body FROM rows WHERE partition >= ? AND partition < ?"
            " OR partition LIKE 'calls#%' AND sort LIKE ?"
            f" OR partition IN ({', '.join('?' * len(self.claims))})",
            (f"domain#{home}", f"domain#{home}~", f"%#{home}", *self.claims),
        ).fetchall()

    def trial(self) -> list[str]:
        """One request, and what is wrong about its answer and its traces."""
        [who] = self.rng.choices(self.everybody, [10 if one.is_good else 1 for one in self.everybody])
        made = self.maker.request(HOMES.get(min(who.homes)) if who.homes else self.rng.choice([*HOMES.values(), None]))
        self.clock.time += self.rng.choice([0.0, 0.0, 0.1, 1.0, 20.0])
        away = [home for home in self.hidden if who.homes is not None and home not in who.homes]
        watched = self.rng.choice(away) if away else None
        before = self._kept(watched) if watched else []
        answer = self.house.endpoint.answer(
            HttpRequest("POST", made.path, {**made.headers, **who.headers}, made.body, "192.0.2.1", "r" * 8, made.query)
        )
        wrong = list(self._wrong(who, made, Reply(answer), away))
        if who.homes is not None:
            self._hear(Reply(answer))
        if watched and self._kept(watched) != before:
            wrong.append(f"something of {watched} was written")
        return [f"{who.name}, {made}: {one}" for one in wrong]

    def _hear(self, reply: Reply) -> None:
        """What was answered may be asked about: so records that were made are changed and removed."""
        if reply.status < 300 and len(reply.text) < _LONGEST_CHECKED:
            self.maker.heard.extend(_UUID.findall(reply.text)[:3])
            self.maker.cursors.extend(re.findall(r'"next_cursor":\s*"([^"]+)"', reply.text))

    def _wrong(self, who: Somebody, made: Made, reply: Reply, away: list[str]) -> Iterator[str]:
        if reply.status >= 500 and (reply.status, reply.code) not in DUE:
            yield f"a 5xx: {reply}"
        if not who.is_good:
            told = json.loads(reply.text)
            told.pop("request_id")
            same = json.dumps(told).encode()
            self.refusal = self.refusal or same
            if reply.status != 401 or same != self.refusal:
                yield f"a key that is none is no 401 like every other: {reply}"
        if reply.status < 300 and not allows(who.scopes, made.action.replace("-", ".")):
            yield "its scopes do not allow this"
        if reply.status < 300 and who.homes is not None and f"{CANARY}" in reply.text:
            yield f"the rival's name is told: {reply}"
        yield from self._shape(made.action, reply)
        told = reply.text.lower()
        yield from (f"a secret is told: {reply}" for secret in self.secrets if secret in reply.text)
        self.sent.update(_UUID.findall((made.body.decode(errors="replace") + json.dumps(made.query)).lower()))
        names = {name for home in away for name in self.hidden[home]} - self.sent
        leaked = [name for name in names if name in told]
        if leaked and made.action not in TOLD_TO_ALL:
            yield f"{leaked} of another tenant: {reply}"

    def _shape(self, action: str, reply: Reply) -> Iterator[str]:
        if not reply.headers.get("X-Request-Id"):
            yield "no X-Request-Id"
        if reply.status >= 300:
            known = {*PROBLEM, "call_uuid"}
            if reply.content_type != "application/problem+json" or not PROBLEM <= set(reply.json) <= known:
                yield f"an error of another shape: {reply}"
        elif _checker(action) is not None and len(reply.text) < _LONGEST_CHECKED:
            error = next(iter(_checker(action).iter_errors(reply.json)), None)
            if error is not None:
                yield f"not as documented: {error.message[:300]} at {list(error.path)}"


@cache
def _checker(action: str) -> Any:
    """Of what an action answers; None of bytes. What is not documented is not answered either."""
    if not issubclass(CATALOGUE.load(action).Response, BaseModel):
        return None
    schema = description(CATALOGUE, action)["response"]
    return jsonschema.Draft202012Validator(closed(schema))


def chapter(path: Path, seed: str, requests: int) -> list[str]:
    """So many requests in a world of their own; what was wrong, each kind once."""
    world = World(path, random.Random(seed))
    try:
        wrong = [f"request {number}: {one}" for number in range(requests) for one in world.trial()]
    finally:
        world.close()
    return wrong
