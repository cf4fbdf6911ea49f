"""A request's JSON Schema, in fewer words: a model reads those of all tools before it reads the first question."""

from collections.abc import Mapping
from typing import Any

FEW = 25
"""How many of a list are asked for unless the assistant says so."""
_FILTER = "only those with this"


def slim(request: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a tool, which means the same to the endpoint as that of the action."""
    made: dict[str, Any] = _slim({name: value for name, value in request.items() if name != "description"})
    members = made.setdefault("properties", {})
    if {"domain_name", "domain_uuid"} <= members.keys():
        del members["domain_uuid"]  # one of them is enough
        members["domain_name"]["description"] = "which domain; a key of one domain may leave it out"
    for name, member in members.items():
        if str(member.get("description", "")).startswith(_FILTER):
            members[name] = {part: value for part, value in member.items() if part != "description"}
    if "limit" in members:
        members["limit"]["default"] = FEW
    return made


def _slim(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_slim(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _part(name, value) for name, value in _without_null(schema).items() if name != "title"}
    if made.get("format") == "uuid":
        made.pop("pattern", None)
    return made


def _part(name: str, value: Any) -> Any:
    """A part of a schema. Members may have any name, that of a part too."""
    if name in ("properties", "$defs") and isinstance(value, dict):
        return {member: _slim(schema) for member, schema in value.items()}
    return value if name in ("default", "enum", "const", "examples", "required") else _slim(value)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What may be null may be left out, and says no more by it, if that is its default."""
    choices = schema.get("anyOf")
    if not isinstance(choices, list) or "default" not in schema or schema["default"] is not None:
        return schema
    rest = [choice for choice in choices if choice != {"type": "null"}]
    besides = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    if len(rest) == len(choices) or not rest:
        return schema
    return {**rest[0], **besides} if len(rest) == 1 else {"anyOf": rest, **besides}
