"""The table that a run prints, and its place in ``docs/benchmarks.md``."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

BEGIN, END = "<!-- begin run -->", "<!-- end run -->"
_PAGE = f"""# Benchmarks

One run of `make bench`: our budgets, measured against our peers side by side.

## The last run

{BEGIN}
{END}
"""
_HEAD = ["| what | ours | against | ratio | budget | |", "|---|---|---|---|---|---|"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what was measured, and whether it keeps within its budget. Without a budget it is for orientation."""

    what: str
    ours: str
    against: str = ""
    ratio: str = ""
    budget: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        verdict = {None: "", True: "met", False: "**not met**"}[self.met]
        return f"| {self.what} | {self.ours} | {self.against} | {self.ratio} | {self.budget} | {verdict} |"


def compared(
    what: str, ours: Sequence[float], peer: tuple[str, Sequence[float]], budget: float | None = None, unit: str = "µs"
) -> Line:
    """The medians of two times in seconds, measured in turn, and the median of their ratios.

    The ratio is of each round and not of the medians, because a shared machine changes its pace between rounds.
    """
    name, their_rounds = peer
    scale = {"µs": 1e6, "ms": 1e3}[unit]
    mine, theirs = median(ours), median(their_rounds)
    ratio = median(one / other for one, other in zip(ours, their_rounds, strict=True))
    return Line(
        what,
        f"{mine * scale:.0f} {unit}",
        f"{name}: {theirs * scale:.1f} {unit}" if theirs * scale < 10 else f"{name}: {theirs * scale:.0f} {unit}",
        f"{ratio:.2f}",
        f"≤ {budget:.4g}" if budget is not None else "",
        ratio <= budget if budget is not None else None,
    )


def rendered(lines: Iterable[Line]) -> str:
    """A run as Markdown."""
    return "\n".join([*_HEAD, *map(str, lines)])


def machine() -> str:
    """Where and when this was measured."""
    now = f"{datetime.now(UTC):%Y-%m-%d}"
    return f"Measured on {now}: {_cpu()}, {os.cpu_count()} cores, Python {platform.python_version()}."


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def put_into(page: str, run: str) -> str:
    """A page with this run in the place of the one before; what is written around it stays."""
    page = page or _PAGE
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page must hold {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{run}\n{END}{after}"
