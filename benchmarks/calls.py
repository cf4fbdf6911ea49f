"""How often an action asks the store: what ``docs/store.md`` says, which a test holds to the truth."""

import re
from collections.abc import Iterator

from benchmarks.table import Line
from benchmarks.work import ROOT

_ROW = re.compile(r"^\| `([a-z-]+)` \| (\d+) \| (\d+) \|", re.MULTILINE)


def lines() -> Iterator[Line]:
    """Reads and writes apart: most take what the budget says, and the rest are named."""
    counted = {
        name: (int(reads), int(transactions))
        for name, reads, transactions in _ROW.findall((ROOT / "docs/store.md").read_text())
    }
    reading = {name: reads for name, (reads, transactions) in counted.items() if not transactions}
    writing = {name: transactions for name, (_, transactions) in counted.items() if transactions}
    yield _line("store calls of a read action, key warm: reads", reading)
    yield _line("store calls of a write action, key warm: transactions", writing)


def _line(what: str, counted: dict[str, int]) -> Line:
    beyond = [f"{name} {count}" for name, count in sorted(counted.items()) if count > 1]
    within = f"1 at most in {len(counted) - len(beyond)} of {len(counted)} actions"
    return Line(what, within, f"more: {', '.join(beyond)}" if beyond else "", "", "1")
