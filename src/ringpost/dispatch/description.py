"""Actions described, from their own models: for the catalogue's actions and for ``docs/``."""

from inspect import getdoc
from types import ModuleType
from typing import Any, cast

from pydantic import BaseModel

from ringpost.contract import Action
from ringpost.dispatch.registry import Registry
from ringpost.model import errors
from ringpost.model.errors import Problem


def summary(action: Action) -> str:
    """The first line of an action's docstring: what it does."""
    return (getdoc(cast(ModuleType, action)) or "").partition("\n")[0].rstrip(".")


def details(action: Action) -> str:
    """The rest of an action's docstring."""
    return (getdoc(cast(ModuleType, action)) or "").partition("\n")[2].strip()


def line(registry: Registry, name: str) -> dict[str, Any]:
    """One action in a line."""
    action = registry.load(name)
    return {
        "action": name,
        "family": registry.family(name),
        "summary": summary(action),
        "scope": name.replace("-", "."),
        "writes": action.Request.writes,
        "effects": list(action.Request.effects),
    }


def description(registry: Registry, name: str) -> dict[str, Any]:
    """One action: summary, scope, whether it writes, JSON Schemas, an example."""
    action = registry.load(name)
    return {
        **line(registry, name),
        "description": details(action),
        "request": _schema(action.Request, "validation"),
        "response": _schema(action.Response, "serialization"),
        "example": {"action": name, **action.EXAMPLE},
    }


def problems() -> list[type[Problem]]:
    """Every kind of error, by status."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Problem)]
    return sorted((kind for kind in kinds if kind is not Problem), key=lambda kind: (kind.status, kind.code))


def _schema(model: type[Any], mode: Any) -> dict[str, Any]:
    if issubclass(model, BaseModel):
        return model.model_json_schema(mode=mode)
    return {"description": "bytes, as they are"}
