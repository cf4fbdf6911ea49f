"""Every key that was made in November 2026 is made now: rows stay where they were written, whoever reads them.

``old_keys.json`` says what each key was made of, and what it was. Its lines never change; a new key gets its own.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ringpost.store import keys
from ringpost.store.keys import layout

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("old_keys.json").read_text())
CONSTANTS, CALLS, RECORDS = TABLE["constants"], TABLE["calls"], TABLE["records"]
EXAMPLES = [*CONSTANTS, *(line["name"] for line in (*CALLS, *RECORDS))]


def said(line: dict[str, Any]) -> str:
    return f"{line['name']}({json.dumps(line['given'], ensure_ascii=False)[:60]})"


def plain(made: Any) -> Any:
    """What was made, as JSON has it."""
    return json.loads(json.dumps(made._asdict() if isinstance(made, keys.Layout) else made))


def record(line: dict[str, Any]) -> Any:
    module, _, model = line["model"].partition(":")
    return getattr(import_module(f"ringpost.model.{module}"), model).model_validate(line["given"])


def makes_keys(name: str) -> bool:
    value = getattr(keys, name)
    if name.isupper():
        return not isinstance(value, bool)
    is_ours = getattr(value, "__module__", "").startswith(keys.__name__) and value is not vars(layout).get(name)
    return is_ours and callable(value) and not isinstance(value, type)


PUBLIC = [name for name in vars(keys) if not name.startswith("_") and makes_keys(name)]


@pytest.mark.parametrize("line", CALLS, ids=said)
def test_a_key_is_where_it_was(line: dict[str, Any]) -> None:
    assert plain(getattr(keys, line["name"])(*line["given"])) == line["made"]


@pytest.mark.parametrize("line", RECORDS, ids=said)
def test_a_record_is_where_it_was(line: dict[str, Any]) -> None:
    assert plain(getattr(keys, line["name"])(record(line))) == line["made"]


@pytest.mark.parametrize("name", CONSTANTS)
def test_a_list_is_called_what_it_was_called(name: str) -> None:
    assert plain(getattr(keys, name)) == CONSTANTS[name]


@pytest.mark.parametrize("name", PUBLIC)
def test_a_key_has_an_example(name: str) -> None:
    assert name in EXAMPLES, f"no example of keys.{name} is in tests/store/old_keys.json: write one"


@pytest.mark.parametrize("name", dict.fromkeys(EXAMPLES))
def test_what_has_an_example_is_there(name: str) -> None:
    assert name in PUBLIC, f"keys.{name} is gone: rows are written under it, so it stays"
