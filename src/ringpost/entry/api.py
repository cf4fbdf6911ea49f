"""The Lambda function behind API Gateway's HTTP API (payload format 2.0).

Under SnapStart everything is imported before the snapshot is taken, and no connection, credential
or random state is made until the first request after it.
"""

import gc

gc.disable()  # until everything is imported: that makes many objects, and no garbage

import os
from base64 import b64decode, b64encode
from typing import Any

from ringpost.dispatch.envelope import refusal
from ringpost.dispatch.http import HttpAnswer, HttpRequest
from ringpost.dispatch.pipeline import Endpoint
from ringpost.entry import edge, wiring
from ringpost.entry.telemetry import report, traced
from ringpost.model.errors import InvalidRequest, Problem
from ringpost.settings import Settings

os.environ.setdefault("TOKIO_WORKER_THREADS", "1")  # for pydynox: one request at a time needs no more
_settings = Settings.read()
_endpoint: Endpoint | None = None


def endpoint() -> Endpoint:
    """The endpoint of this environment, made on first use."""
    global _endpoint  # noqa: PLW0603 - one per environment, by design
    if _endpoint is None:
        _endpoint = wiring.build(_settings, report)
    return _endpoint


@traced
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one invocation."""
    try:
        request = _asked(event)
        request.source_ip = edge.viewer(
            request.headers, request.source_ip, _settings.edge_secrets, only=_settings.edge_only
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        problem = InvalidRequest("this is no request of an HTTP API (payload format 2.0)")
        return _proxied(refusal(problem, getattr(context, "aws_request_id", "-")))
    except Problem as problem:
        return _proxied(refusal(problem, getattr(context, "aws_request_id", "-")))
    return _proxied(endpoint().answer(request))


def _asked(event: dict[str, Any]) -> HttpRequest:
    about = event["requestContext"]
    body = event.get("body") or ""
    stage = about.get("stage", "$default")
    path = event["rawPath"]
    return HttpRequest(
        method=about["http"]["method"],
        path=path.removeprefix(f"/{stage}") if stage != "$default" else path,
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode(errors="surrogatepass"),
        source_ip=about["http"]["sourceIp"],
        request_id=about["requestId"],
        query=event.get("queryStringParameters") or {},
    )


def _proxied(answer: HttpAnswer) -> dict[str, Any]:
    headers = {"Content-Type": answer.content_type, **answer.headers}
    try:
        return {"statusCode": answer.status, "headers": headers, "body": answer.body.decode()}
    except UnicodeDecodeError:
        body = b64encode(answer.body).decode()
        return {"statusCode": answer.status, "headers": headers, "body": body, "isBase64Encoded": True}


if _settings.preload:
    wiring.preload(_settings)
else:
    endpoint()
gc.freeze()
gc.enable()
