"""From the start of a process to its first answer, in packages as Lambda gets them."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import null_dynamodb
from benchmarks.table import Line, compared
from benchmarks.work import ROOT, event

RUNS = 15
_WHAT = "INIT to first answer, whole process, in the built package"


@dataclass(frozen=True)
class Start:
    """A program, the package it is started in, and what its environment says beside."""

    program: str
    package: Path
    said: dict[str, str] = field(default_factory=dict)


def lines() -> Iterator[Line]:
    """Ours, the floor and the peer in turn: medians of whole processes, each after one that is not counted."""
    ours, peers = (Path(os.environ.get(name, "")).resolve() for name in ("RINGPOST_PACKAGE", "RINGPOST_PEERS"))
    if not (is_compiled(ours) and is_compiled(peers)):
        yield Line(_WHAT, "not built: run `make bench`, which builds both packages", budget="≤ 1.25")
        return
    with as_it_was(ours) as before:
        took = _in_turn(
            {
                "ours": Start("ours", ours),
                "floor": Start("floor", ours),
                "peer": Start("fastapi_boto3", peers),
                "boto3": Start("ours", ours, {"RINGPOST_DYNAMODB_CLIENT": "boto3"}),
                "before": Start("ours", before),
            }
        )
    yield compared(_WHAT, took["ours"], ("import of pydantic and pydynox", took["floor"]), 1.25, "ms")
    yield compared(_WHAT, took["ours"], ("FastAPI, Mangum, boto3, built alike", took["peer"]), 1 / 2, "ms")
    yield compared(
        _WHAT, took["ours"], ("the same package without bytecode, as it was shipped before", took["before"]), unit="ms"
    )
    yield compared(f"{_WHAT}, `RINGPOST_DYNAMODB_CLIENT=boto3`", took["boto3"], ("pydynox", took["ours"]), unit="ms")


def is_compiled(package: Path) -> bool:
    """Whether this interpreter finds bytecode there."""
    return any(package.glob(f"ringpost/__pycache__/*.{sys.implementation.cache_tag}.pyc"))


@contextmanager
def as_it_was(package: Path) -> Iterator[Path]:
    """The same package without bytecode, for a while."""
    with TemporaryDirectory() as folder:
        yield shutil.copytree(package, Path(folder) / "package", ignore=shutil.ignore_patterns("__pycache__"))


def _in_turn(starts: dict[str, Start]) -> dict[str, list[float]]:
    """Seconds of each run, in which each has its turn."""
    took: dict[str, list[float]] = {name: [] for name in starts}
    with null_dynamodb.running() as url:
        for run in range(RUNS + 1):
            for name, start in starts.items():
                seconds = _seconds(start, null_dynamodb.environment(url))
                if run:
                    took[name].append(seconds)
    return took


def _seconds(start: Start, environment: dict[str, str]) -> float:
    """Until the status of the answer is there; what the process does to end does not count.

    As on Lambda nothing is found but what is in the package, and no bytecode is written.
    """
    asked = json.dumps(event())
    as_on_lambda = {"PATH": os.environ["PATH"], "PYTHONPATH": str(start.package), "PYTHONDONTWRITEBYTECODE": "1"}
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-S", ROOT / f"benchmarks/first_answer/{start.program}.py"],
        env={**as_on_lambda, **environment, **start.said},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdin.write(asked)
        process.stdin.close()
        for line in process.stdout:
            if line.strip() == "200":
                took = time.perf_counter() - started
                break
        else:
            raise RuntimeError(f"{start.program} did not answer 200")
        process.stdout.read()
    return took
