"""Each answer says what decided it: a question that is the same in that has the same answer, whatever else it holds."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from ringpost.switch.deciding import decisive, mark, named_in, outcome
from ringpost.switch.freeswitch.xml import posted
from tests.actions.freeswitch.test_freeswitch_xml import CALL, HOME, REGISTER, ask
from tests.harness import Caller

ANYTHING = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
OF_A_PHONE = f"&variable_sip_authorized=true&variable_domain_uuid={demo.DOMAIN_UUID}"
QUESTIONS = {
    "registers": REGISTER.format(user="100", domain=HOME),
    "calls": REGISTER.format(user="100", domain=HOME).replace("=REGISTER", "=INVITE"),
    "is rung": REGISTER.format(user="100", domain=HOME).split("&action=")[0]
    + f"&action=user_call&key=id&user=100&domain={HOME}",
    "dials": CALL.format(context=HOME, number="101") + OF_A_PHONE,
    "dials help": CALL.format(context=HOME, number="911") + OF_A_PHONE,
    "comes in": CALL.format(context="public", number="12025550100"),
    "is nobody's": CALL.format(context="public", number="12025550199"),
}
NAMES = (
    "action", "user", "domain", "key", "key_value", "purpose", "sip_auth_method", "sip_to_host", "origination_uuid",
    "ringpost_group", "call_direction", "Hunt-Context", "Caller-Context", "Hunt-Destination-Number",
    "Caller-Caller-ID-Name", "variable_sip_authorized", "variable_domain_uuid", "variable_extension_uuid",
    "variable_ringpost_passed", "variable_ringpost_tried", "variable_originate_disposition", "variable_ringpost_full",
    "variable_bridge_uuid", "variable_call_direction", "variable_ringpost_dialled", "variable_ringpost_b", "ip",
    "variable_origination_caller_id_name", "variable_ringpost_prefix", "sip_contact_host", "Unique-ID",
    "variable_ringpost_records", "variable_ringpost_number",
)  # fmt: skip
VALUES = st.sampled_from(
    ["", "100", "101", "102", "911", HOME, HOME.upper(), "public", "true", "all", "INVITE", "REGISTER", "user_call",
     "id", "sip_auth", "NO_ANSWER", "SUCCESS", "inbound", "local", demo.DOMAIN_UUID, "A & B", "x=y?", "%25"]
)  # fmt: skip


def asked(caller: Caller, fields: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    reply = ask(caller, "&".join(f"{name}={quote(value)}" for name, value in fields.items()))
    named = named_in(reply.headers["X-Decided-By"])
    assert named
    return reply.text, named


@pytest.mark.parametrize("what", QUESTIONS)
def test_what_decided_an_answer_is_enough_to_ask_for_it(what: str, switch_key: Caller) -> None:
    fields = posted(QUESTIONS[what].encode())
    answer, named = asked(switch_key, fields)
    less = decisive(named, fields)
    assert asked(switch_key, less) == (answer, named)
    assert "Event-Date-GMT" not in less


@ANYTHING
@given(
    what=st.sampled_from(sorted(QUESTIONS)),
    first=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
    then=st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=4),
)
def test_questions_that_are_the_same_in_what_decides_have_one_answer(
    what: str, first: dict[str, str], then: dict[str, str], switch_key: Caller
) -> None:
    one = {**posted(QUESTIONS[what].encode()), **first}
    other = {**one, **then}
    answer, named = asked(switch_key, one)
    if outcome(named, one) == outcome(named, other):
        assert asked(switch_key, other) == (answer, named)


def test_who_calls_by_name_decides_only_where_it_is_shown(switch_key: Caller, operator: Caller) -> None:
    comes_in = posted(QUESTIONS["comes in"].encode())
    assert "Caller-Caller-ID-Name" not in asked(switch_key, comes_in)[1]
    in_home = {"domain_name": HOME}
    operator.done("destination-update", **in_home, number="12025550100", destination_cid_name_prefix="Sales")
    assert "Caller-Caller-ID-Name" in asked(switch_key, comes_in)[1]


def test_a_phone_that_is_rung_by_nobody_of_ours_is_asked_about_in_one_way(switch_key: Caller) -> None:
    rung = posted(QUESTIONS["is rung"].encode())
    one, named = asked(switch_key, {**rung, "origination_uuid": "11111111-0000-4000-8000-000000000001"})
    other = {**rung, "origination_uuid": "11111111-0000-4000-8000-000000000002"}
    assert asked(switch_key, other) == (one, named)
    placed = {**rung, "ringpost_call_uuid": "11111111-0000-4000-8000-000000000003"}
    assert outcome(asked(switch_key, placed)[1], placed) != outcome(named, rung), "that answer is of one call only"


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("registers", ["100", demo.DOMAIN_UUID]),
        ("dials", ["101", demo.DOMAIN_UUID]),
        ("comes in", ["12025550100", demo.DOMAIN_UUID]),
    ],
)
def test_an_answer_is_marked_with_what_it_was_read_from(what: str, words: list[str], switch_key: Caller) -> None:
    marks = ask(switch_key, QUESTIONS[what]).headers["X-Read-From"].split()
    assert {mark(word) for word in words} <= set(marks)
