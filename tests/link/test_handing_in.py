"""Records are taken at once and handed in when the endpoint is there: in order, each once."""

import json
import stat
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.link.buffer import Buffer
from ringpost.switch.hearing import PostedRecord
from tests.harness import Caller
from tests.link.standing import Lab
from tests.webhooks.receivers import until

HERE = {"domain_name": demo.DOMAIN_NAME}
PATH = "freeswitch-cdr"


def record(number: int, **variables: Any) -> tuple[str, bytes]:
    """The query and the body of a record."""
    leg = f"c2c2c2c2-0000-4000-8000-{number:012d}"
    body = {
        "variables": {
            "uuid": leg,
            "domain_uuid": demo.DOMAIN_UUID,
            "call_direction": "inbound",
            "start_epoch": "1795340000",
            "answer_epoch": "1795340006",
            "end_epoch": "1795340066",
            "hangup_cause": "NORMAL_CLEARING",
            **variables,
        },
        "callflow": [{"caller_profile": {"caller_id_number": "5550199", "destination_number": "12025550100"}}],
    }
    return f"uuid={leg}", json.dumps(body).encode()


def are_there(operator: Caller, *numbers: int) -> Callable[[], bool]:
    wanted = {f"c2c2c2c2-0000-4000-8000-{number:012d}" for number in numbers}

    def look() -> bool:
        return wanted <= {one["xml_cdr_uuid"] for one in operator.done("cdr-search", **HERE, limit=100)["items"]}

    return look


def test_what_the_switch_posts_while_we_are_away_is_there_afterwards_once(lab: Lab, operator: Caller) -> None:
    lab.endpoint.how = "away"
    with lab.link(works=True) as asked:
        for number in (1, 2, 3):
            query, body = record(number)
            assert asked.post(body, PATH, query).status == 200
        query, body = record(1)
        assert asked.post(body, PATH, query).status == 200, "a switch may post it again"
    with lab.link(works=True) as asked:
        lab.endpoint.how = "there"
        until(lambda: asked.link.buffer.first_record() is None, 20)
        assert are_there(operator, 1, 2, 3)()
        lab.says("records are handed in")
    assert (
        len([one for one in operator.done("cdr-search", **HERE)["items"] if one["xml_cdr_uuid"].startswith("c2c2")])
        == 3
    )


def test_they_are_handed_in_in_their_order(lab: Lab) -> None:
    lab.endpoint.how = 503
    with lab.link() as asked:
        for number in (3, 1, 2):
            query, body = record(number)
            asked.post(body, PATH, query)
        handed = []
        while first := asked.link.buffer.first_record():
            handed.append(first[1].query[-1])
            asked.link.buffer.forget_record(first[0])
        assert handed == ["3", "1", "2"]


@pytest.mark.parametrize(
    "body", [b"no json", b"{}", b"[]", b"\xff\xfe", record(1, domain_uuid="d9d9d9d9-0000-4000-8000-000000000001")[1]]
)
def test_what_is_refused_for_good_is_put_aside_and_said(body: bytes, lab: Lab, operator: Caller) -> None:
    with lab.link(works=True) as asked:
        assert asked.post(body, PATH).status == 200
        query, good = record(2)
        asked.post(good, PATH, query)
        until(are_there(operator, 2), 20)
        lab.says("a record was refused")
    aside = lab.folder / "refused-lab.jsonl"
    [line] = [json.loads(one) for one in aside.read_text().splitlines()]
    assert b64decode(line["body"]) == body
    assert (line["action"], line["content_type"]) == (PATH, "application/x-www-form-urlencoded")
    assert line["why"]
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b'{"code": "unauthorized"}'),
        (403, b'{"code": "forbidden"}'),
        (404, b'{"code": "unknown-action"}'),
        (404, b"<html>no such page</html>"),
        (400, b"<html>bad gateway</html>"),
        (302, b""),
        (409, b'{"code": "conflict"}'),
        (429, b'{"code": "rate-limited"}'),
        (500, b'{"code": "internal"}'),
        (503, b'{"code": "store-unavailable"}'),
    ],
)
def test_what_is_refused_for_now_waits(status: int, body: bytes, lab: Lab, operator: Caller) -> None:
    lab.endpoint.instead = {PATH: (status, body)}
    with lab.link(works=True) as asked:
        query, posted = record(1)
        asked.post(posted, PATH, query)
        until(lambda: PATH in lab.endpoint.asked)
        lab.endpoint.instead = {}
        until(are_there(operator, 1), 20)
    assert not (lab.folder / "refused-lab.jsonl").exists()


def test_those_that_are_put_last_come_after_the_others(lab: Lab) -> None:
    buffer = Buffer(lab.folder / "link.sqlite3")
    for number in (1, 2, 3):
        buffer.keep_record(PostedRecord(PATH, record(number)[0], "", b""))
    for _ in range(2):
        first = buffer.first_record()
        assert first
        buffer.put_last(first[0])
    buffer.keep_record(PostedRecord(PATH, record(4)[0], "", b""))
    order = []
    while one := buffer.first_record():
        order.append(one[1].query[-1])
        buffer.forget_record(one[0])
    buffer.close()
    assert order == ["3", "1", "2", "4"]


def test_a_record_that_cannot_be_kept_stays_with_the_switch(lab: Lab) -> None:
    with lab.link() as asked:
        asked.link.buffer.close()
        query, body = record(1)
        assert asked.post(body, PATH, query).status == 503
        lab.says("stays with the switch")
        asked.link.buffer = Buffer(Path(lab.folder / "other.sqlite3"))


def test_one_that_breaks_something_holds_up_the_others_not_for_ever(lab: Lab, operator: Caller) -> None:
    lab.endpoint.instead = {PATH: (500, b'{"code": "internal"}')}
    with lab.link(works=True) as asked:
        for number in (1, 2):
            query, body = record(number)
            asked.post(body, PATH, query)
        lab.says("it comes after the others")
        first = asked.link.buffer.first_record()
        assert first
        assert first[1].query.endswith("2")
