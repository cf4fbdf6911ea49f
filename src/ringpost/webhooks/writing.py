"""How an event is written for its receiver: as it is, or in the words of a CRM, by a template that is data.

A template is what is in ``formats/*.json``: fields, nested as the receiver wants them, whose texts may name
placeholders, and words that stand for ours. Nothing in it is run.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any, NamedTuple
from urllib.parse import urlencode

from ringpost.clock import seconds, stamp
from ringpost.model.call import Leg
from ringpost.model.cause import Meaning, meaning
from ringpost.model.event import Event
from ringpost.model.outcome import was_missed
from ringpost.model.webhook import Webhook
from ringpost.nearest import nearest

PLAIN, OWN = "event", "template"
MOST_FIELDS = 100
MOST_PLACEHOLDERS = 200
MOST_BYTES = 256 * 1024
"""Of a body: what a template expands to as well."""
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
"""A brace that is one, a placeholder or what should be one, and a brace that is neither."""
_SPACES = re.compile("  +")
"""What a placeholder without a value leaves between its neighbours."""
_DEEPEST = 4
_LONGEST = 1000
_DISPOSITIONS: dict[Meaning, str] = {
    "busy": "busy",
    "caller_gave_up": "cancelled",
    "no_answer": "no_answer",
    "refused": "refused",
}
"""Of a call that nobody took; whatever else is meant, it failed."""

Link = Callable[[Mapping[str, Any]], str | None]
"""Where a recording can be heard for a while."""


class Template(NamedTuple):
    """How a format is written."""

    content_type: str
    fields: Mapping[str, Any]
    words: Mapping[str, Mapping[str, Any]]


def formats() -> tuple[str, ...]:
    """The names of all formats, the plain one first."""
    return (PLAIN, *sorted(_templates()), OWN)


def default_events(name: str) -> tuple[str, ...]:
    """The events a format is usually written for."""
    about = _templates().get(name)
    return tuple(about["events"]) if about else ("call.*",)


def content_type_of(name: str) -> str | None:
    """The content type of a format; None if that is for the caller to say."""
    about = _templates().get(name)
    return about["content_type"] if about else _JSON if name == PLAIN else None


def check(content_type: str, fields: Mapping[str, Any]) -> None:
    """Refuse a template that cannot be written: a ``ValueError`` says why."""
    for count, (path, value) in enumerate(_leaves(fields), 1):
        place = ".".join(path)
        if count > MOST_FIELDS:
            raise ValueError(f"holds more than {MOST_FIELDS} fields")
        if len(path) + isinstance(value, Mapping | list) > (1 if content_type == _FORM else _DEEPEST):
            raise ValueError(f"is nested too deeply at {place[:64]!a}: a form not at all, JSON {_DEEPEST} levels")
        for text in (*path, value):
            if isinstance(text, str):
                _check_text(place, text)
        if isinstance(value, float) and not isfinite(value):
            raise ValueError(f"holds a number that is too large at {place[:64]!a}")
    if not fields:
        raise ValueError("holds no fields")
    if len(_PLACEHOLDER.findall(json.dumps(fields))) > MOST_PLACEHOLDERS:
        raise ValueError(f"holds more than {MOST_PLACEHOLDERS} placeholders")


def written(webhook: Webhook, event: Event, link: Link) -> tuple[bytes, str]:
    """The body of a request, and its content type; ``ValueError`` if it would be too large."""
    body, content_type = _written(webhook, event, link)
    if len(body) > MOST_BYTES:
        raise ValueError(f"a body of {len(body)} bytes")
    return body, content_type


def _written(webhook: Webhook, event: Event, link: Link) -> tuple[bytes, str]:
    if webhook.format == PLAIN:
        return _as_json(event.told()), _JSON
    template = _template(webhook)
    said = said_of(event, link)
    if template.content_type == _FORM:
        pairs = [(path[0], _text(_filled(value, said, template.words))) for path, value in _leaves(template.fields)]
        return urlencode(pairs).encode(), _FORM
    return _as_json(_filled(template.fields, said, template.words)), _JSON


def said_of(event: Event, link: Link) -> dict[str, Any]:
    """What placeholders stand for; None for what an event does not say."""
    data = event.data
    about = data["call"] if isinstance(data.get("call"), dict) else data
    call, tags = _plain(about), about.get("tags")
    user, contact = _part(data, "user"), _part(data, "contact")
    recording = _part(data, "recording")
    start, answer, end = call.get("start_stamp"), call.get("answer_stamp"), call.get("end_stamp")
    direction, caller = call.get("direction"), call.get("caller_id_number")
    called = call.get("destination_number")
    extension = data.get("extension") or call.get("extension")
    is_theirs = direction == "inbound" or (direction == "local" and extension == called)
    return {
        "id": event.event_uuid,
        "type": event.type,
        "timestamp": event.due_at,
        "timestamp_ms": _milliseconds(event.due_at),
        "domain_uuid": event.domain_uuid,
        "domain_name": call.get("domain_name"),
        "call_uuid": event.call_uuid,
        "sequence": event.sequence,
        "state": call.get("state"),
        "direction": direction,
        "from_number": caller,
        "from_name": call.get("caller_id_name"),
        "to_number": called,
        "other_number": caller if is_theirs else called,
        "extension": extension if isinstance(extension, str) else None,
        "username": user.get("username"),
        "user_email": user.get("email"),
        "user_name": user.get("name"),
        "contact_name": contact.get("display_name"),
        "contact_company": contact.get("company"),
        "contact_id": contact.get("external_id"),
        "started_at": start,
        "answered_at": answer,
        "ended_at": end,
        "started_ms": _milliseconds(start),
        "duration": call.get("duration"),
        "duration_ms": _thousandfold(call.get("duration")),
        "billsec": call.get("billsec"),
        "billsec_ms": _thousandfold(call.get("billsec")),
        "hangup_cause": call.get("hangup_cause"),
        "hung_up_by": call.get("hung_up_by"),
        "disposition": _disposition(call, answer, end),
        "missed": _missed(call),
        "reason": _plain(data).get("reason"),
        "external_id": call.get("external_id"),
        "tags": ",".join(map(str, tags)) if isinstance(tags, list | tuple) else "",
        "recording_uuid": recording.get("recording_uuid"),
        "recording_url": link(recording) if recording else None,
    }


def _missed(call: Mapping[str, Any]) -> bool:
    """As the call says; the events of release 0.1.0 do not, so it is found out as it is for a record."""
    if call.get("missed_call") is not None:
        return bool(call["missed_call"])
    about: dict[str, Any] = {name: call.get(name) for name in ("answer_stamp", "end_stamp", "hangup_cause")}
    leg = Leg.model_construct(leg="a", **about)
    return bool(was_missed(leg, call.get("direction"), (leg,)))


@cache
def placeholders() -> tuple[str, ...]:
    """The names of all there are, sorted."""
    nothing = Event.model_construct(event_uuid="", type="", domain_uuid=None, due_at=stamp(0), call_uuid=None, data={})
    return tuple(sorted(said_of(nothing, lambda *_: None)))


def _disposition(call: Mapping[str, Any], answer: str | None, end: str | None) -> str | None:
    if answer:
        return "no_answer" if end and call.get("missed_call") else "answered"  # voicemail has answered
    if not end:
        return None
    why = meaning(call.get("hangup_cause"))
    return _DISPOSITIONS.get(why, "failed") if why else "failed"


def _filled(value: Any, said: Mapping[str, Any], words: Mapping[str, Mapping[str, Any]]) -> Any:
    """A field with its placeholders filled in; one that is a placeholder and nothing else keeps its kind."""
    if isinstance(value, Mapping):
        return {name: _filled(part, said, words) for name, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, said, words) for part in value]
    if not isinstance(value, str):
        return value
    alone = _PLACEHOLDER.fullmatch(value)
    if alone:
        return _word(alone[1], said, words)
    return _SPACES.sub(" ", _BRACES.sub(lambda found: _said(found, said, words), value)).strip(" ")


def _said(found: re.Match[str], said: Mapping[str, Any], words: Mapping[str, Mapping[str, Any]]) -> str:
    return found[0][0] if found[1] is None else _text(_word(found[1], said, words))


def _word(name: str, said: Mapping[str, Any], words: Mapping[str, Mapping[str, Any]]) -> Any:
    ours, theirs = said.get(name), words.get(name)
    return ours if theirs is None else theirs.get(_text(ours), theirs.get("*", ours))


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _template(webhook: Webhook) -> Template:
    about = _templates().get(webhook.format)
    if about is None:
        return Template(webhook.content_type, webhook.fields or {}, {})
    return Template(about["content_type"], about["fields"], about.get("words", {}))


@cache
def _templates() -> dict[str, dict[str, Any]]:
    folder = files("ringpost.webhooks") / "formats"
    return {
        file.name.removesuffix(".json"): json.loads(file.read_text())
        for file in folder.iterdir()
        if file.name.endswith(".json")
    }


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """What holds nothing more: also what is empty, or too deep to be looked into."""
    if len(path) > _DEEPEST:
        yield path, value
    elif value and isinstance(value, Mapping):
        for name, part in value.items():
            yield from _leaves(part, (*path, name))
    elif value and isinstance(value, list):
        for part in value:
            yield from _leaves(part, (*path, "[]"))
    else:
        yield path, value


def _check_text(place: str, value: str) -> None:
    if len(value) > _LONGEST:
        raise ValueError(f"holds more than {_LONGEST} characters at {place[:64]!a}")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError(f"holds half a character at {place[:64]!a}")
    for found in _BRACES.finditer(value):
        name = found[1]
        if name is None and found[0] not in ("{{", "}}"):
            raise ValueError(f"holds a brace at {place[:64]!a} that is no placeholder's: write it twice")
        if name is not None and name not in placeholders():
            hint, there_are = nearest(name, placeholders()), ", ".join(placeholders())
            raise ValueError(f"names {{{name[:64]}}}, which is no placeholder{hint or ':'} {there_are}")


def _part(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = data.get(name)
    return _plain(part) if isinstance(part, dict) else {}


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """What can stand in a text. An event about something else may have members of our names, of other kinds."""
    return {name: value for name, value in data.items() if isinstance(value, str | int | float)}


def _milliseconds(moment: Any) -> int | None:
    try:
        return round(seconds(moment) * 1000) if isinstance(moment, str) else None
    except (ValueError, OverflowError):
        return None


def _thousandfold(length: Any) -> Any:
    return length * 1000 if isinstance(length, int | float) else None


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
