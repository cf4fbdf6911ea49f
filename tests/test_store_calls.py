"""How often actions ask the store. The table in docs/store.md is counted, and compared by test_every_action."""

import re
from collections import Counter
from pathlib import Path

import pytest

from ringpost.entry import demo
from tests.fakes import CountingStore
from tests.harness import CATALOGUE, Caller, House
from tests.store_calls import cost_of_a_call

ROOT = Path(__file__).parent.parent


def documented() -> dict[str, tuple[int, int]]:
    """What docs/store.md says: reads and transactions of each action."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \| (\d+) \|", (ROOT / "docs/store.md").read_text(), re.MULTILINE)
    return {name: (int(reads), int(transactions)) for name, reads, transactions in rows}


@pytest.mark.parametrize("name", ["extension-details", "cdr-search", "originate"])
def test_a_domain_by_name_is_at_most_one_read_more(name: str, house: House, operator: Caller) -> None:
    reads, transactions = documented()[name]
    house.store = counting = CountingStore(house.store)
    house.restart()
    operator.done("action-list")
    counting.calls.clear()
    operator.done(**CATALOGUE.describe(name)["example"])
    counted = Counter(counting.calls)
    assert counted["get"] + counted["query"] <= reads + 1
    assert counted["transact"] == transactions


@pytest.mark.parametrize("records", [200, 400])
def test_a_page_of_calls_reads_no_more_rows_the_more_there_are(house: House, operator: Caller, records: int) -> None:
    for number in range(records):
        operator.done(
            "cdr-create",
            domain_uuid=demo.DOMAIN_UUID,
            xml_cdr_uuid=f"aaaaaaaa-0000-4000-8000-{number:012d}",
            start_stamp=f"2026-11-20T09:{number // 60:02d}:{number % 60:02d}Z",
            destination_number="100",
            direction="inbound",
        )
    house.store = counting = CountingStore(house.store)
    house.restart()
    for query in ({}, {"extension": "100"}, {"number": "100"}, {"hangup_cause": "NO_ANSWER"}, {"missed": True}):
        counting.rows_read = 0
        operator.done("cdr-search", domain_uuid=demo.DOMAIN_UUID, limit=50, **query)
        assert counting.rows_read == 51, "one more than the page, to know whether there is another"
    counting.rows_read = 0
    operator.done("cdr-list", domain_uuid=demo.DOMAIN_UUID)
    assert counting.rows_read == 100


def test_a_call_record_costs_what_the_page_says() -> None:
    page = (ROOT / "docs/store.md").read_text()
    rows = dict(re.findall(r"^\| (with[^|]*) \| (\d+ \| \d+) \|$", page, re.MULTILINE))
    all_rows, all_units, copies, copied_units = cost_of_a_call()
    assert rows["with it, the first of its list"] == f"{all_rows} | {all_units}"
    assert rows["with it"] == f"{all_rows - 1} | {all_units - 2}"
    assert rows["without the copy"] == f"{all_rows - copies} | {all_units - copied_units}"
