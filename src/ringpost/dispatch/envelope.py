"""The wire shape, both ways: the only place that knows it.

In: a JSON object with ``action`` and that action's parameters, flat; or the name in the path. Out:
the record as it is, or one shape for every error (RFC 9457 members, and FusionPBX's ``error``).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from pydantic import ValidationError

from ringpost.contract import Input
from ringpost.dispatch.http import HttpAnswer, HttpRequest
from ringpost.model.errors import InvalidRequest, NotJson, Problem, TooLarge
from ringpost.model.mistakes import Known, said, shown

MAX_BODY = 1 << 20
MAX_DEPTH = 32
MAX_MEMBERS = 200
MAX_ITEMS = 1000
_MOST_TOLD = 20
_LONGEST_IDEMPOTENCY_KEY = 255
_AS_THERE = "/app/rest_api/rest.php"
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_PROBLEM_JSON = "application/problem+json"
_BOM = b"\xef\xbb\xbf"
"""Some editors and PowerShell begin a file with it."""


class Envelope(NamedTuple):
    """What a request asks for."""

    action: str
    parameters: dict[str, Any]
    idempotency_key: str | None


def path_name(path: str) -> str | None:
    """The action a path names, if it names one: FusionPBX's own path, wherever it is, names none."""
    name = path.strip("/")
    return None if not name or f"/{name}".endswith(_AS_THERE) else known_spelling(name)


def known_spelling(name: str) -> str:
    """A wire name in any case; look-alikes from other alphabets become no name that is one."""
    return shown(name).lower()


def check_size(request: HttpRequest) -> None:
    """Refuse a body over 1 MiB before anything is done with it."""
    if len(request.body) > MAX_BODY:
        raise TooLarge(f"the body is larger than {MAX_BODY} bytes")


def opened(request: HttpRequest) -> Envelope:
    """The envelope of a request: its action, its parameters, its idempotency key."""
    named = path_name(request.path)
    members = _members(request, named is not None)
    action = _action(members, named)
    return Envelope(action, members, _idempotency_key(request.headers, members))


def _members(request: HttpRequest, is_named: bool) -> dict[str, Any]:
    body = _plain(request)
    if not body.strip():
        if is_named:
            return {}
        raise InvalidRequest('the body is empty: send a JSON object such as {"action": "action-list"}')
    if _is_multipart(request, body):
        raise NotJson(f"the body is multipart/form-data: a form is read as {_FORM}, at POST /<action>. Or send JSON")
    if is_named and _is_form(request, body):
        return _form(body)
    _check_depth(body)
    try:
        value = _decode(body.decode())
    except UnicodeDecodeError:
        raise NotJson("the body is not UTF-8: send JSON in UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise NotJson(f"the body is not JSON{_where(error)}{_hint(body)}") from None
    if not isinstance(value, dict):
        raise InvalidRequest('the body must be a JSON object such as {"action": "action-list"}')
    return value


def _plain(request: HttpRequest) -> bytes:
    """The body without a byte order mark in front."""
    return request.body.removeprefix(_BOM)


def _is_multipart(request: HttpRequest, body: bytes) -> bool:
    """By its type and its look, as a form is one."""
    return _content_type(request).startswith("multipart/") and body.lstrip()[:2] == b"--"


def _is_form(request: HttpRequest, body: bytes) -> bool:
    """A form by its type and its look: ``curl -d`` calls JSON a form too."""
    return _content_type(request).startswith(_FORM) and body.lstrip()[:1] not in (b"{", b"[")


def _content_type(request: HttpRequest) -> str:
    return request.headers.get("content-type", "").lower()


def _form(body: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=200
        )
    except ValueError:
        raise NotJson("the body is neither JSON nor a form") from None
    return _unique(pairs)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_MEMBERS or any(isinstance(value, list) and len(value) > MAX_ITEMS for _, value in pairs):
        raise InvalidRequest(f"an object has at most {MAX_MEMBERS} members, an array at most {MAX_ITEMS} items")
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidRequest("a member is there twice: send each once")
    return members


def _no_constant(name: str) -> Any:
    raise InvalidRequest(f"{name} is not a JSON number")


_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant).decode


def _check_depth(body: bytes) -> None:
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return
    depth, in_string, escaped = 0, False, False
    for byte in body:
        if in_string:
            in_string, escaped = escaped or byte != 0x22, byte == 0x5C and not escaped
        elif byte == 0x22:
            in_string = True
        elif byte in b"{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise InvalidRequest(f"the body is nested deeper than {MAX_DEPTH} levels")
        elif byte in b"}]":
            depth -= 1


def _hint(body: bytes) -> str:
    """What the usual mistakes look like from here."""
    if body.lstrip()[:1] == b"'":
        return ". It begins with ': a Windows shell wants double quotes around it, and \\\" within"
    if body[:64].partition(b"=")[0].replace(b"_", b"").isalnum() and b"=" in body:
        return ". It looks like a form: one is read at POST /<action>"
    return ""


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f": {error.msg} at line {error.lineno}, column {error.colno}"
    return ""


def _action(members: dict[str, Any], named: str | None) -> str:
    if "action" not in members:
        if named is None:
            raise InvalidRequest(
                "action is missing: say what to do, action-list lists what there is", parameter="action"
            )
        return named
    action = members.pop("action")
    if not isinstance(action, str) or not action:
        raise InvalidRequest("action must be the name of an action", parameter="action")
    action = known_spelling(action)
    if named is not None and named != action:
        raise InvalidRequest("action and path name different actions", parameter="action")
    return action


def _idempotency_key(headers: Mapping[str, str], members: dict[str, Any]) -> str | None:
    in_header, in_body = headers.get("idempotency-key"), members.pop("idempotency_key", None)
    if in_header is None and in_body is None:
        return None
    sent = [value for value in (in_header, in_body) if value is not None]
    value = sent[0]
    if (
        not isinstance(value, str)
        or not 0 < len(value) <= _LONGEST_IDEMPOTENCY_KEY
        or any(one != value for one in sent)
        or not value.isprintable()
    ):
        raise InvalidRequest(
            f"the idempotency key must be one text of at most {_LONGEST_IDEMPOTENCY_KEY} printable characters",
            parameter="idempotency_key",
        )
    return value


def with_text(request: HttpRequest, name: str, member: str) -> Envelope:
    """The envelope of an action one of whose parameters is the body as it is, and the rest the query."""
    from ringpost.services import csv_files

    try:
        text = csv_files.decoded(request.body)
    except UnicodeDecodeError:
        raise NotJson("the body is not UTF-8: send the file in UTF-8") from None
    members = {**request.query, member: text}
    return Envelope(name, members, _idempotency_key(request.headers, members))


def as_it_is(request: HttpRequest, name: str) -> Envelope:
    """The envelope of an action that takes the body as it is: nothing of it is read."""
    return Envelope(name, {}, _idempotency_key(request.headers, {}))


def success(
    status: int, body: bytes, request_id: str, content_type: str = _JSON, headers: Mapping[str, str] | None = None
) -> HttpAnswer:
    """A good answer."""
    return HttpAnswer(status, body, content_type, {"X-Request-Id": request_id, **(headers or {})})


def refusal(problem: Problem, request_id: str) -> HttpAnswer:
    """The one shape of every error."""
    shape: dict[str, Any] = {
        "error": problem.detail,
        "code": problem.code,
        "status": problem.status,
        "title": problem.title,
        "detail": problem.detail,
        "errors": [{"parameter": parameter, "message": message} for parameter, message in problem.errors],
        "request_id": request_id,
        **problem.members,
    }
    headers = {"X-Request-Id": request_id}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="ringpost", Bearer'
    if problem.status == 405:
        headers["Allow"] = "POST"
    return HttpAnswer(problem.status, json.dumps(shape).encode(), _PROBLEM_JSON, headers)


def invalid(error: ValidationError, model: type[Input], example: Callable[[str], Any]) -> InvalidRequest:
    """What a model found wrong, in words: missing and unknown parameters first. ``example`` shows what one may hold."""
    known = Known(
        names=tuple(field.alias or name for name, field in model.model_fields.items()),
        also_called=model.also_called,
        filters=getattr(model, "filters", ()),
        example=example,
    )
    wrong = error.errors(include_url=False)[:_MOST_TOLD]
    found = [said(dict(one), known) for one in wrong]
    return InvalidRequest("; ".join(message for _, message in found[:5]), errors=tuple(found))
