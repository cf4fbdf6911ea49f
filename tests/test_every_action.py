"""The promises every action keeps."""

import ast
import csv
import inspect
import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel

from ringpost.context import Context
from ringpost.contract import Effect, Input, RawRequest, RawResponse
from ringpost.entry import demo
from ringpost.model.conference import LiveRoom, Participant
from ringpost.model.domain import Domain
from ringpost.model.live import LiveCall, LiveLeg, Registration
from ringpost.model.requests import Page
from ringpost.store import Key, Row, keys
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.described import check_answer, check_event, check_request, events_of
from tests.fakes import FakeClock, RecordingSwitch
from tests.harness import CATALOGUE, Caller, House, Reply

ROOT = Path(__file__).parent.parent
VERBS = {
    "add", "answer", "cancel", "cdr", "complete", "create", "current", "deaf", "delete", "details", "dtmf", "event",
    "export", "hangup", "hold", "import", "invite", "kick", "link", "list", "lock", "login", "logout", "lookup",
    "monitor", "mute", "openapi", "originate", "park", "pause", "pick", "provision", "realtime", "remove", "reset",
    "resume", "retry", "rotate", "route", "search", "set", "start", "statistics", "status", "stop", "test",
    "transfer", "unlock", "unmute", "unpark", "unpause", "update", "xml",
}  # fmt: skip
READING = {
    "current", "details", "export", "list", "lookup", "openapi", "realtime", "route", "search", "statistics", "status",
    "xml",
}  # fmt: skip

REMOVING = {"delete", "hangup", "remove", "kick"}
SECRET_NAMES = {"password", "secret", "token", "key_secret", "key_token"}
NAME_PLACES = {"switch-create", "switch-details", "switch-list", "switch-update"}
"""Their secret is the name of a place where one is kept."""

every_action = pytest.mark.parametrize("name", CATALOGUE.names())


@every_action
def test_says_what_it_does(name: str) -> None:
    action: Any = CATALOGUE.load(name)
    first = inspect.getdoc(action).partition("\n")[0]
    assert re.fullmatch(r"[A-Z].{5,118}\.", first)


@every_action
def test_has_the_shape_of_an_action(name: str) -> None:
    action: Any = CATALOGUE.load(name)
    assert get_type_hints(action.handle) == {
        "request": action.Request,
        "context": Context,
        "return": action.Response,
    }
    assert issubclass(action.Request, (Input, RawRequest))
    assert issubclass(action.Response, (BaseModel, RawResponse))


@every_action
def test_refuses_what_it_does_not_know(name: str) -> None:
    model = CATALOGUE.load(name).Request
    if issubclass(model, BaseModel):
        assert model.model_config["extra"] == "forbid"
        assert model.model_config["frozen"]


@every_action
def test_has_a_verb_of_the_list_and_says_whether_it_writes(name: str) -> None:
    verb = name.rpartition("-")[2]
    assert verb in VERBS, "a new verb is a decision: add it here, and to READING if it changes nothing"
    assert CATALOGUE.load(name).Request.writes == (verb not in READING), "Read or Write?"


@every_action
def test_says_what_is_asked_about_first(name: str) -> None:
    request, verb = CATALOGUE.load(name).Request, name.rpartition("-")[2]
    assert set(request.effects) <= set(get_args(Effect))
    assert ("removes" in request.effects) == (verb in REMOVING), "Removal or Write? An assistant asks its user first"
    assert request.writes or not {"removes", "costs"} & set(request.effects)


@every_action
def test_says_which_of_its_answers_are_secrets(name: str) -> None:
    about = CATALOGUE.describe(name)
    for member, schema in _members(about["response"]):
        if member in SECRET_NAMES or member.endswith("_password"):
            kinds = [schema, *schema.get("anyOf", ())]
            is_text = any(kind.get("type") == "string" for kind in kinds)
            is_told = any(kind.get("format") == "password" for kind in kinds)
            assert is_told == (is_text and name not in NAME_PLACES), f"{member}: Secret, of model/values.py"


@every_action
def test_is_short(name: str) -> None:
    handle: Any = CATALOGUE.load(name).handle
    assert len(inspect.getsource(handle).splitlines()) <= 40


@every_action
def test_has_a_test_of_its_own(name: str) -> None:
    stem = name.replace("-", "_")
    assert list(ROOT.glob(f"tests/actions/*/test_{stem}.py")), f"tests/actions/*/test_{stem}.py is missing"


@every_action
def test_answers_its_sample_event(name: str, house: House, operator: Caller) -> None:
    event = json.loads((ROOT / f"events/{name}.json").read_text())
    if event["rawPath"] == "/":
        assert json.loads(event["body"])["action"] == name
    query = event.get("queryStringParameters")
    reply = operator.post(event["body"], path=event["rawPath"], headers=event["headers"], query=query)
    assert reply.status in (200, 202), reply


@pytest.mark.often
@every_action
def test_answers_and_tells_what_the_description_says(name: str, house: House, operator: Caller) -> None:
    model: Any = CATALOGUE.load(name).Request
    if issubclass(model, Input):
        check_request(name, CATALOGUE.load(name).EXAMPLE)
    check_answer(name, operator.example(name))
    for told in events_of(house):
        check_event(told)


@every_action
def test_a_refusal_is_described_too(name: str, house: House) -> None:
    for caller in (house.key("action.list"), house.key(name.replace("-", "."))):
        check_answer(name, caller.post("{", path=f"/{name}"))


def test_the_documents_are_up_to_date() -> None:
    from docs.generate import generated

    stale = [file.name for file, text in generated(CATALOGUE).items() if not file.exists() or file.read_text() != text]
    assert not stale, "run make docs"


def test_every_event_belongs_to_an_action() -> None:
    assert {file.stem for file in (ROOT / "events").glob("*.json")} == set(CATALOGUE.names())


def test_no_action_imports_another() -> None:
    for file in (ROOT / "actions").glob("*/*.py"):
        assert "from actions" not in file.read_text()


# more than a page

MANY = 1203
"""More than any page holds; nothing is counted in hundreds or thousands by chance."""
PAGES = {100, 1000}
A_PAGE = 400
OF_THE_DOMAIN = (
    keys.extensions, keys.ring_groups, keys.voicemails, keys.destinations, keys.cdrs, keys.users, keys.usergroups,
    keys.extensiongroups, keys.queues, keys.agents, keys.contacts, keys.conferences, keys.parking_lots, keys.transfers,
    keys.recordings, keys.statuses, keys.permissions, keys.webhooks, keys.events, keys.audits,
    lambda home: keys.deliveries(home, demo.WEBHOOK_UUID),
)  # fmt: skip
OF_ALL = (keys.DOMAINS, keys.SWITCHES, keys.KEYS)
NO_MORE_THAN_A_PAGE = {"cdr-list", "usergroup-details"}
"""They say so: the last hundred legs, the first thousand users."""
READS = [name for name in CATALOGUE.names() if not CATALOGUE.load(name).Request.writes]
WHERE = {"conference", "domain_name", "domain_uuid", "switch", "webhook_uuid"}
LISTS = [name for name in READS if issubclass(CATALOGUE.load(name).Request, Page)]


class Crowded(RecordingSwitch):
    """A switch with as many phones and parked calls as the store has of everything."""

    def registrations(self, domain: Domain) -> list[Registration]:
        return [Registration(extension="100", contact=f"sip:{number}@192.0.2.1") for number in range(MANY)]

    def calls(self, domain: Domain) -> list[LiveCall]:
        at = "2026-11-22T11:59:00.000Z"
        found = []
        for number in range(MANY):
            leg = LiveLeg(
                leg_uuid=f"aaaaaaaa-0000-4000-8000-{number:012d}", extension="101", state="parked", start_stamp=at
            )
            said: dict[str, Any] = {
                "domain_uuid": domain.domain_uuid,
                "state": "parked",
                "start_stamp": at,
                "slot": str(number),
            }
            found.append(LiveCall(call_uuid=leg.leg_uuid, legs=(leg,), **said))
        return found

    def rooms(self, domain: Domain) -> list[LiveRoom]:
        inside = tuple(Participant(leg_uuid=f"aaaaaaaa-0000-4000-8000-{number:012d}") for number in range(MANY))
        return [LiveRoom(room="880", participants=inside)]


def again(row: Row, number: int) -> Row:
    """A record like it, with a name and a number of its own."""
    members = json.loads(row.body)
    own = next((name for name in members if name.endswith("_uuid") and str(members[name]) in row.key.sort), None)
    uuids = (name for name in members if name.endswith("_uuid"))
    own = own or ("destination_uuid" if "destination_uuid" in members else next(uuids, None))
    sort = f"2{number:05d}"
    if own is not None:
        fresh = str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))
        sort = row.key.sort.replace(members[own], fresh) if members[own] in row.key.sort else sort
        members[own] = fresh
    if "lastname" in members:
        members["lastname"] = f"Example {number}"
    if "extension" in members and row.key.sort == members["extension"]:
        members["extension"] = sort
    if sort == row.key.sort or own is None:
        sort = f"{row.key.sort}{number:05d}"
    return Row(Key(row.key.partition, sort), json.dumps(members), row.version, row.expires)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """The operator of a house in which there is more of everything than a page holds."""
    clock = FakeClock()
    store = SqliteStore(tmp_path_factory.mktemp("crowd") / "crowd.sqlite3", clock.now)
    seeds.plant(store, clock)
    house = House(store, clock)
    operator = Caller(house, demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    here = {"domain_name": demo.DOMAIN_NAME}
    operator.done("permission-set", **here, usergroup="interns", key="monitor", allowed=True)
    operator.done("user-status-set", **here, user="alice", type="away")
    assert operator.call("webhook-test", **here, webhook_uuid=demo.WEBHOOK_UUID, wait=0).status == 202
    for partition in (*(of(demo.DOMAIN_UUID) for of in OF_THE_DOMAIN), *OF_ALL):
        [row] = store.query(partition, limit=1)
        seeds.put(store, [again(row, number) for number in range(MANY)])
    operator.done("domain-update", **here, switch="lab")
    house.switch = Crowded()
    clock.time += 3600
    yield operator
    store.close()


@pytest.mark.often
@pytest.mark.parametrize("name", LISTS)
def test_lists_the_same_page_by_page(name: str, crowd: Caller) -> None:
    example = CATALOGUE.load(name).EXAMPLE
    asked = {"limit": A_PAGE} | {member: example[member] for member in WHERE & example.keys()}
    sizes: list[int] = []
    besides: list[dict[str, Any]] = []
    found: list[str] = []
    page: dict[str, Any] = {"next_cursor": ""}
    while page.get("next_cursor") is not None and (not sizes or sizes[-1]):
        reply = crowd.call(name, **asked, **({"cursor": page["next_cursor"]} if sizes else {}))
        assert reply.status == 200, reply
        page = reply.json if reply.text[:1] == "{" else _of_csv(reply, has_heading=not sizes)
        items = page.pop("items")
        found += [json.dumps(one, sort_keys=True) for one in items]
        sizes.append(len(items))
        besides.append({member: value for member, value in page.items() if member not in ("next_cursor", "more")})
    assert len(found) > 2 * A_PAGE, "plant more rows of it in crowd"
    assert len(set(found)) == len(found), "none comes twice"
    assert all(one == besides[0] for one in besides), "it says of the list what only its page holds"
    if "count" in CATALOGUE.load(name).Request.model_fields and reply.content_type == "application/json":
        assert {crowd.done(name, **asked | {"count": True, "limit": limit})["total"] for limit in (1, 1000)} == {
            len(found)
        }


@pytest.mark.often
@pytest.mark.parametrize("name", [name for name in READS if name not in LISTS and name not in NO_MORE_THAN_A_PAGE])
def test_counts_no_more_than_all_and_no_less(name: str, crowd: Caller, operator: Caller) -> None:
    """Whatever has become just as many as a page holds was counted on one: context.store.everything has them all."""
    before, reply = operator.example(name), crowd.example(name)
    if reply.status == 200 and reply.content_type == "application/json":
        more = Counter(_counted(reply.json)) - Counter(_counted(before.json))
        assert not more.keys() & PAGES


def test_lists_that_are_read_say_how_far() -> None:
    """What is counted, compared or looked through is ``everything``; ``listed`` is a page, of so many."""
    for file in [*ROOT.glob("actions/*/*.py"), *ROOT.glob("src/ringpost/services/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("store.listed"):
                assert "limit" in {one.arg for one in node.keywords}, f"{file.name}:{node.lineno}"


def _of_csv(reply: Reply, *, has_heading: bool) -> dict[str, Any]:
    """A page of CSV as one of JSON would be."""
    rows = list(csv.reader(StringIO(reply.text)))[has_heading:]
    return {"items": rows, "next_cursor": reply.headers.get("X-Next-Cursor")}


def _members(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every member that a schema names, wherever in it."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for value in schema.values():
            yield from _members(value)
    for value in schema if isinstance(schema, list) else ():
        yield from _members(value)


def _counted(told: Any) -> Iterator[int]:
    """Every number in an answer, and how long every list in it is."""
    if isinstance(told, list):
        yield len(told)
    if isinstance(told, int) and not isinstance(told, bool):
        yield told
    for one in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _counted(one)
