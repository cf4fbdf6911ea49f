import logging
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from ringpost.model.answered_ahead import MOST
from ringpost.services.switching import answered_ahead
from ringpost.store import Key, Row, Store
from ringpost.switch.deciding import mark
from tests.actions.asterisk.asking import HOME, question
from tests.actions.freeswitch.test_decided_by import QUESTIONS
from tests.fakes import CountingStore, FakeClock
from tests.harness import CATALOGUE, Caller, House
from tests.store_calls import watched

ANYTHING = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
LETTERS = st.characters(exclude_categories=())
HALF = "\ud800"
"""Half a character: JSON can spell it."""
HERE = {"domain_name": HOME}
ENDPOINT = {"action": "asterisk-realtime", "query": "ps_endpoints/single", "body": f"id=100%40{HOME}"}
AUTH = {**ENDPOINT, "query": "ps_auths/single"}
REGISTERS = {"action": "freeswitch-xml", "body": QUESTIONS["registers"]}
FOR_A_LINK = ("asterisk.#", "freeswitch.#", "switch.link.#", "domain.list", "event.list")


def dials(number: str, phone: str = "100") -> dict[str, str]:
    return {"action": "asterisk-route", "body": question(number, endpoint=f"{phone}@{HOME}")}


@pytest.fixture
def link(house: House, operator: Caller) -> Caller:
    operator.done("domain-update", **HERE, switch="lab")
    return house.key(*FOR_A_LINK, switch="lab")


def answers(caller: Caller, *questions: dict[str, str], switch: str = "lab") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.done("switch-link-answer-lookup", switch=switch, questions=questions)[
        "answers"
    ]
    return found


def by_itself(caller: Caller, one: dict[str, str]) -> dict[str, Any]:
    """What a question is answered if it is posted as a switch does."""
    query = dict(parse_qsl(one.get("query", ""), keep_blank_values=True))
    reply = caller.post(one["body"], path=f"/{one['action']}", query=query)
    if reply.status != 200:
        return {"status": reply.status, "detail": reply.json["detail"]}
    headers = {"decided_by": reply.headers["X-Decided-By"], "read_from": reply.headers["X-Read-From"]}
    return {"status": 200, "body": reply.text, **headers}


ASKED = [ENDPOINT, AUTH, dials("911"), dials("101"), dials("5550199"), REGISTERS, dials("101", phone="101")]


def test_each_question_is_answered_as_its_action_answers_it(link: Caller) -> None:
    found = answers(link, *ASKED)
    assert found == [by_itself(link, one) for one in ASKED]
    assert "Dial" in found[3]["body"]
    assert found[4]["body"] == ""


def test_an_answer_is_marked_with_what_itself_was_read_from_and_nothing_else(link: Caller) -> None:
    first, second = answers(link, dials("101"), ENDPOINT)
    assert mark("101") in first["read_from"].split()
    assert mark("101") not in second["read_from"].split()
    assert mark("100") in second["read_from"].split(), "though it was read before"


@ANYTHING
@given(
    asked=st.lists(
        st.fixed_dictionaries(
            {
                "action": st.sampled_from(["asterisk-realtime", "freeswitch-xml", "nothing", "", HALF]),
                "body": st.one_of(st.text(LETTERS), st.sampled_from([one["body"] for one in ASKED])),
            },
            optional={"query": st.one_of(st.text(LETTERS), st.sampled_from(["ps_aors/single", "a=b&a=%ff"]))},
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_is_asked_has_an_answer_and_spoils_no_other(asked: list[dict[str, str]], link: Caller) -> None:
    found = answers(link, *asked, ENDPOINT)
    assert len(found) == len(asked) + 1
    assert found[-1] == by_itself(link, ENDPOINT)
    for one, answer in zip(asked, found, strict=False):
        whole = {name: text.encode(errors="replace").decode() for name, text in one.items()}
        assert answer == by_itself(link, whole) if one["action"] in CATALOGUE.names() else answer["status"] == 404


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        ({"action": "asterisk-rout", "body": ""}, 404),
        ({"action": "domain-list", "body": "{}"}, 400),
        ({"action": "asterisk-cdr", "body": CATALOGUE.load("asterisk-cdr").EXAMPLE["body"]}, 400),
        ({"action": "asterisk-route", "body": "&" * 200}, 400),
    ],
)
def test_one_that_is_wrong_is_refused_by_itself(bad: dict[str, str], status: int, link: Caller) -> None:
    first, refused, last = answers(link, ENDPOINT, bad, AUTH)
    assert refused["status"] == status
    assert refused["detail"]
    assert (first["status"], last["status"]) == (200, 200)


def test_a_bug_spoils_one_answer_and_is_logged(
    link: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret s3cr3t")

    monkeypatch.setattr(CATALOGUE.load("asterisk-route"), "handle", broken)
    with caplog.at_level(logging.ERROR):
        first, last = answers(link, dials("101"), ENDPOINT)
    assert (first["status"], last["status"]) == (500, 200)
    assert "s3cr3t" not in first["detail"]
    assert "ZeroDivisionError" in caplog.text


def test_the_key_needs_the_scope_of_what_it_asks(house: House, link: Caller) -> None:
    some = house.key("asterisk.route", "switch.link.#", switch="lab")
    refused, given = answers(some, ENDPOINT, dials("101"))
    assert (refused["status"], given["status"]) == (403, 200)
    assert "asterisk.realtime" in refused["detail"]
    none = house.key("asterisk.#", switch="lab")
    assert none.call("switch-link-answer-lookup", switch="lab", questions=[ENDPOINT]).status == 403


def test_another_switchs_link_and_a_tenant_are_told_nothing(house: House, operator: Caller, link: Caller) -> None:
    operator.done("switch-create", name="other", kind="asterisk", via="link")
    other = house.key(*FOR_A_LINK, switch="other")
    assert other.call("switch-link-answer-lookup", switch="lab", questions=[ENDPOINT]).status == 404
    assert [one.get("body") for one in answers(other, ENDPOINT, AUTH, dials("101"), switch="other")] == ["", "", ""]
    tenant = house.key("#", domains=(demo.DOMAIN_UUID,))
    assert tenant.call("switch-link-answer-lookup", switch="lab", questions=[ENDPOINT]).status == 403
    assert all(one["status"] == 200 for one in answers(operator, ENDPOINT, dials("101")))


@pytest.mark.parametrize("questions", [[], [ENDPOINT] * (MOST + 1), [{"action": "asterisk-route"}], ["x"]])
def test_what_is_no_list_of_questions_is_refused(questions: list[Any], link: Caller) -> None:
    assert link.call("switch-link-answer-lookup", switch="lab", questions=questions).status == 400


def test_what_all_need_is_read_once() -> None:
    with watched(CountingStore) as (operator, counting):
        operator.done("domain-update", **HERE, switch="lab")
        link = operator.house.key(*FOR_A_LINK, switch="lab")
        reads = []
        for many in (1, 50):
            answers(link, ENDPOINT)
            counting.calls.clear()
            answers(link, *[dials("101")] * many)
            reads.append(len(counting.calls))
        assert reads[0] == reads[1]


def test_the_answer_ends_before_it_is_too_long_and_has_one_at_least(
    link: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [dials("101")] * 10
    one = len(str(answers(link, *asked)[0]))
    monkeypatch.setattr(answered_ahead, "MOST_BYTES", 4 * one)
    assert 2 <= len(answers(link, *asked)) <= 4
    monkeypatch.setattr(answered_ahead, "MOST_BYTES", 1)
    assert len(answers(link, *asked)) == 1


class Slow(CountingStore):
    """A store that takes two seconds for each row."""

    def __init__(self, inner: Store, clock: FakeClock) -> None:
        super().__init__(inner)
        self.clock = clock

    def get(self, key: Key) -> Row | None:
        self.clock.time += 2
        return super().get(key)


def test_it_ends_before_whoever_asks_gives_up(link: Caller, house: House, clock: FakeClock) -> None:
    house.store = Slow(house.store, clock)
    house.restart()
    begun = clock.time
    found = answers(link, *[dials("101", phone=str(number)) for number in range(100, 150)])
    assert 1 <= len(found) < 50
    assert clock.time - begun < 40
