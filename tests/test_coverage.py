"""The table of XiVO's and iSymphony's operations, and the page made of it."""

import re
from collections import Counter

import pytest

from docs.coverage_page import ORIGINS, REASONS, TABLE, Row, page, rows
from tests.harness import CATALOGUE

ROWS = rows(TABLE.read_text())
HEAD = "origin,operation,answer,note\n"
NEEDS_A_NOTE = re.compile(
    r"/(users|lines|lines_sip|extensions|voicemails?|forwards|services|groups|incalls|call_logs)(/|$)"
)


def test_every_operation_of_each_origin_is_there() -> None:
    assert Counter(row.origin for row in ROWS) == {
        "confd": 196,
        "ctid-ng": 46,
        "auth": 5,
        "agentd": 13,
        "webhookd": 16,
        "isymphony-configuration": 84,
        "isymphony-live": 32,
        "isymphony-event": 8,
    }


def test_no_operation_is_there_twice() -> None:
    assert len({(row.origin, row.operation) for row in ROWS}) == len(ROWS)


def test_every_action_named_is_an_action() -> None:
    named = {name for row in ROWS for name in row.actions + row.noted}
    assert named - set(CATALOGUE.names()) == set()


def test_every_no_has_a_reason_of_the_list() -> None:
    assert {row.reason for row in ROWS} - {None} <= set(REASONS)


def test_what_every_migration_asks_for_is_done_or_has_a_note() -> None:
    asked = [row for row in ROWS if row.origin == "auth" or NEEDS_A_NOTE.search(row.operation)]
    assert [row.operation for row in asked if row.reason and not row.note] == []


def test_the_page_shows_every_row() -> None:
    shown = page()
    for origin in ORIGINS:
        section = shown.partition(f"\n## {origin}\n")[2].partition("\n## ")[0]
        assert re.findall(r"^\| `(.+?)` \|", section, re.MULTILINE) == [
            row.operation for row in ROWS if row.origin == origin
        ]


def test_the_page_says_how_many_are_done() -> None:
    done = sum(row.reason is None for row in ROWS if row.origin == "auth")
    assert f"## auth\n\n{ORIGINS['auth']}\n\n5 operations, {done} of them done here.\n" in page()


def test_actions_are_links_in_answers_and_in_notes() -> None:
    assert "| `POST /users` | [`user-create`](actions.md#user-create) | " in page()
    assert "(actions.md#user-provision) |" in page()


def test_a_row_tells_its_actions_and_those_its_note_names() -> None:
    (row,) = rows(HEAD + "confd,GET /x,domain-list originate,in `switch-list` and `dnd`\n")
    assert (row.actions, row.noted, row.reason) == (["domain-list", "originate"], ["switch-list"], None)
    assert Row("confd", "GET /x", "no: later", "").actions == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("provd,GET /x,domain-list,", "is no origin"),
        ("confd,/x,domain-list,", "is no method and path"),
        ("confd,GET /x|y,domain-list,", "is no method and path"),
        ("confd,GET /x,no: no idea,", "is no reason"),
        ("confd,GET /x,no:,", "is no reason"),
        ("confd,GET /x,,", "is neither actions nor a no"),
        ("confd,GET /x,Domain list,", "is neither actions nor a no"),
        ("confd,GET /x,domain-list", "a row has 4 cells"),
        ("confd,GET /x,domain-list,one, two", "a row has 4 cells"),
        ("confd,GET /x,domain-list,a | b", "ends its cell"),
        ("confd,GET /x,domain-list,\nconfd,GET /x,domain-list,", "is there twice"),
    ],
)
def test_a_row_that_is_wrong_is_refused(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        rows(HEAD + line)
