"""Requests as AWS hands them to a function: the shapes of its own documentation, with what is in front of a path."""

import json
import urllib.request
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.dispatch.http import HttpAnswer, below
from ringpost.entry.gateway import asked, proxied
from ringpost.settings import Settings
from tests.entry.answering import listening
from tests.harness import CATALOGUE, Caller, House

BODY = '{"domain_name": "fusionpbx.example.net"}'
SHAPES = ("2.0", "function URL", "1.0", "load balancer", "load balancer with lists")
with_every_shape = pytest.mark.parametrize("shape", SHAPES)


def event(shape: str, path: str, stage: str = "$default", **members: Any) -> dict[str, Any]:
    made: dict[str, dict[str, Any]] = {
        "2.0": {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": "drop=a%20b&drop=c",
            "headers": {
                "x-api-key": "one,two",
                "content-length": "40",
                "host": "id.execute-api.us-east-1.amazonaws.com",
            },
            "queryStringParameters": {"drop": "a b,c"},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "id",
                "domainName": "id.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "id",
                "http": {
                    "method": "POST",
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "agent",
                },
                "requestId": "r1",
                "routeKey": "$default",
                "stage": stage,
                "timeEpoch": 1583348638390,
            },
        },
        "1.0": {
            "version": "1.0",
            "resource": "/{proxy+}",
            "path": path,
            "httpMethod": "POST",
            "headers": {"X-API-Key": "two", "Content-Length": "40"},
            "multiValueHeaders": {"X-API-Key": ["one", "two"], "Content-Length": ["40"]},
            "queryStringParameters": {"drop": "c"},
            "multiValueQueryStringParameters": {"drop": ["a b", "c"]},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "id",
                "httpMethod": "POST",
                "identity": {"accessKey": None, "sourceIp": "192.0.2.1", "userAgent": "agent"},
                "path": path,
                "protocol": "HTTP/1.1",
                "requestId": "r1",
                "resourcePath": "/{proxy+}",
                "stage": stage,
            },
            "pathParameters": None,
            "stageVariables": None,
        },
        "load balancer": {
            "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-2:1:targetgroup/l/1"}},
            "httpMethod": "POST",
            "path": path,
            "queryStringParameters": {"drop": "a%20b"},
            "headers": {"x-api-key": "two", "content-length": "40", "x-forwarded-for": "198.51.100.9, 192.0.2.1"},
        },
    }
    made["function URL"] = {**made["2.0"]}
    lists = {**made["load balancer"]}
    plain, query = lists.pop("headers"), lists.pop("queryStringParameters")
    lists["multiValueHeaders"] = {name: [value] for name, value in plain.items()} | {"x-api-key": ["one", "two"]}
    lists["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()}
    made["load balancer with lists"] = lists
    return {**made[shape], "body": BODY, "isBase64Encoded": False, **members}


@with_every_shape
def test_reads_every_shape(shape: str) -> None:
    request = asked(event(shape, "/domain-details"), request_id="invocation")
    assert (request.method, request.path, request.body) == ("POST", "/domain-details", BODY.encode())
    assert request.source_ip == "192.0.2.1", "not what a caller claims"
    assert request.headers["content-length"] == "40"
    assert request.request_id == ("invocation" if "balancer" in shape else "r1")
    assert request.query["drop"].startswith(("a b", "c"))


@pytest.mark.parametrize("shape", ["2.0", "1.0", "load balancer with lists"])
def test_two_keys_stay_two(shape: str) -> None:
    assert asked(event(shape, "/")).headers["x-api-key"] == "one,two"


@with_every_shape
def test_reads_a_body_in_base64(shape: str) -> None:
    body = b64encode(BODY.encode()).decode()
    assert asked(event(shape, "/", body=body, isBase64Encoded=True)).body == BODY.encode()
    assert asked(event(shape, "/", body=None)).body == b""


@with_every_shape
@pytest.mark.parametrize(
    ("path", "means"),
    [
        ("/pbx", "/"),
        ("/pbx/", "/"),
        ("/pbx/action-list", "/action-list"),
        ("/pbx/action-list/", "/action-list/"),
        ("/pbx/pbx", "/pbx"),
        ("/pbxs/action-list", "/pbxs/action-list"),
        ("/action-list", "/action-list"),
        ("/", "/"),
    ],
)
def test_a_mapping_key_is_taken_off(shape: str, path: str, means: str) -> None:
    assert asked(event(shape, path), "/pbx").path == means


@pytest.mark.parametrize("shape", ["2.0", "1.0"])
@pytest.mark.parametrize(
    ("stage", "path", "means"),
    [
        ("prod", "/prod/action-list", "/action-list"),
        ("prod", "/prod", "/"),
        ("prod", "/prod/", "/"),
        ("prod", "/prod/pbx/action-list", "/action-list"),
        ("prod", "/prod/pbx", "/"),
        ("prod", "/pbx/action-list", "/action-list"),
        ("prod", "/action-list", "/action-list"),
        ("call", "/call-list", "/call-list"),
        ("call", "/call/call-list", "/call-list"),
        ("call", "/pbx/call-list", "/call-list"),
        ("action", "/action-list", "/action-list"),
    ],
)
def test_a_stage_is_taken_off_with_the_slash_behind_it(shape: str, stage: str, path: str, means: str) -> None:
    assert asked(event(shape, path, stage), "/pbx").path == means


@pytest.mark.parametrize("name", CATALOGUE.names())
def test_no_stage_and_no_key_eats_an_action(name: str) -> None:
    for front in {name[:length] for length in range(1, len(name))}:
        assert asked(event("2.0", f"/{name}", front), f"/{front}").path == f"/{name}"
        assert asked(event("2.0", f"/{front}/{name}", front)).path == f"/{name}"
        assert asked(event("2.0", f"/{front}/{name}"), f"/{front}").path == f"/{name}"


@pytest.mark.parametrize(
    ("route", "parameters"),
    [
        ({"routeKey": "POST /{action}"}, {"action": "originate"}),
        ({"routeKey": "POST /pbx/{action}"}, {"action": "originate"}),
        ({"routeKey": "ANY /{proxy+}"}, {"proxy": "originate"}),
        ({"routeKey": "ANY /{proxy+}"}, {"proxy": "pbx/originate"}),
        ({"resource": "/{proxy+}"}, {"proxy": "originate"}),
    ],
)
def test_what_a_route_has_found_is_believed(route: dict[str, str], parameters: dict[str, str]) -> None:
    shape = "2.0" if "routeKey" in route else "1.0"
    found = asked(event(shape, "/originate/originate", "originate", pathParameters=parameters, **route), "/pbx")
    assert found.path == "/originate"


segments = st.lists(st.text("abc-", min_size=1, max_size=3), max_size=3)


@given(segments, segments)
def test_what_was_put_in_front_is_taken_off_again(front: list[str], behind: list[str]) -> None:
    prefix, path = "".join(f"/{part}" for part in front), "".join(f"/{part}" for part in behind)
    assert below(prefix + path, prefix) == (path or ("/" if prefix else ""))
    assert below(path, f"{prefix}/longer-than-any") == path


def test_an_answer_is_in_lists_for_whoever_sent_lists() -> None:
    answer = HttpAnswer(200, b"{}", "application/json", {"X-Request-Id": "r1"})
    headers = {"Content-Type": "application/json", "X-Request-Id": "r1"}
    plain = {"statusCode": 200, "headers": headers, "body": "{}", "isBase64Encoded": False}
    for shape in ("2.0", "function URL", "1.0", "load balancer"):
        assert proxied(answer, event(shape, "/")) == plain
    lists = {name: [value] for name, value in headers.items()}
    assert proxied(answer, event("load balancer with lists", "/"))["multiValueHeaders"] == lists
    assert json.dumps(lists)


@pytest.mark.parametrize("about", [{}, {"elb": {}}, {"identity": {}}, {"http": {}}, None])
def test_what_is_no_request_is_none(about: Any) -> None:
    with pytest.raises((AttributeError, KeyError, TypeError, ValueError)):
        asked({"requestContext": about, "httpMethod": "POST", "path": "/", "headers": {}, "body": "{}"})


@pytest.mark.parametrize("said", ["/pbx", "pbx", "/pbx/", "pbx/"])
def test_slashes_around_a_base_path_are_as_you_like(said: str) -> None:
    assert Settings.read({"RINGPOST_BASE_PATH": said}).base_path == "/pbx"


def test_a_base_path_is_one_or_several_plain_segments() -> None:
    assert Settings.read({"RINGPOST_BASE_PATH": "/tel/pbx-1"}).base_path == "/tel/pbx-1"
    assert Settings.read({"RINGPOST_BASE_PATH": "/"}).base_path == ""
    assert Settings.read({}).base_path == ""
    for said in ("/pbx//x", "/p b x", "https://api.example.net/pbx", "/pbx?x", "/{key}"):
        with pytest.raises(ValueError, match="RINGPOST_BASE_PATH"):
            Settings.read({"RINGPOST_BASE_PATH": said})


@pytest.mark.parametrize("path", ["/pbx/domain-list", "/domain-list", "/pbx/domain-list/"])
def test_the_local_server_is_under_a_path_too(house: House, operator: Caller, path: str) -> None:
    with listening(house.endpoint, base_path="/pbx") as url:
        request = urllib.request.Request(url + path, b"{}", operator.basic)
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200
