"""What `sam build` ships: started as Lambda starts it, and looked through."""

import json
import re
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest

from ringpost.entry import demo
from tests.package.emulator import Emulator, needed

pytestmark = pytest.mark.package

_ROOT = Path(__file__).parents[2]
_LARGEST = 60_000_000
_DETAILS = "domain-details"


@pytest.fixture
def function(tmp_path: Path) -> Iterator[Emulator]:
    """The function in a fresh execution environment, on the demo store."""
    with Emulator(tmp_path / "log", RINGPOST_STORE="demo", AWS_SAM_LOCAL="true") as emulator:
        yield emulator


@pytest.fixture
def package() -> Path:
    """The folder that becomes the function."""
    return needed("RINGPOST_PACKAGE")


def test_a_cold_and_a_warm_function_answer_the_sample_event(function: Emulator) -> None:
    cold, warm = function.invoke(_event(_DETAILS)), function.invoke(_event(_DETAILS))
    assert (cold["statusCode"], warm["statusCode"]) == (200, 200)
    assert cold["headers"]["Content-Type"] == "application/json"
    assert json.loads(cold["body"])["domain_name"] == demo.DOMAIN_NAME
    assert warm["body"] == cold["body"]


def test_an_unknown_action_is_a_problem_and_not_a_failed_invocation(function: Emulator) -> None:
    event = _event(_DETAILS)
    answer = function.invoke(event | {"body": json.dumps({"action": "no-such-action"})})
    problem = json.loads(answer["body"])
    assert answer["statusCode"] == 404
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert (problem["code"], problem["status"]) == ("unknown-action", 404)
    assert problem["request_id"] == event["requestContext"]["requestId"]


def test_without_a_key_nothing_is_answered(function: Emulator) -> None:
    event = _event(_DETAILS)
    del event["headers"]["authorization"]
    answer = function.invoke(event)
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["code"] == "unauthorized"


def test_header_names_are_read_as_sam_local_start_api_writes_them(function: Emulator) -> None:
    event = _event(_DETAILS)
    event["headers"] = {name.title(): value for name, value in event["headers"].items()}
    assert function.invoke(event)["statusCode"] == 200


def test_every_sample_event_finds_in_the_package_what_it_needs(function: Emulator) -> None:
    statuses = {file.stem: function.invoke(_event(file.stem))["statusCode"] for file in _events()}
    assert len(statuses) > 30
    assert {name: status for name, status in statuses.items() if status >= 500} == {}


def test_a_request_leaves_one_line_that_is_its_metrics_too_and_no_secret(function: Emulator) -> None:
    event = _event(_DETAILS)
    function.invoke(event)
    (line,) = [json.loads(line) for line in function.written()]

    assert line["request_id"] == event["requestContext"]["requestId"]
    assert (line["key_id"], line["action"], line["outcome"]) == (demo.PUBLIC_KEY_UUID, _DETAILS, "ok")
    assert (line["Requests"], line["Duration"] > 0) == (1, True)
    assert [metric["Name"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]] == ["Requests", "Duration"]
    everything = "\n".join(function.written())
    assert demo.PUBLIC_SECRET not in everything
    assert event["headers"]["authorization"].split()[1] not in everything


def test_a_refused_request_leaves_no_secret_either(function: Emulator) -> None:
    event = _event(_DETAILS)
    event["headers"]["authorization"] = f"Bearer rp_{demo.PUBLIC_KEY_UUID}_{'5e' * 32}"
    assert function.invoke(event)["statusCode"] == 401
    written = function.written()
    assert [json.loads(line)["outcome"] for line in written] == ["unauthorized"]
    assert "5e" * 32 not in "\n".join(written)


def test_tracing_finds_what_it_needs_in_what_is_left_of_botocore(tmp_path: Path) -> None:
    store = f"sqlite:{tmp_path / 'store.sqlite3'}"
    with Emulator(tmp_path / "log", RINGPOST_STORE=store, RINGPOST_TRACE="true") as emulator:
        assert emulator.invoke(_event(_DETAILS))["statusCode"] == 401


def test_the_demo_store_with_its_public_key_starts_under_sam_local_only(tmp_path: Path) -> None:
    with Emulator(tmp_path / "log", RINGPOST_STORE="demo") as emulator:
        assert "sam local only" in emulator.invoke(_event(_DETAILS))["errorMessage"]


def test_the_package_is_our_code_the_pinned_dependencies_and_nothing_else(package: Path) -> None:
    installed = {one.metadata["Name"].lower().replace("_", "-"): one for one in distributions(path=[str(package)])}
    assert {f"{name}=={one.version}" for name, one in installed.items()} == _pinned()

    recorded = {str(file) for one in installed.values() for file in one.files or ()}
    ours = _files(_ROOT / "src" / "ringpost") | _files(_ROOT / "actions")
    assert {name for name in _files(package, package) if name not in recorded} == ours


def test_the_package_is_small_enough(package: Path) -> None:
    size = sum(file.stat().st_size for file in package.rglob("*") if file.is_file())
    assert size <= _LARGEST, f"{size:,} bytes"


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((_ROOT / "events" / f"{name}.json").read_text())
    return event


def _events() -> list[Path]:
    return sorted((_ROOT / "events").glob("*.json"))


def _pinned() -> set[str]:
    lines = (_ROOT / "requirements" / "runtime.txt").read_text().splitlines()
    return {line.split()[0] for line in lines if re.match(r"[a-z0-9]", line)}


def _files(folder: Path, root: Path | None = None) -> set[str]:
    root = root or folder.parent
    files = (file.relative_to(root) for file in folder.rglob("*") if file.is_file())
    return {file.as_posix() for file in files if "__pycache__" not in file.parts}
