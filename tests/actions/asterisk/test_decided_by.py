"""Each answer says what decided it: a question that is the same in that has the same answer, whatever else it holds."""

import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from ringpost.switch.asterisk import posted, realtime
from ringpost.switch.deciding import decisive, mark, named_in, outcome
from tests.actions.asterisk import asking
from tests.actions.asterisk.asking import HOME, question
from tests.harness import Caller

ANYTHING = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
ME = f"100@{HOME}"
OF_THE_DOMAIN = {"domain": demo.DOMAIN_UUID, "dialled": "12025550100"}
QUESTIONS = {
    "dials": question("101", endpoint=ME),
    "dials help": question("911", endpoint=ME),
    "is sent on": question("101", endpoint=ME, **OF_THE_DOMAIN),
    "comes in": question("12025550100", where="public", endpoint="trunk"),
    "goes on": question("600", endpoint="trunk", direction="inbound", **OF_THE_DOMAIN),
    "is nobody's": question("12025550199", where="public", endpoint="trunk"),
    "rings by itself": question("101x0x20", where="ringpost-phones", **OF_THE_DOMAIN),
    "was tried": question("101", endpoint=ME, tried="101", dialstatus="BUSY", cause="17"),
}
VALUES = st.sampled_from(
    ["", "100", "101", "101x5x20", "911", ME, f"101@{HOME}", "trunk", "public", "ringpost", "ringpost-phones", "1",
     "BUSY", "NOANSWER", "ANSWER", "17", "21", "inbound", "local", demo.DOMAIN_UUID, demo.CALL_UUID, "600:30:"]
)  # fmt: skip
NAMES = st.sampled_from(("where", *asking.MEMBERS))
ROWS = {
    "endpoint": ("ps_endpoints/single", {"id": ME}),
    "auth": ("ps_auths/single", {"id": ME}),
    "aor": ("ps_aors/single", {"id": ME}),
    "alias": ("ps_domain_aliases/single", {"id": HOME.upper()}),
    "box": ("voicemail/single", {"mailbox": "100", "context": HOME}),
    "nothing": ("ps_endpoints/multi", {"id LIKE": "%"}),
    "update": ("ps_endpoints/update", {"id": ME}),
}


def body(fields: dict[str, str]) -> str:
    return "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in fields.items())


def asked(caller: Caller, fields: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """The answer, but for what is another in each: the file a call is recorded into."""
    reply = asking.posted(caller, "asterisk-route", body(fields))
    named = named_in(reply.headers["X-Decided-By"])
    assert named
    return re.sub("%2F[0-9a-f]{8}", "", reply.text), named


@pytest.mark.parametrize("what", QUESTIONS)
def test_what_decided_an_answer_is_enough_to_ask_for_it(what: str, pbx: Caller) -> None:
    fields = posted.read(QUESTIONS[what].encode())
    answer, named = asked(pbx, fields)
    assert asked(pbx, decisive(named, fields)) == (answer, named)


@ANYTHING
@given(
    what=st.sampled_from(sorted(QUESTIONS)),
    first=st.dictionaries(NAMES, VALUES, max_size=4),
    then=st.dictionaries(NAMES, VALUES, min_size=1, max_size=4),
)
def test_questions_that_are_the_same_in_what_decides_have_one_answer(
    what: str, first: dict[str, str], then: dict[str, str], pbx: Caller
) -> None:
    one = {**posted.read(QUESTIONS[what].encode()), **first}
    other = {**one, **then}
    answer, named = asked(pbx, one)
    if outcome(named, one) == outcome(named, other):
        assert asked(pbx, other) == (answer, named)


@pytest.mark.parametrize("what", ROWS)
def test_a_row_is_decided_by_its_table_and_whose_it_is(what: str, pbx: Caller) -> None:
    table, members = ROWS[what]
    reply = asking.posted(pbx, "asterisk-realtime", body(members), table)
    named = named_in(reply.headers["X-Decided-By"])
    assert named
    fields = realtime.read(table, body(members).encode())
    less = {name: value for name, value in decisive(named, fields).items() if name != realtime.TABLE}
    again = asking.posted(pbx, "asterisk-realtime", body(less), table)
    assert again.text == reply.text
    names = {name for test in named for name in re.split(r"[|?=]", test)[:1]}
    assert names <= {realtime.TABLE, *members, "id", "mailbox", "context"}


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("dials", ["100", "101", demo.DOMAIN_UUID]),
        ("comes in", ["12025550100", demo.DOMAIN_UUID]),
        ("goes on", ["600", "100", "101", demo.DOMAIN_UUID]),
    ],
)
def test_an_answer_is_marked_with_what_it_was_read_from(what: str, words: list[str], pbx: Caller) -> None:
    marks = asking.posted(pbx, "asterisk-route", QUESTIONS[what]).headers["X-Read-From"].split()
    assert {mark(word) for word in words} <= set(marks)


@pytest.mark.parametrize("what", ["endpoint", "auth", "aor", "box"])
def test_so_is_a_row(what: str, pbx: Caller) -> None:
    table, members = ROWS[what]
    marks = asking.posted(pbx, "asterisk-realtime", body(members), table).headers["X-Read-From"].split()
    assert {mark("100"), mark(demo.DOMAIN_UUID)} <= set(marks)
