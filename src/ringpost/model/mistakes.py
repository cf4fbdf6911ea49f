"""What pydantic finds wrong with a value, in words for whoever sent it."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ringpost.model.values import UUID_PATTERN, is_number, is_uuid
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


_SHOWN = frozenset({"dict_type", "list_type", "model_type", "model_attributes_type", "tuple_type"})
"""Of these an example is shown: a shape says more than its name."""
_LONGEST_EXAMPLE = 300
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Known:
    """What the members of a request may be called, and what each may hold."""

    names: tuple[str, ...]
    also_called: Mapping[str, str] = field(default_factory=dict)
    filters: Collection[str] = ()
    example: Callable[[str], Any] = lambda _: None

    def meant(self, word: str, value: Any) -> str:
        """``, did you mean x?``, by the word and by what it was given; or nothing."""
        said = _WORD.sub("_", word[:_LONGEST_NAME]).lower().replace("-", "_")
        longer = [name for name in self.names if name.startswith(f"{said}_")]
        within = [name for name in self.names if said.endswith(f"_{name}")]
        if said in self.also_called or said in self.names:
            return f", did you mean {self.also_called.get(said, said)}?"
        if longer:
            return f", did you mean {min(longer, key=lambda name: _fits(name, value))}?"
        return f", did you mean {max(within, key=len)}?" if within else nearest(said, self.names)


def said(error: dict[str, Any], known: Known) -> tuple[str, str]:
    """The parameter a mistake is in, and the mistake in words."""
    place = ".".join(shown(str(part)) for part in error["loc"] if not _is_branch(part))
    match error["type"]:
        case "missing":
            words = f"{place} is missing"
        case "extra_forbidden" if len(error["loc"]) == 1:
            hint = known.meant(str(error["loc"][0]), error.get("input"))
            words = f"unknown parameter {place}{hint or _filters(known.filters)}"
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
            words = f"{place} {_PLAIN[kind]}{_such_as(error, known) if kind in _SHOWN else ''}"
        case _:
            words = f"{place}: {error['msg'][:1].lower()}{error['msg'][1:]}"
    return place, words.strip()


def _filters(filters: Collection[str]) -> str:
    return f": the items are filtered by {', '.join(sorted(filters))}" if filters else ""


def _fits(name: str, value: Any) -> int:
    """How well a name's ending fits what was given: the less the better."""
    text = str(value) if isinstance(value, str | int) else ""
    if name.endswith("_uuid"):
        return 0 if is_uuid(text.lower()) else 3
    if name.endswith("_number"):
        return 0 if text and is_number(text) else 2
    return 1


def _such_as(error: dict[str, Any], known: Known) -> str:
    """``, such as {…}``: what is in that place of an example."""
    first, *rest = (part for part in error["loc"] if not _is_branch(part))
    found = known.example(str(first))
    for part in rest:
        inside = (
            isinstance(found, list) and found if isinstance(part, int) else isinstance(found, dict) and part in found
        )
        if not inside:
            return ""
        found = found[0] if isinstance(part, int) else found[part]
    wanted = list if error["type"] in ("list_type", "tuple_type") else dict
    text = json.dumps(found, ensure_ascii=False)
    return f", such as {text}" if isinstance(found, wanted) and len(text) <= _LONGEST_EXAMPLE else ""


def shown(word: str) -> str:
    """A caller's own word, fit to be repeated."""
    return ascii(word).strip("'\"")[:_LONGEST_NAME]


def _is_branch(part: str | int) -> bool:
    """Pydantic names the branch of a union it tried; a caller knows no branches."""
    return isinstance(part, str) and ("[" in part or part in {"str", "int", "bool", "tuple", "list", "json"})
