"""The promises every action keeps."""

import inspect
import json
import re
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel

from ringpost.context import Context
from ringpost.contract import Input, RawRequest, RawResponse
from tests.described import check_answer, check_event, check_request, events_of
from tests.harness import CATALOGUE, Caller, House

ROOT = Path(__file__).parent.parent
VERBS = {
    "add", "answer", "cdr", "create", "current", "delete", "details", "dtmf", "event", "export", "hangup", "hold",
    "import", "list", "lookup", "monitor", "mute", "openapi", "originate", "park", "provision", "remove", "reset",
    "resume", "retry", "rotate", "search", "set", "start", "statistics", "status", "stop", "test", "transfer",
    "unmute", "unpark", "update", "xml",
}  # fmt: skip
READING = {"current", "details", "export", "list", "lookup", "openapi", "search", "statistics", "status", "xml"}

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
