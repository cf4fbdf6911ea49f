"""How large the deployed package is, unzipped."""

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Line
from benchmarks.work import ROOT

BUDGET = 60


def lines() -> Iterator[Line]:
    """The package of the last ``sam build``, or the folder that ``RINGPOST_PACKAGE`` names."""
    folder = Path(os.environ.get("RINGPOST_PACKAGE") or ROOT / ".aws-sam/build/Api")
    what, budget = "deployed package, unzipped", f"≤ {BUDGET} MB"
    if not folder.is_dir():
        yield Line(what, "not built: run `sam build` first, or name its folder in `RINGPOST_PACKAGE`", "", "", budget)
        return
    megabytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    yield Line(what, f"{megabytes:.1f} MB", "", f"{megabytes / BUDGET:.2f}", budget, megabytes <= BUDGET)
