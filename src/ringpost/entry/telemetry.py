"""What an operator sees of each request: one log line, four metrics, a trace if that is on.

Never a secret and never a body: an ``Outcome`` has neither.
"""

import os
import time
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.logging import Logger

from ringpost.dispatch.pipeline import Outcome
from ringpost.model.errors import SwitchRefused, SwitchUnreachable

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

NAMESPACE = "Ringpost"
METRICS = [
    {
        "Namespace": NAMESPACE,
        "Dimensions": [["action", "outcome"]],
        "Metrics": [{"Name": "Requests", "Unit": "Count"}, {"Name": "Duration", "Unit": "Milliseconds"}],
    },
    {
        "Namespace": NAMESPACE,
        "Dimensions": [["function"]],
        "Metrics": [{"Name": "Faults", "Unit": "Count"}, {"Name": "SwitchFailures", "Unit": "Count"}],
    },
]
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"""

_OF_SWITCHES = {SwitchRefused.code, SwitchUnreachable.code}
"""A 5xx of these is the tenant's switch, and no fault of ours."""
_FUNCTION = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")

_logger = Logger(service="ringpost", logger_name="ringpost")


def report(outcome: Outcome) -> None:
    """One line: for people a log line, for CloudWatch four metrics in its embedded metric format."""
    _logger.info(
        "request",
        request_id=outcome.request_id,
        key_id=outcome.key_uuid,
        action=outcome.action,
        outcome=outcome.code,
        status=outcome.status,
        function=_FUNCTION,
        Requests=1,
        Faults=int(outcome.status >= 500 and outcome.code not in _OF_SWITCHES),
        SwitchFailures=int(outcome.code in _OF_SWITCHES),
        Duration=round(outcome.seconds * 1000, 3),
        _aws={"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": METRICS},
    )


def traced(handler: Handler) -> Handler:
    """The handler, with an X-Ray segment around it if ``RINGPOST_TRACE`` is true."""
    if os.environ.get("RINGPOST_TRACE") != "true":
        return handler
    from aws_lambda_powertools import Tracer

    tracer = Tracer(service="ringpost", auto_patch=False)  # nothing it would patch is on a request's path
    traced_handler: Handler = tracer.capture_lambda_handler(capture_response=False)(handler)
    return traced_handler
