"""The Lambda function behind API Gateway's WebSocket API: somebody connects, says something, is gone.

Nothing is kept here between two messages: a connection is rows of the table, whichever environment it comes to.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools.logging import Logger

from ringpost.dispatch.envelope import refusal
from ringpost.entry import wiring
from ringpost.entry.edge import viewer
from ringpost.entry.gateway import headers_of, proxied
from ringpost.entry.live_aws import ApiGatewaySockets
from ringpost.entry.telemetry import report
from ringpost.live.talk import Talk
from ringpost.model.errors import Problem
from ringpost.settings import Settings

_DONE = {"statusCode": 200}
_logger = Logger(service="ringpost", logger_name="ringpost")


@cache
def talk() -> Talk:
    """What this environment answers with, made on first use."""
    settings = Settings.read()
    endpoint = wiring.build(settings, report)
    sockets = ApiGatewaySockets(settings.live_endpoint)
    return Talk(endpoint.ports, endpoint.catalogue, sockets, lambda _command_uuid: None)


@cache
def edge_secrets() -> Sequence[str]:
    """By what a distribution in front is known, which says whom it speaks for."""
    return Settings.read().edge_secrets


def handler(
    event: dict[str, Any],
    _context: Any,
    make: Callable[[], Talk] = talk,
    secrets: Callable[[], Sequence[str]] = edge_secrets,
) -> dict[str, Any]:
    """Answer one invocation. The status of the answer to ``CONNECT`` is the handshake's; nobody is told the others."""
    about = event["requestContext"]
    try:
        _heed(make(), event, about, secrets)
    except Problem as problem:
        _note(about, problem.code)
        return proxied(refusal(problem, about["requestId"]))
    if about["eventType"] != "MESSAGE":
        _note(about, "ok")
    return _DONE


def _heed(talk: Talk, event: Mapping[str, Any], about: Mapping[str, Any], secrets: Callable[[], Sequence[str]]) -> None:
    connection_id = about["connectionId"]
    match about["eventType"]:
        case "CONNECT":
            headers = headers_of(event)
            talk.opened(connection_id, headers, viewer(headers, about["identity"]["sourceIp"], secrets()))
        case "MESSAGE":
            talk.received(connection_id, _said(event))
        case "DISCONNECT":
            talk.closed(connection_id)


def _said(event: Mapping[str, Any]) -> str | bytes:
    """What was said: in base64, if it came in binary frames."""
    body: str = event.get("body") or ""
    return b64decode(body) if event.get("isBase64Encoded") else body


def _note(about: Mapping[str, Any], outcome: str) -> None:
    """One line for each connection that comes, is refused or goes. What is said on it is in no log."""
    _logger.info(
        "live",
        request_id=about["requestId"],
        connection_id=about["connectionId"],
        happened=about["eventType"],
        outcome=outcome,
    )
