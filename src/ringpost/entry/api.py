"""The Lambda function behind API Gateway's HTTP API, or whatever else hands a function requests (``gateway``).

Under SnapStart everything is imported before the snapshot is taken, and no connection, credential
or random state is made until the first request after it.
"""

import gc

gc.disable()  # until everything is imported: that makes many objects, and no garbage

import os
from typing import Any

from ringpost.dispatch.envelope import refusal
from ringpost.dispatch.pipeline import Endpoint
from ringpost.entry import edge, wiring
from ringpost.entry.gateway import asked, proxied
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
    request_id = getattr(context, "aws_request_id", "-")
    try:
        request = asked(event, _settings.base_path, request_id)
        request.source_ip = edge.viewer(
            request.headers, request.source_ip, _settings.edge_secrets, only=_settings.edge_only
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        problem = InvalidRequest("this is no request of API Gateway, a load balancer or a function URL")
        return proxied(refusal(problem, request_id), event)
    except Problem as problem:
        return proxied(refusal(problem, request_id), event)
    return proxied(endpoint().answer(request), event)


if _settings.preload:
    wiring.preload(_settings)
else:
    endpoint()
gc.freeze()
gc.enable()
