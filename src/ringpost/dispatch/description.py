"""Actions described, from their own models: for the catalogue's actions and for ``docs/``."""

import json
import re
from collections.abc import Iterable
from inspect import getdoc
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ringpost import __version__
from ringpost.contract import Action, RawRequest, RawResponse
from ringpost.model import errors
from ringpost.model.errors import Problem

if TYPE_CHECKING:
    from ringpost.dispatch.catalogue import Catalogue

_SCHEMAS = "#/components/schemas/{model}"
_REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')


def summary(action: Action) -> str:
    """The first line of an action's docstring: what it does."""
    return (getdoc(cast(ModuleType, action)) or "").partition("\n")[0].rstrip(".")


def details(action: Action) -> str:
    """The rest of an action's docstring."""
    return (getdoc(cast(ModuleType, action)) or "").partition("\n")[2].strip()


def line(catalogue: "Catalogue", name: str) -> dict[str, Any]:
    """One action in a line."""
    action = catalogue.load(name)
    return {
        "action": name,
        "family": catalogue.family(name),
        "summary": summary(action),
        "scope": name.replace("-", "."),
        "writes": action.Request.writes,
    }


def description(catalogue: "Catalogue", name: str) -> dict[str, Any]:
    """One action: summary, scope, whether it writes, JSON Schemas, an example."""
    action = catalogue.load(name)
    return {
        **line(catalogue, name),
        "description": details(action),
        "request": _schema(action.Request, "validation"),
        "response": _schema(action.Response, "serialization"),
        "example": {"action": name, **action.EXAMPLE},
    }


def openapi(catalogue: "Catalogue", names: Iterable[str]) -> dict[str, Any]:
    """OpenAPI 3.1 of these actions, each as ``POST /{action}``."""
    actions = {name: catalogue.load(name) for name in names}
    models: list[tuple[type[BaseModel], Any]] = []
    for action in actions.values():
        if issubclass(action.Request, BaseModel):
            models.append((action.Request, "validation"))
        if issubclass(action.Response, BaseModel):
            models.append((action.Response, "serialization"))
    references, definitions = models_json_schema(models, ref_template=_SCHEMAS)
    paths = {
        f"/{name}": {
            "post": {
                "operationId": name,
                "summary": summary(action),
                "description": details(action),
                "tags": [catalogue.family(name)],
                "requestBody": _body(action, references),
                "responses": {
                    "200": _answer(action, references),
                    "default": {"$ref": "#/components/responses/Problem"},
                },
            }
        }
        for name, action in actions.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ringpost", "version": __version__, "summary": "One HTTPS POST in front of any PBX"},
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "responses": {"Problem": _problem()},
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
                "xAuthToken": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
                "xApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
        "security": [{"basic": []}, {"bearer": []}, {"xAuthToken": []}, {"xApiKey": []}],
    }


class Document:
    """OpenAPI of a whole catalogue, made once: half a second's work. What some actions need of it is picked out."""

    def __init__(self, catalogue: "Catalogue") -> None:
        self._whole = openapi(catalogue, catalogue.names())
        self._schemas = self._whole["components"]["schemas"]
        parts = {**self._schemas, **self._whole["paths"]}
        self._leads_to = {name: set(_REFERENCE.findall(json.dumps(part))) for name, part in parts.items()}

    def of(self, names: Iterable[str]) -> dict[str, Any]:
        """OpenAPI of these actions, with the schemas they lead to. To be read only: its parts are shared."""
        paths = {f"/{name}": self._whole["paths"][f"/{name}"] for name in names}
        needed: set[str] = set()
        new = set(paths)
        while new:
            new = set().union(*(self._leads_to[name] for name in new)) - needed
            needed |= new
        schemas = {name: schema for name, schema in self._schemas.items() if name in needed}
        return {**self._whole, "paths": paths, "components": {**self._whole["components"], "schemas": schemas}}


def problems() -> list[type[Problem]]:
    """Every kind of error, by status."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Problem)]
    return sorted((kind for kind in kinds if kind is not Problem), key=lambda kind: (kind.status, kind.code))


def _schema(model: type[Any], mode: Any) -> dict[str, Any]:
    if issubclass(model, BaseModel):
        return model.model_json_schema(mode=mode)
    return {"description": "bytes, as they are"}


def _body(action: Action, references: dict[Any, Any]) -> dict[str, Any]:
    if issubclass(action.Request, RawRequest):
        return {"content": {action.EXAMPLE["content_type"]: {"example": action.EXAMPLE["body"]}}}
    schema = references[(action.Request, "validation")]
    return {"content": {"application/json": {"schema": schema, "example": action.EXAMPLE}}}


def _answer(action: Action, references: dict[Any, Any]) -> dict[str, Any]:
    if issubclass(action.Response, RawResponse):
        return {"description": "done", "content": {"*/*": {}}}
    schema = references[(action.Response, "serialization")]
    return {"description": "done", "content": {"application/json": {"schema": schema}}}


def _problem() -> dict[str, Any]:
    members = {
        "error": {"type": "string", "description": "the sentence, for FusionPBX's clients; the same as detail"},
        "code": {"type": "string", "enum": sorted({kind.code for kind in problems()})},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"parameter": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "request_id": {"type": "string"},
    }
    schema = {"type": "object", "properties": members, "required": list(members)}
    return {"description": "an error, in the one shape", "content": {"application/problem+json": {"schema": schema}}}
