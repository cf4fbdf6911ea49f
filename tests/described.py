"""What is answered and told, held against the description: nothing it does not name, and all that it promises."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.model.domain import Domain
from ringpost.model.event import Event
from ringpost.store import keys
from tests.harness import CATALOGUE, House, Reply
from tests.looking_away import untraced


@cache
def document() -> dict[str, Any]:
    """The description of everything."""
    read: dict[str, Any] = json.loads(json.dumps(CATALOGUE.openapi(CATALOGUE.names())))
    return read


def check_answer(name: str, reply: Reply) -> None:
    """Whether an answer is one that the description names."""
    described = document()["paths"][f"/{name}"]["post"]["responses"]
    assert str(reply.status) in described, (name, reply.status)
    answer = _followed(described[str(reply.status)])
    media_type = reply.content_type.partition(";")[0]
    assert media_type in answer["content"], (name, media_type)
    assert reply.headers.keys() <= answer["headers"].keys() | {"Content-Disposition"}, name
    if media_type.endswith("json"):
        check(answer["content"][media_type]["schema"], reply.json)


def check_request(name: str, sent: Any) -> None:
    """Whether a request is one that the description takes."""
    [media] = document()["paths"][f"/{name}"]["post"]["requestBody"]["content"].values()
    check(media["schema"], sent)


def check_event(told: dict[str, Any]) -> None:
    """Whether an event is one that the description names."""
    hook = document()["webhooks"][told["type"]]["post"]
    check(hook["requestBody"]["content"]["application/json"]["schema"], json.loads(json.dumps(told)))


def events_of(house: House) -> list[dict[str, Any]]:
    """All that was told, in every domain and in none: also in those the harness begins with, if they are gone."""
    store = console(house.store, house.clock, "event-list").store
    there = (domain.domain_uuid for _, domain in store.listed(keys.DOMAINS, Domain, limit=1000))
    homes = {None, demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID, *there}
    return [event.told() for home in homes for _, event in store.listed(keys.events(home), Event, limit=1000)]


def check(schema: dict[str, Any], value: Any) -> None:
    """Whether a value is as a schema says, and has no member that it does not name."""
    with untraced():
        mistakes = [error.message for error in _validator(json.dumps(schema)).iter_errors(value)]
    assert not mistakes, mistakes


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**closed(json.loads(schema)), "components": _components()})


@cache
def _components() -> Any:
    return closed(document()["components"])


def closed(schema: Any) -> Any:
    """The schema with nothing beside its properties."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: closed(part) for name, part in schema.items()}
    return {"additionalProperties": False, **parts} if isinstance(schema.get("properties"), dict) else parts


def _followed(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = document()
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    followed: dict[str, Any] = found
    return followed
