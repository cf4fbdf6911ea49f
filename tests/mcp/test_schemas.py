import json
from typing import Any

import jsonschema
import pytest

from ringpost.contract import Input
from ringpost.mcp.schemas import FEW, slim
from tests.harness import CATALOGUE
from tests.looking_away import untraced

JSON_ACTIONS = [name for name in CATALOGUE.names() if issubclass(CATALOGUE.load(name).Request, Input)]


@pytest.mark.often
def test_takes_every_example_and_is_no_longer_than_before() -> None:
    for name in JSON_ACTIONS:
        whole = CATALOGUE.describe(name)["request"]
        before = json.dumps(whole)
        made = slim(whole)
        with untraced():
            jsonschema.Draft202012Validator.check_schema(made)
            jsonschema.validate(CATALOGUE.load(name).EXAMPLE, made)
        assert len(json.dumps(made)) <= len(before), name
        assert json.dumps(whole) == before, "the description is everybody's"


def test_a_member_may_be_called_as_a_part_of_a_schema_is() -> None:
    request: dict[str, Any] = {
        "type": "object",
        "title": "Request",
        "properties": {"title": {"type": "string", "title": "Title"}, "properties": {"type": "string"}},
    }
    assert slim(request)["properties"] == {"title": {"type": "string"}, "properties": {"type": "string"}}


def test_what_may_be_null_may_be_left_out() -> None:
    either = {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}], "default": None, "description": "x"}
    made = slim({"type": "object", "properties": {"a": either, "b": {**either, "default": "y"}}})
    assert made["properties"]["a"] == {"type": "string", "maxLength": 3, "description": "x"}
    assert made["properties"]["b"]["anyOf"]


def test_asks_for_few_unless_it_is_said_otherwise() -> None:
    assert slim(CATALOGUE.describe("cdr-search")["request"])["properties"]["limit"]["default"] == FEW
