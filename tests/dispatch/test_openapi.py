"""The description as a generator reads it: whole, with one name for everything."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ringpost.contract import Input, Output
from ringpost.dispatch.description import problems
from ringpost.model.event_types import TYPES
from tests.described import check_event, document, events_of
from tests.harness import CATALOGUE, Caller, House
from tests.services.happenings.test_call_events import STORIES, followed, heard

SCHEMAS: dict[str, Any] = document()["components"]["schemas"]


def operations() -> Iterator[dict[str, Any]]:
    for part in ("paths", "webhooks"):
        for item in document()[part].values():
            yield from item.values()


def test_every_schema_has_one_name_which_is_its_title() -> None:
    assert [schema["title"] for schema in SCHEMAS.values()] == list(SCHEMAS)
    nested = [name for schema in SCHEMAS.values() for name in titles(list(schema.values()))]
    assert not set(nested) & set(SCHEMAS)


def titles(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from titles(one)
    elif isinstance(part, dict):
        if isinstance(part.get("title"), str):
            yield part["title"]
        yield from titles(list(part.values()))


def test_no_schema_has_a_member_of_its_own_name() -> None:
    for name, schema in SCHEMAS.items():
        assert name.lower() not in {member.replace("_", "") for member in schema.get("properties", {})}


def test_every_operation_has_one_name() -> None:
    names = [operation["operationId"] for operation in operations()]
    assert len(names) == len(set(names)) == len(CATALOGUE.names()) + 1 + len(TYPES)


def test_every_event_there_is_is_a_webhook() -> None:
    assert set(document()["webhooks"]) == TYPES


@pytest.mark.parametrize("name", CATALOGUE.names())
def test_what_has_a_default_may_be_left_out_of_a_request_only(name: str) -> None:
    post = document()["paths"][f"/{name}"]["post"]
    model = CATALOGUE.load(name).Request
    if issubclass(model, Input):
        sent = SCHEMAS[post["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]]
        needed = {field.alias or member for member, field in model.model_fields.items() if field.is_required()}
        assert set(sent.get("required", ())) == needed
        assert post["requestBody"]["required"] == bool(needed)
    media = post["responses"]["200"]["content"].get("application/json")
    if media and "properties" in (answered := SCHEMAS[media["schema"]["$ref"].rpartition("/")[2]]):
        answer: Any = CATALOGUE.load(name).Response
        sometimes = {member for member, field in answer.model_fields.items() if field.exclude_if}
        assert set(answered["required"]) == set(answered["properties"]) - sometimes


def test_defaults_are_words_so_that_nobody_sends_what_a_caller_left_out() -> None:
    assert '"default":' not in json.dumps(SCHEMAS)
    assert SCHEMAS["OriginateRequest"]["properties"]["wait"]["description"].endswith("; left out: 10")


@pytest.mark.parametrize("name", CATALOGUE.names())
def test_whoever_answers_202_says_so(name: str) -> None:
    model: Any = CATALOGUE.load(name).Response
    begins = issubclass(model, Output) and model.http_status is not Output.http_status
    assert set(document()["paths"][f"/{name}"]["post"]["responses"]) >= ({"200", "202"} if begins else {"200"})
    assert ("202" in document()["paths"][f"/{name}"]["post"]["responses"]) == begins


@pytest.mark.parametrize("name", CATALOGUE.names())
def test_every_refusal_is_there_by_its_status_in_the_one_shape(name: str) -> None:
    answers = document()["paths"][f"/{name}"]["post"]["responses"]
    for status in {kind.status for kind in problems()} - {405}:
        named = answers[str(status)]["$ref"].rpartition("/")[2]
        [(media_type, media)] = document()["components"]["responses"][named]["content"].items()
        assert (media_type, media["schema"]) == ("application/problem+json", {"$ref": "#/components/schemas/Problem"})


@pytest.mark.parametrize("name", CATALOGUE.names())
def test_what_writes_takes_an_idempotency_key(name: str) -> None:
    parameters = document()["paths"][f"/{name}"]["post"].get("parameters", [])
    takes = {"$ref": "#/components/parameters/IdempotencyKey"} in parameters
    assert takes == CATALOGUE.load(name).Request.writes


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("cdr-export", "text/csv"),
        ("user-export", "text/csv"),
        ("freeswitch-xml", "text/xml"),
        ("asterisk-route", "text/plain"),
        ("asterisk-realtime", "text/plain"),
    ],
)
def test_what_is_no_json_is_called_what_it_is(name: str, media_type: str) -> None:
    assert list(document()["paths"][f"/{name}"]["post"]["responses"]["200"]["content"]) == [media_type]


def test_a_part_has_only_the_names_of_that_part_and_events_for_whoever_may_be_told() -> None:
    part = CATALOGUE.openapi(["domain-list", "freeswitch-cdr"])
    assert part["components"]["schemas"]["AnyAction"]["properties"]["action"]["enum"] == ["domain-list"]
    assert "webhooks" not in part
    assert set(CATALOGUE.openapi(["webhook-create"])["webhooks"]) == TYPES


@pytest.mark.parametrize("name", CATALOGUE.names())
def test_a_part_leads_to_nothing_that_is_not_there(name: str) -> None:
    text = json.dumps(part := CATALOGUE.openapi([name]))
    for kind, named in re.findall(r'"#/components/(\w+)/([^"]+)"', text):
        assert named in part["components"][kind]


@pytest.mark.parametrize("scenario", STORIES)
def test_what_a_switch_tells_is_as_it_is_described(scenario: str) -> None:
    for happening in followed(heard(scenario))[1]:
        who = (
            {"user": None}
            if happening.type in {"call.ringing", "call.answered", "call.cancelled", "call.ended"}
            else {}
        )
        if happening.type.startswith("parking."):
            who = {"parkinglot_name": None}
        check_event(
            {
                "id": "e0e0e0e0-0000-4000-8000-000000000001",
                "type": happening.type,
                "timestamp": happening.at,
                "domain_uuid": happening.call.domain_uuid,
                "call_uuid": happening.call.call_uuid,
                "sequence": happening.call.sequence,
                "data": {**happening.data(), "contact": None, **who},
            }
        )


def test_what_no_example_tells_is_as_it_is_described(house: House, operator: Caller) -> None:
    operator.example("cdr-create")
    operator.example("cdr-create", hangup_cause="USER_BUSY")
    operator.example("extension-create", domain_name="empty.example.net")
    operator.done("domain-delete", domain_name="empty.example.net", cascade=True)
    told = events_of(house)
    for one in told:
        check_event(one)
    assert {"cdr.updated", "domain.removing", "domain.deleted"} <= {one["type"] for one in told}
