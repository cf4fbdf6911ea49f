"""A request as AWS hands it to a function, and the answer as it is taken back.

Payload format 2.0 is an HTTP API's and a function URL's, 1.0 a REST API's (and an HTTP API's of old); a load balancer
has its own, much like 1.0. What a path has in front that is not ours, a stage or a custom domain's mapping key, is
taken off by whole segments.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from ringpost.dispatch.http import HttpAnswer, HttpRequest, below

_NO_STAGE = "$default"
_FORWARDED = "x-forwarded-for"


def asked(event: Mapping[str, Any], base_path: str = "", request_id: str = "-") -> HttpRequest:
    """The request of an event; ``request_id`` is the invocation's, for where the event has none.

    ``AttributeError``, ``KeyError``, ``TypeError`` or ``ValueError`` if it is none.
    """
    about = event["requestContext"]
    headers = headers_of(event)
    body = event.get("body") or ""
    is_2 = "http" in about
    return HttpRequest(
        method=about["http"]["method"] if is_2 else event["httpMethod"],
        path=_path(event, base_path),
        headers=headers,
        body=b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode(errors="surrogatepass"),
        source_ip=about["http"]["sourceIp"] if is_2 else _source_ip(about, headers),
        request_id=about.get("requestId") or request_id,
        query=_query(event),
    )


def proxied(answer: HttpAnswer, event: object = None) -> dict[str, Any]:
    """An answer as it is taken back; with lists of values for a load balancer that sends such."""
    headers = {"Content-Type": answer.content_type, **answer.headers}
    taken: dict[str, Any] = {"statusCode": answer.status, "headers": headers}
    if isinstance(event, Mapping) and "multiValueHeaders" in event and "headers" not in event:
        taken = {"statusCode": answer.status, "multiValueHeaders": {name: [text] for name, text in headers.items()}}
    try:
        return {**taken, "body": answer.body.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {**taken, "body": b64encode(answer.body).decode(), "isBase64Encoded": True}


def _path(event: Mapping[str, Any], base_path: str) -> str:
    """The path without what is in front of it: a route that ends in a parameter has found it already."""
    route = (event.get("routeKey") or event.get("resource") or "").rpartition("/")[2]
    parameters = event.get("pathParameters") or {}
    if route.startswith("{") and (found := parameters.get(route.strip("{+}"))):
        return below(f"/{found}", base_path)
    path = event["rawPath"] if "rawPath" in event else event["path"]
    stage = event["requestContext"].get("stage", _NO_STAGE)
    return below(below(path, f"/{stage}" if stage != _NO_STAGE else ""), base_path)


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    """By lower-case name; a header that came twice has both values, as payload format 2.0 writes it."""
    several = event.get("multiValueHeaders")
    if several:
        return {name.lower(): ",".join(values) for name, values in several.items()}
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def _source_ip(about: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Who asked; a load balancer writes it behind whatever the caller claimed."""
    source_ip: str = headers[_FORWARDED].rpartition(",")[2] if "elb" in about else about["identity"]["sourceIp"]
    return source_ip.strip()


def _query(event: Mapping[str, Any]) -> dict[str, str]:
    """What the query says; a load balancer hands it on as it was written."""
    several = event.get("multiValueQueryStringParameters") or {}
    query = {name: values[-1] for name, values in several.items()} or event.get("queryStringParameters") or {}
    if "elb" not in event["requestContext"]:
        return dict(query)
    return {unquote_plus(name): unquote_plus(value) for name, value in query.items()}
