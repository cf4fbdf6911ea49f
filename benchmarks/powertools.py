"""Our work, written with Powertools' resolver and its validation."""

import time
from base64 import b64decode
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import ForbiddenError, NotFoundError, UnauthorizedError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.metrics import MetricUnit

from benchmarks.peer import ACTION, DomainDetails, Keys, Read, domain
from benchmarks.work import Event, Handler
from ringpost.model.domain import Domain

OUTCOMES = {200: "ok", 401: "unauthorized", 403: "forbidden", 404: "not-found", 422: "invalid-request"}


def application(read: Read) -> APIGatewayHttpResolver:
    """The endpoint, with this one action alone: a route for each of ours would cost it 3 % more."""
    app = APIGatewayHttpResolver(enable_validation=True)
    keys = Keys(read)

    def authenticated(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response:
        scheme, _, encoded = app.current_event.headers.get("authorization", "").partition(" ")
        try:
            key_uuid, _, secret = b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            raise UnauthorizedError("unauthorized") from None
        key = keys.proved(key_uuid, secret) if scheme.lower() == "basic" else None
        if key is None:
            raise UnauthorizedError("unauthorized")
        app.append_context(key=key)
        return next_middleware(app)

    @app.post(f"/{ACTION}", middlewares=[authenticated])
    def domain_details(asked: DomainDetails) -> Domain:
        key = app.context["key"]
        if not key.may(ACTION):
            raise ForbiddenError("forbidden")
        found = domain(read, key, asked.domain_uuid)
        if found is None:
            raise NotFoundError("domain not found")
        return found

    return app


def silent(read: Read) -> Handler:
    """The function, without a log line."""
    return application(read).resolve


def reporting(read: Read) -> Handler:
    """The function, with a log line and metrics that say what ours say."""
    app = application(read)
    logger = Logger(service="peer")
    metrics = Metrics(namespace="Peer")

    def noted(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response:
        answer = next_middleware(app)
        logger.append_keys(key_id=app.context["key"].key_uuid)
        return answer

    app.use(middlewares=[noted])

    @metrics.log_metrics
    def handler(event: Event, context: Any) -> dict[str, Any]:
        started = time.perf_counter()
        answer = app.resolve(event, context)
        milliseconds = round((time.perf_counter() - started) * 1000, 3)
        outcome = OUTCOMES[answer["statusCode"]]
        logger.info(
            "request",
            request_id=event["requestContext"]["requestId"],
            action=ACTION,
            outcome=outcome,
            status=answer["statusCode"],
            duration_ms=milliseconds,
        )
        metrics.add_dimension(name="action", value=ACTION)
        metrics.add_dimension(name="outcome", value=outcome)
        metrics.add_metric(name="Requests", unit=MetricUnit.Count, value=1)
        metrics.add_metric(name="Duration", unit=MetricUnit.Milliseconds, value=milliseconds)
        return answer

    return handler
