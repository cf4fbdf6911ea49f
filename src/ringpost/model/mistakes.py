"""What pydantic finds wrong with a value, in words for whoever sent it."""

from collections.abc import Collection, Iterable
from typing import Any

from ringpost.model.values import UUID_PATTERN
from ringpost.nearest import nearest

_LONGEST_NAME = 64

_PLAIN = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "list_type": "must be an array",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "string_type": "must be text",
    "string_unicode": "must be Unicode text",
    "tuple_type": "must be an array",
}
"""What pydantic says in Python's words, in JSON's."""


def said(error: dict[str, Any], known: Iterable[str], filters: Collection[str] = ()) -> tuple[str, str]:
    """The parameter a mistake is in, and the mistake in words."""
    place = ".".join(_shown(part) for part in error["loc"] if not _is_branch(part))
    match error["type"]:
        case "missing":
            words = f"{place} is missing"
        case "extra_forbidden" if len(error["loc"]) == 1:
            hint = nearest(str(error["loc"][0]), known)
            words = f"unknown parameter {place}{hint or _filters(filters)}"
        case "extra_forbidden":
            words = f"unknown member {place}"
        case "value_error":
            words = f"{place} {str(error['msg']).removeprefix('Value error, ')}"
        case "string_pattern_mismatch" if error["ctx"]["pattern"] == UUID_PATTERN:
            words = f"{place} must be a UUID"
        case "too_short":
            words = f"{place} must have at least {error['ctx']['min_length']}"
        case "too_long":
            words = f"{place} must have at most {error['ctx']['max_length']}"
        case kind if kind in _PLAIN:
            words = f"{place} {_PLAIN[kind]}"
        case _:
            words = f"{place}: {error['msg'][:1].lower()}{error['msg'][1:]}"
    return place, words.strip()


def _filters(filters: Collection[str]) -> str:
    return f": the items are filtered by {', '.join(sorted(filters))}" if filters else ""


def _shown(part: str | int) -> str:
    """A caller's own word, fit to be repeated."""
    return ascii(part).strip("'\"")[:_LONGEST_NAME] if isinstance(part, str) else str(part)


def _is_branch(part: str | int) -> bool:
    """Pydantic names the branch of a union it tried; a caller knows no branches."""
    return isinstance(part, str) and ("[" in part or part in {"str", "int", "bool", "tuple", "list", "json"})
