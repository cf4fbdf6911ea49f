"""Many made-up requests by everybody who may have a key: ``make fuzz``, and a few of them with the suite.

A chapter is a world of its own, made and played by its seed and number, so any can be played again:
``make fuzz SEED=<seed> FROM=<chapter>`` goes on from there, with ``CHAPTERS=1`` it is only that one.
"""

import os
import time
from pathlib import Path

import pytest

from tests.fuzz.world import chapter

SEED = os.environ.get("SEED", "1")
FIRST, CHAPTERS = int(os.environ.get("FROM", "0")), int(os.environ.get("CHAPTERS", "400"))
UNTIL = float(os.environ.get("FUZZ_UNTIL", "inf"))
"""Seconds since 1970: no chapter is begun after that."""
REQUESTS = 500


@pytest.mark.fuzz
@pytest.mark.parametrize("number", range(FIRST, FIRST + CHAPTERS))
def test_nothing_breaks_leaks_or_is_written_elsewhere(number: int, tmp_path: Path) -> None:
    if time.time() > UNTIL:
        pytest.skip(f"out of time: go on with make fuzz SEED={SEED} FROM={number}")
    wrong = chapter(tmp_path / "fuzz.sqlite3", f"{SEED}/{number}", REQUESTS)
    assert not wrong, f"make fuzz SEED={SEED} FROM={number} CHAPTERS=1\n" + "\n".join(wrong)


@pytest.mark.often
@pytest.mark.parametrize("number", range(2))
def test_a_few_requests_of_everybody(number: int, tmp_path: Path) -> None:
    wrong = chapter(tmp_path / "fuzz.sqlite3", f"smoke/{number}", REQUESTS // 2)
    assert not wrong, "\n".join(wrong)
