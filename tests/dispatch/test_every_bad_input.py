"""No action breaks, whatever it is sent: a bug would be a 500."""

import json
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.contract import Input
from tests.harness import CATALOGUE, Caller

NASTY = [
    None,
    True,
    False,
    0,
    "0",
    -1,
    10**30,
    1.5,
    "",
    " ",
    [],
    {},
    [None],
    {"a": 1},
    "\x00",
    "\r\n",
    "\u202e",
    "\ud800",
    "${x}",
    "$${x}",
    "{a=b}",
    "<b>",
    "'",
    '"',
    "a,b",
    "|",
    "&",
    "%[",
    "x" * 5000,
    "../x",
    "99999999-9999-4999-8999-999999999999",
]


@cache
def members(name: str) -> list[str]:
    """What a request may hold; a raw one has no members."""
    request = CATALOGUE.load(name).Request
    return sorted(request.model_json_schema()["properties"]) if issubclass(request, Input) else []


@pytest.mark.often
@pytest.mark.parametrize("name", CATALOGUE.names())
def test_one_nasty_member_after_another(name: str, operator: Caller) -> None:
    example = CATALOGUE.describe(name)["example"]
    for member in members(name):
        for nasty in NASTY:
            reply = operator.post(json.dumps({**example, member: nasty}))
            assert reply.status in {200, 202, 400, 403, 404, 409, 422, 429}, (member, nasty, reply)


values = st.one_of(
    st.sampled_from(NASTY), st.text(max_size=10), st.integers(), st.lists(st.text(max_size=5), max_size=3)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.sampled_from(CATALOGUE.names()), st.data())
def test_any_members_at_all(operator: Caller, name: str, data: st.DataObject) -> None:
    sent = data.draw(st.dictionaries(st.sampled_from([*members(name), "surprise"]), values, max_size=5))
    assert operator.post(json.dumps({"action": name, **sent})).status in {200, 202, 400, 403, 404, 409, 422, 429}
