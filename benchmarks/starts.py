"""From the start of a process to its first answer."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks import null_dynamodb
from benchmarks.table import Line, compared
from benchmarks.work import ROOT, event

PROCESSES = ("ours", "floor", "fastapi_boto3")
RUNS = 15
_WHAT = "INIT to first answer, whole process"


def lines() -> Iterator[Line]:
    """Ours, the floor and the peer in turn: medians of whole processes, each after one that is not counted."""
    with null_dynamodb.running() as url:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            **null_dynamodb.environment(url),
        }
        took: dict[str, list[float]] = {name: [] for name in PROCESSES}
        for run in range(RUNS + 1):
            for name in PROCESSES:
                seconds = _seconds(name, environment)
                if run:
                    took[name].append(seconds)
    yield compared(_WHAT, took["ours"], ("import of pydantic and pydynox", took["floor"]), 1.25, "ms")
    yield compared(_WHAT, took["ours"], ("FastAPI, Mangum, boto3", took["fastapi_boto3"]), 1 / 2, "ms")


def _seconds(name: str, environment: dict[str, str]) -> float:
    """Until the status of the answer is there; what the process does to end does not count."""
    asked = json.dumps(event())
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, ROOT / f"benchmarks/first_answer/{name}.py"],
        env=environment,
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
            raise RuntimeError(f"{name} did not answer 200")
        process.stdout.read()
    return took
