"""Measure all budgets and print them as one table; with ``--write``, put it into docs/benchmarks.md too."""

import argparse
import sys
from types import ModuleType

from benchmarks import calls, deliveries, growth, package, queues, starts, switches, table, warm, whole
from benchmarks.work import ROOT

PAGE = ROOT / "docs/benchmarks.md"
PARTS = {
    "a warm request, after its peers were shown to answer alike": warm,
    "CPU against a DynamoDB that does nothing": whole,
    "INIT to first answer": starts,
    "what a switch asks": switches,
    "callers in queues": queues,
    "store calls": calls,
    "first pages of calls": growth,
    "deliveries": deliveries,
    "the package": package,
}


def _name(part: ModuleType) -> str:
    return part.__name__.rpartition(".")[2]


def main() -> None:
    """One run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument(
        "--only", choices=[_name(part) for part in PARTS.values()], help="measure one part, and print it"
    )
    said = parser.parse_args()
    if said.write and said.only:
        parser.error("the page has one run of all parts")
    measured = []
    for what, part in PARTS.items():
        if said.only not in (None, _name(part)):
            continue
        print(f"measuring {what} …", file=sys.stderr, flush=True)
        measured += part.lines()
    run = f"{table.machine()}\n\n{table.rendered(measured)}"
    print(run)
    if said.write:
        PAGE.write_text(table.put_into(PAGE.read_text() if PAGE.exists() else "", run))


if __name__ == "__main__":
    main()
