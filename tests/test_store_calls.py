"""How often each action asks the store, with its key warm: the table in docs/store.md."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ringpost.entry import demo
from tests.fakes import CountingStore
from tests.harness import CATALOGUE, Caller, House

ROOT = Path(__file__).parent.parent


def documented() -> dict[str, tuple[int, int]]:
    """What docs/store.md says: reads and transactions of each action."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \| (\d+) \|", (ROOT / "docs/store.md").read_text(), re.MULTILINE)
    return {name: (int(reads), int(transactions)) for name, reads, transactions in rows}


def by_uuid(name: str, caller: Caller) -> dict[str, Any]:
    """An action's example, with its domain by uuid: a name would be one read more."""
    example = {key: value for key, value in CATALOGUE.describe(name)["example"].items() if key != "action"}
    members = CATALOGUE.load(name).Request.model_fields
    if "domain_uuid" in members:
        named = example.pop("domain_name", demo.DOMAIN_NAME)
        example["domain_uuid"] = demo.EMPTY_DOMAIN_UUID if named.startswith("empty") else demo.DOMAIN_UUID
    if name.startswith("destination-") and name not in {"destination-create", "destination-list"}:
        del example["domain_uuid"]
    return example


def calls_of(house: House, operator: Caller, name: str) -> tuple[int, int]:
    house.store = counting = CountingStore(house.store)
    house.restart()
    operator.done("action-list")
    counting.calls.clear()
    operator.done(name, **by_uuid(name, operator))
    counted = Counter(counting.calls)
    return counted["get"] + counted["query"], counted["transact"]


@pytest.mark.parametrize("name", CATALOGUE.names())
def test_asks_the_store_as_often_as_the_page_says(name: str, house: House, operator: Caller) -> None:
    assert calls_of(house, operator, name) == documented()[name]


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
