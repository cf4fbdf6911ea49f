"""The Lambda function, in this process."""

import csv
import importlib
import json
import sys
from base64 import b64encode
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import pytest

from ringpost.dispatch.http import HttpAnswer
from ringpost.dispatch.pipeline import Outcome
from ringpost.entry import demo, telemetry
from ringpost.model.errors import (
    CannotComply,
    InternalError,
    Problem,
    RateLimited,
    StoreUnavailable,
    SwitchRefused,
    SwitchUnreachable,
)
from ringpost.model.key import ApiKey
from tests.harness import CATALOGUE

EVENTS = Path(__file__).parent.parent.parent / "events"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("AWS_SAM_LOCAL", "true")
    monkeypatch.setenv("RINGPOST_STORE", "demo")
    import ringpost.entry.api

    return importlib.reload(ringpost.entry.api)


def event(name: str = "domain-details", **members: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return {**read, **members}


@pytest.mark.parametrize("name", CATALOGUE.names())
def test_answers_every_sample_event(api: ModuleType, name: str) -> None:
    answer = api.handler(event(name), None)
    assert answer["statusCode"] in (200, 202), answer
    read = {
        "application/json": json.loads,
        "text/xml; charset=utf-8": ET.fromstring,
        "text/plain; charset=utf-8": lambda text: parse_qsl(text, strict_parsing=True),
        "text/csv; charset=utf-8": lambda text: list(csv.reader(text.splitlines(), strict=True)),
    }
    read[answer["headers"]["Content-Type"]](answer["body"])


def test_decodes_base64_bodies(api: ModuleType) -> None:
    body = b64encode(event()["body"].encode()).decode()
    assert api.handler(event(body=body, isBase64Encoded=True), None)["statusCode"] == 200


def test_the_path_may_name_the_action_behind_a_stage(api: ModuleType) -> None:
    staged = event(rawPath="/prod/domain-list", body=None)
    staged["requestContext"]["stage"] = "prod"
    assert api.handler(staged, None)["statusCode"] == 200
    assert api.handler(event(rawPath="/domain-list", body="{}"), None)["statusCode"] == 200


@pytest.mark.parametrize("path", ["/pbx", "/pbx/", "/pbx/domain-details", "/pbx/domain-details/", "/domain-details"])
def test_answers_behind_a_mapping_key(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("AWS_SAM_LOCAL", "true")
    monkeypatch.setenv("RINGPOST_STORE", "demo")
    monkeypatch.setenv("RINGPOST_BASE_PATH", "/pbx")
    import ringpost.entry.api

    assert importlib.reload(ringpost.entry.api).handler(event(rawPath=path), None)["statusCode"] == 200


def test_an_error_has_the_one_shape(api: ModuleType) -> None:
    answer = api.handler(event(body='{"action": "nope"}'), None)
    said = json.loads(answer["body"])
    assert (answer["statusCode"], said["code"]) == (404, "unknown-action")
    assert said["request_id"] == answer["headers"]["X-Request-Id"] == "00000000-0000-4000-8000-000000000000"
    assert answer["headers"]["Content-Type"] == "application/problem+json"


def test_bytes_that_are_no_text_travel_as_base64(api: ModuleType) -> None:
    proxied = api.proxied(HttpAnswer(200, b"\xff", "audio/wav"))
    assert (proxied["isBase64Encoded"], proxied["body"]) == (True, "/w==")


def test_a_body_that_is_no_unicode_is_not_json(api: ModuleType) -> None:
    assert api.handler(event(body='{"action": "\ud800'), None)["statusCode"] == 415


def test_logs_one_line_and_counts_without_secrets(
    api: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry._logger.registered_handler, "stream", sys.stdout)
    api.handler(event("extension-create"), None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 1
    line = lines[0]
    assert (line["action"], line["outcome"], line["status"]) == ("extension-create", "ok", 200)
    assert (line["key_id"], line["request_id"]) == (demo.PUBLIC_KEY_UUID, "00000000-0000-4000-8000-000000000000")
    for described in line["_aws"]["CloudWatchMetrics"]:
        assert described["Namespace"] == "Ringpost"
        assert {line[name] is not None for dimensions in described["Dimensions"] for name in dimensions} == {True}
        assert all(isinstance(line[metric["Name"]], int | float) for metric in described["Metrics"])
    assert (line["Faults"], line["SwitchFailures"]) == (0, 0)
    assert demo.PUBLIC_SECRET not in json.dumps(lines)


@pytest.mark.parametrize(
    ("problem", "counted"),
    [
        (SwitchUnreachable("x"), (0, 1)),
        (SwitchRefused("x"), (0, 1)),
        (StoreUnavailable(), (1, 0)),
        (InternalError("x"), (1, 0)),
        (RateLimited("x"), (0, 0)),
        (CannotComply("x"), (0, 0)),
    ],
)
def test_a_tenants_switch_that_fails_is_no_fault_of_the_api(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    problem: Problem,
    counted: tuple[int, int],
) -> None:
    monkeypatch.setattr(telemetry._logger.registered_handler, "stream", sys.stdout)
    telemetry.report(Outcome("r", status=problem.status, code=problem.code))
    line = json.loads(capsys.readouterr().out)
    assert (line["Faults"], line["SwitchFailures"]) == counted


def test_with_a_distribution_in_front_its_viewers_address_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "e" * 32
    for name, value in {
        "AWS_SAM_LOCAL": "true",
        "RINGPOST_STORE": "demo",
        "RINGPOST_EDGE_SECRET": secret,
        "RINGPOST_EDGE_ONLY": "yes",
        "RINGPOST_REQUESTS_PER_SOURCE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    import ringpost.entry.api

    api = importlib.reload(ringpost.entry.api)

    def asked(**more: str) -> int:
        about = event()
        about["headers"] |= more
        return int(api.handler(about, None)["statusCode"])

    through = {"X-Ringpost-Edge": secret}
    first, second = ({**through, "CloudFront-Viewer-Address": f"198.51.100.{n}:5"} for n in (1, 2))
    assert [asked(**first) for _ in range(3)] == [200, 200, 429]
    assert asked(**second) == 200
    assert asked() == asked(**{"CloudFront-Viewer-Address": "198.51.100.3:5"}) == 403


def test_under_snapstart_everything_is_imported_and_nothing_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    monkeypatch.setenv("RINGPOST_STORE", "dynamodb:nowhere")
    import ringpost.entry.api

    api = importlib.reload(ringpost.entry.api)
    assert api._endpoint is None
    assert ApiKey.__pydantic_complete__
    assert CATALOGUE.load("originate").Request.__pydantic_complete__  # type: ignore[union-attr]


def test_the_demo_store_starts_under_sam_local_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SAM_LOCAL", raising=False)
    monkeypatch.setenv("RINGPOST_STORE", "demo")
    import ringpost.entry.api

    with pytest.raises(RuntimeError, match="sam local only"):
        importlib.reload(ringpost.entry.api)


def test_is_traced_when_that_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return event

    assert telemetry.traced(handler) is handler
    monkeypatch.setenv("RINGPOST_TRACE", "true")
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    assert telemetry.traced(handler) is not handler
    assert telemetry.traced(handler)({"a": 1}, None) == {"a": 1}


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"requestContext": {}},
        {"headers": {}, "body": "x"},
        event(body="%%%", isBase64Encoded=True),
        event(body=5),
        [],
        None,
    ],
)
def test_what_is_no_request_is_refused(api: ModuleType, broken: Any) -> None:
    answer = api.handler(broken, None)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (400, "invalid-request")


def test_a_request_without_headers_has_no_key(api: ModuleType) -> None:
    assert api.handler(event(headers=None), None)["statusCode"] == 401
    assert api.handler(event(headers={"x-api-key": f"rp_{demo.PUBLIC_KEY_UUID}_\ud800"}), None)["statusCode"] == 401


def got(path: str, accept: str = "*/*", method: str = "GET") -> dict[str, Any]:
    asked = event(rawPath=path, body=None, headers={"accept": accept}, isBase64Encoded=False)
    asked["requestContext"]["http"] |= {"method": method, "path": path}
    return asked


def test_says_without_a_key_that_it_is_well(api: ModuleType) -> None:
    answer = api.handler(got("/health"), None)
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"status": "ok"})
    assert answer["headers"]["Cache-Control"] == "no-store"


def test_shows_a_browser_what_it_is(api: ModuleType) -> None:
    answer = api.handler(got("/", "text/html,*/*"), None)
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Ringpost" in answer["body"]
    assert api.handler(got("/"), None)["statusCode"] == 405


def test_fusionpbxs_own_path_is_the_root(api: ModuleType) -> None:
    assert api.handler(event(rawPath="/app/rest_api/rest.php"), None)["statusCode"] == 200


def test_the_gateway_hands_on_what_is_answered() -> None:
    template = (EVENTS.parent / "template.yaml").read_text()
    for method, path in (("GET", "/"), ("GET", "/health"), ("POST", "/app/rest_api/rest.php"), ("POST", "/")):
        assert f"            Method: {method}\n            Path: {path}\n" in template
