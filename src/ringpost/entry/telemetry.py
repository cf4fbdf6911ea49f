"""What an operator sees of each request: one log line, two metrics, a trace if that is on.

Never a secret and never a body: an ``Outcome`` has neither.
"""

import os
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from ringpost.dispatch.pipeline import Outcome

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

NAMESPACE = "Ringpost"
_logger = Logger(service="ringpost", logger_name="ringpost")


def report(outcome: Outcome) -> None:
    """One line, and the count and duration of this action with this outcome."""
    milliseconds = round(outcome.seconds * 1000, 3)
    _logger.info(
        "request",
        request_id=outcome.request_id,
        key_id=outcome.key_uuid,
        action=outcome.action,
        outcome=outcome.code,
        status=outcome.status,
        duration_ms=milliseconds,
    )
    metrics = EphemeralMetrics(namespace=NAMESPACE, service="ringpost")
    metrics.add_dimension("action", outcome.action)
    metrics.add_dimension("outcome", outcome.code)
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    metrics.add_metric("Duration", MetricUnit.Milliseconds, milliseconds)
    metrics.flush_metrics()


def traced(handler: Handler) -> Handler:
    """The handler, with an X-Ray segment around it if ``RINGPOST_TRACE`` is true."""
    if os.environ.get("RINGPOST_TRACE") != "true":
        return handler
    from aws_lambda_powertools import Tracer

    tracer = Tracer(service="ringpost", auto_patch=False)  # nothing it would patch is on a request's path
    traced_handler: Handler = tracer.capture_lambda_handler(capture_response=False)(handler)
    return traced_handler
