"""OpenAPI 3.1 of the actions and of the events, from their own models, so that generators take it whole.

Every schema has one name, and it is its title. What is sent and what is answered are schemas apart: a member with a
default may be left out of what is sent, and is always there in what is answered.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from ringpost import __version__
from ringpost.contract import Action, Input, Output, RawRequest, RawResponse
from ringpost.dispatch import event_shapes
from ringpost.dispatch.description import details, problems, summary
from ringpost.dispatch.registry import Registry

_AT = "#/components/schemas/"
_REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')
_OF_AN_ACTION = re.compile(r"actions__\w+?__(\w+?)__(\w+)")
_PROBLEM_JSON = "application/problem+json"
_TELLS_EVENTS = "webhook-create"
"""Whoever may not call it is told of no events."""


class _Schemas(GenerateJsonSchema):
    """Pydantic's, but for titles of members, and for what is always there in an answer."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic asks for each
        """Never: a generator would make a class of it, and many members have one name."""
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        """In an answer whatever is not left out on some condition."""
        if self.mode == "serialization":
            return "serialization_exclude_if" not in field and not field.get("serialization_exclude")
        return super().field_is_required(field, total)


class Document:
    """OpenAPI of a whole catalogue, made once: a second's work. What some actions need of it is picked out."""

    def __init__(self, registry: Registry) -> None:
        self._actions = {name: registry.load(name) for name in registry.names()}
        references, self._schemas = _schemas(self._actions)
        self._paths = {
            f"/{name}": {"post": _operation(name, registry.family(name), action, references)}
            for name, action in self._actions.items()
        }
        self._webhooks = {what: _told(what, references[shape]) for what, shape in event_shapes.shapes().items()}
        parts = {**self._schemas, **self._paths, "webhooks": self._webhooks}
        self._leads_to = {name: set(_REFERENCE.findall(json.dumps(part))) for name, part in parts.items()}

    def of(self, names: Iterable[str]) -> dict[str, Any]:
        """OpenAPI of these actions, with the schemas they lead to. To be read only: its parts are shared."""
        names = list(names)
        paths = {f"/{name}": self._paths[f"/{name}"] for name in names}
        webhooks = self._webhooks if _TELLS_EVENTS in names else {}
        needed = self._needed([*paths, *(["webhooks"] if webhooks else [])])
        asked = _any_action([name for name in names if not issubclass(self._actions[name].Request, RawRequest)])
        schemas = {name: schema for name, schema in self._schemas.items() if name in needed}
        return {
            "openapi": "3.1.0",
            "info": {"title": "Ringpost", "version": __version__, "summary": "One HTTPS POST in front of any PBX"},
            "servers": _SERVERS,
            "paths": {"/": {"post": _any_operation()}, **paths},
            **({"webhooks": webhooks} if webhooks else {}),
            "components": {
                "schemas": {**schemas, "AnyAction": asked, "Problem": _problem()},
                "responses": _refusals(),
                "parameters": {"IdempotencyKey": _IDEMPOTENCY_KEY},
                "headers": _HEADERS,
                "securitySchemes": _SECURITY_SCHEMES,
            },
            "security": [{name: []} for name in _SECURITY_SCHEMES],
            "tags": [{"name": name} for name in sorted({path["post"]["tags"][0] for path in paths.values()})],
        }

    def _needed(self, parts: Iterable[str]) -> set[str]:
        needed: set[str] = set()
        new = set(parts)
        while new:
            new = set().union(*(self._leads_to[name] for name in new)) - needed
            needed |= new
        return needed


_SERVERS = [
    {
        "url": "https://{host}{base_path}",
        "description": "where it was deployed; `Url` in the stack's outputs",
        "variables": {
            "host": {"default": "api.example.net"},
            "base_path": {"default": "", "description": "such as /pbx, behind a custom domain's mapping"},
        },
    },
    {"url": "http://127.0.0.1:3000", "description": "make run"},
]
_SECURITY_SCHEMES: dict[str, dict[str, str]] = {
    "basic": {"type": "http", "scheme": "basic", "description": "a key's id and secret"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "a key's or a bought token"},
    "xAuthToken": {"type": "apiKey", "in": "header", "name": "X-Auth-Token", "description": "the same token"},
    "xApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "the same token"},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "the first good answer to it is kept for 24 hours, and given again instead of doing it twice",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_HEADERS: dict[str, dict[str, Any]] = {
    "RequestId": {"description": "what the log has it under", "schema": {"type": "string"}},
    "Replayed": {"description": "true: it was done before, with this key", "schema": {"const": "true"}},
    "RetryAfter": {"description": "seconds to wait before it is sent again", "schema": {"type": "integer"}},
    "Authenticate": {"description": "how a key is sent", "schema": {"type": "string"}},
}
_REQUEST_ID = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
_ANSWERED = {200: "done", 202: "begun: the work goes on after the answer"}


def _schemas(actions: dict[str, Action]) -> tuple[dict[Any, dict[str, str]], dict[str, Any]]:
    """The reference to each model, and all schemas by name."""
    models: list[tuple[type[BaseModel], Any]] = []
    for action in actions.values():
        if issubclass(action.Request, Input):
            models.append((action.Request, "validation"))
        if issubclass(action.Response, BaseModel):
            models.append((action.Response, "serialization"))
    models += [(shape, "serialization") for shape in event_shapes.shapes().values()]
    found, definitions = models_json_schema(models, ref_template=f"{_AT}{{model}}", schema_generator=_Schemas)
    names = _names(definitions["$defs"])
    schemas = json.loads(_REFERENCE.sub(lambda at: f'"{_AT}{names[at[1]]}"', json.dumps(definitions["$defs"])))
    named = {names[name]: {**_plain(schema), "title": names[name]} for name, schema in schemas.items()}
    references = {
        model: {"$ref": _AT + names[reference["$ref"].removeprefix(_AT)]} for (model, _), reference in found.items()
    }
    return references, dict(sorted(named.items()))


def _names(definitions: dict[str, Any]) -> dict[str, str]:
    """What pydantic calls each schema, and the one name it has for everybody."""
    names = {name: _name(name, schema) for name, schema in definitions.items()}
    if len(set(names.values())) != len(names):
        raise RuntimeError("two schemas of one name")
    return names


def _name(pydantics: str, schema: dict[str, Any]) -> str:
    name, _, direction = pydantics.partition("-")
    of_an_action = _OF_AN_ACTION.fullmatch(name)
    if of_an_action:
        name = "".join(word.capitalize() for word in of_an_action[1].split("_")) + of_an_action[2]
    if name.lower() in schema.get("properties", {}):
        name += "Record"  # a class that has a member of its own name trips generators
    return f"{name}Input" if direction == "Input" else name


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema whose defaults are words: generators would send them, and in a change what is left out stays."""
    required = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        default = member.pop("default", None)
        if name not in required and default not in (None, "", [], False):
            said = [member["description"]] if "description" in member else []
            member["description"] = "; ".join([*said, f"left out: {json.dumps(default)}"])
    return schema


def _operation(name: str, family: str, action: Action, references: dict[Any, Any]) -> dict[str, Any]:
    parameters = list(_parameters(action))
    return {
        "operationId": name,
        "summary": summary(action),
        "description": details(action),
        "tags": [family],
        **({"parameters": parameters} if parameters else {}),
        "requestBody": _body(action, references),
        "responses": {**_answers(action, references), **_refused()},
    }


def _parameters(action: Action) -> Iterator[dict[str, Any]]:
    model = action.Request
    if model.writes:
        yield {"$ref": "#/components/parameters/IdempotencyKey"}
    if issubclass(model, RawRequest):
        for name, said in model.query_members.items():
            yield {"name": name, "in": "query", "required": False, "description": said, "schema": {"type": "string"}}


def _body(action: Action, references: dict[Any, Any]) -> dict[str, Any]:
    model = action.Request
    if issubclass(model, RawRequest):
        return {"required": True, "content": {model.media_type: _raw(model, action.EXAMPLE["body"])}}
    content = {"application/json": {"schema": references[model], "example": action.EXAMPLE}}
    return {"required": any(field.is_required() for field in model.model_fields.values()), "content": content}


def _raw(model: type[RawRequest], example: str) -> dict[str, Any]:
    if model.media_type == "application/json":
        return {"schema": {"type": "object", "additionalProperties": True}, "example": json.loads(example)}
    fields = {"type": "object", "additionalProperties": {"type": "string"}}
    return {"schema": fields, "example": dict(parse_qsl(example))}


def _answers(action: Action, references: dict[Any, Any]) -> dict[str, Any]:
    model = action.Response
    headers: dict[str, Any] = dict(_REQUEST_ID)
    if action.Request.writes:
        headers["Idempotency-Replayed"] = {"$ref": "#/components/headers/Replayed"}
    if issubclass(model, RawResponse):
        headers |= {
            name: {"description": said, "schema": {"type": "string"}} for name, said in model.header_names.items()
        }
        content = {model.media_type: {"schema": {"type": "string"}}}
    else:
        content = {"application/json": {"schema": references[model]}}
    statuses = model.statuses if issubclass(model, Output) else (200,)
    return {
        str(status): {"description": _ANSWERED[status], "headers": headers, "content": content} for status in statuses
    }


def _any_action(names: list[str]) -> dict[str, Any]:
    return {
        "title": "AnyAction",
        "type": "object",
        "description": "An action and its parameters, flat, as the action's own path takes them.",
        "properties": {
            "action": {"type": "string", "enum": names, "description": "what to do"},
            "idempotency_key": {"type": "string", "description": "as the header Idempotency-Key"},
        },
        "required": ["action"],
        "additionalProperties": True,
    }


def _any_operation() -> dict[str, Any]:
    content = {"application/json": {"schema": {}}, "text/csv": {"schema": {"type": "string"}}}
    return {
        "operationId": "any-action",
        "summary": "Any of the actions, by its name in the body",
        "description": "The answer is the action's own.",
        "tags": ["catalogue"],
        "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": f"{_AT}AnyAction"}, "example": {"action": "action-list"}}
            },
        },
        "responses": {
            **{
                str(status): {"description": said, "headers": _REQUEST_ID, "content": content}
                for status, said in _ANSWERED.items()
            },
            **_refused(),
        },
    }


def _told(what: str, reference: dict[str, str]) -> dict[str, Any]:
    """What a webhook is posted of a type of event."""
    return {
        "post": {
            "operationId": f"told-{what.replace('.', '-').replace('_', '-')}",
            "summary": what,
            "parameters": _SIGNATURE,
            "requestBody": {"required": True, "content": {"application/json": {"schema": reference}}},
            "responses": {
                "2XX": {"description": "heard"},
                "410": {"description": "gone for good: the webhook is disabled"},
                "default": {"description": "not heard: it is tried again for three days"},
            },
            "security": [],
        }
    }


_SIGNATURE = [
    {"name": name, "in": "header", "required": True, "description": said, "schema": {"type": "string"}}
    for name, said in (
        ("webhook-id", "the event's id: had already, it is the same event again"),
        ("webhook-timestamp", "when it was sent, in seconds since 1970"),
        ("webhook-signature", "Standard Webhooks' signatures, with a blank between two"),
    )
]


@cache
def _statuses() -> dict[int, list[str]]:
    """The status of every error an action may be answered with, and its codes; 405 is for what is no POST."""
    codes: dict[int, list[str]] = {}
    for kind in problems():
        if kind.status != HTTPStatus.METHOD_NOT_ALLOWED:
            codes.setdefault(kind.status, []).append(kind.code)
    return codes


def _refused() -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in _statuses()}


def _refusals() -> dict[str, Any]:
    return {f"Problem{status}": _refusal(status, codes) for status, codes in _statuses().items()}


def _refusal(status: int, codes: list[str]) -> dict[str, Any]:
    headers: dict[str, Any] = dict(_REQUEST_ID)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = {"$ref": "#/components/headers/Authenticate"}
    if status in (HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    return {
        "description": ", ".join(dict.fromkeys(codes)),
        "headers": headers,
        "content": {_PROBLEM_JSON: {"schema": {"$ref": f"{_AT}Problem"}}},
    }


def _problem() -> dict[str, Any]:
    text, place = {"type": "string"}, {"type": "integer"}
    mistake = {
        "title": "Mistake",
        "type": "object",
        "properties": {"parameter": text, "message": text, "row": place, "column": text},
        "required": ["message"],
    }
    members = {
        "error": {**text, "description": "the sentence, for FusionPBX's clients; the same as detail"},
        "code": {**text, "enum": sorted({kind.code for kind in problems()})},
        "status": place,
        "title": text,
        "detail": text,
        "errors": {"type": "array", "items": mistake, "description": "what is wrong; row and column of a posted table"},
        "request_id": text,
        "call_uuid": {**text, "description": "of originate: the call it was to be"},
    }
    required = [name for name in members if name != "call_uuid"]
    return {"title": "Problem", "type": "object", "properties": members, "required": required}
