"""A link's line to the endpoint, while that does not answer."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.client import Answer, Client
from ringpost.link.asking import Asking, Away, OneByOne, Told
from ringpost.model.answered_ahead import AnswerAhead
from ringpost.switch.asking import Posted
from ringpost.switch.freeswitch.standing import ASKS


class Silent(Client):
    """An endpoint that answers nobody."""

    asked = threading.Event()
    go_on = threading.Event()

    def post(self, *_: Any, **__: Any) -> Answer:
        self.asked.set()
        assert self.go_on.wait(30)
        return Answer(503, b"")


class Busy(ThreadPoolExecutor):
    """Threads on a machine that has much to do: each begins once it is let."""

    may_begin = threading.Event()

    def submit(self, do: Callable[..., Any], /, *of: Any, **more: Any) -> Future[Any]:
        def late() -> Any:
            assert self.may_begin.wait(30)
            return do(*of, **more)

        return super().submit(late)


def test_whoever_asks_next_waits_less_however_late_the_one_before_was_sent() -> None:
    endpoint, threads = Silent("http://127.0.0.1:9", "rp_x_y"), Busy(4)
    asking = Asking(endpoint, within=0.5, _pool=threads)
    with pytest.raises(Away, match="no answer in time"):
        asking.ask(ASKS.questions[0], Posted(b""), lambda _: None)
    threads.may_begin.set()
    assert endpoint.asked.wait(30)
    assert asking._patience() < asking.within
    endpoint.go_on.set()
    asking.close()


class Saying(Client):
    """An endpoint that answers many questions with something."""

    answer = Answer(200, b"")

    def call(self, *_: Any, **__: Any) -> Answer:
        return self.answer


def told_at_once(answer: Answer) -> list[Told]:
    endpoint = Saying("http://127.0.0.1:9", "rp_x_y")
    object.__setattr__(endpoint, "answer", answer)
    asking = Asking(endpoint)
    try:
        return asking.ask_at_once("lab", [(ASKS.questions[0], Posted(b""))], lambda _: None, threading.Event())
    finally:
        asking.close()


OURS = {"X-Request-Id": "1"}
TEXTS = st.text(st.characters(exclude_categories=()), max_size=8)
MEMBERS = st.sampled_from(["answers", "status", "body", "decided_by", "read_from", "detail"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=6),
    max_leaves=20,
)


@given(
    body=st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode()),
    status=st.just(200) | st.integers(100, 599),
)
def test_whatever_answers_many_questions_it_is_read_or_it_is_away(body: bytes, status: int) -> None:
    try:
        told = told_at_once(Answer(status, body, OURS))
    except (Away, OneByOne):
        return
    assert told
    assert status == 200


@given(
    st.lists(
        st.builds(
            AnswerAhead,
            status=st.sampled_from([200, 400, 403, 429, 500, 503]),
            body=st.none() | st.text(),
            decided_by=st.none() | st.text(),
            read_from=st.none() | st.text(),
            detail=st.none() | st.text(),
        ),
        min_size=1,
    )
)
def test_what_is_answered_to_many_is_read_as_it_was_written(answers: list[AnswerAhead]) -> None:
    body = json.dumps({"answers": [one.model_dump(mode="json") for one in answers]}).encode()
    told = told_at_once(Answer(200, body, OURS))
    for one, answer in zip(answers, told, strict=True):
        assert (answer.status, answer.body.decode(), answer.why) == (one.status, one.body or "", one.detail or "")
        assert answer.headers.get("x-decided-by") == one.decided_by
        assert answer.headers.get("x-read-from") == one.read_from
        assert answer.is_missing == (one.status >= 429)


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (Answer(404, b'{"code": "unknown-action", "detail": "unknown"}', OURS), OneByOne),
        (Answer(403, b'{"code": "forbidden", "detail": "no"}', OURS), OneByOne),
        (Answer(404, b"<html>"), Away),
        (Answer(200, b'{"answers": []}', OURS), Away),
        (Answer(200, b'{"answers": [{"body": ""}]}', OURS), Away),
        (Answer(200, b"{}"), Away),
        (Answer(503, b"{}", OURS), Away),
        (Answer(429, b'{"code": "rate-limited", "detail": "wait"}', OURS), Away),
    ],
)
def test_what_takes_no_many_questions_is_told_from_what_is_away(answer: Answer, what: type[Exception]) -> None:
    with pytest.raises(what):
        told_at_once(answer)


def test_as_many_are_sent_as_a_request_holds() -> None:
    sent: list[Any] = []

    class Noting(Client):
        def call(self, _: str, members: Any, *__: Any, **___: Any) -> Answer:
            sent.append(members["questions"])
            return Answer(200, json.dumps({"answers": [{"status": 200}] * len(sent[-1])}).encode(), OURS)

    asking = Asking(Noting("http://127.0.0.1:9", "rp_x_y"))
    asked = [(ASKS.questions[0], Posted(b"a" * size)) for size in (2_000_000, 400_000, 400_000, 400_000)]
    counts = []
    while asked:
        told = asking.ask_at_once("lab", asked, lambda _: None, threading.Event())
        asked = asked[len(told) :]
        counts.append(len(told))
    asking.close()
    assert counts == [1, 2, 1]
