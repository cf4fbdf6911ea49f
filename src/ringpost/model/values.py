"""Value types: what a number, a name, a reference may look like.

Callers' text reaches switches, dialplans, CSV files and browsers. So numbers are an allow-list, and
free text is kept verbatim but for what no name needs: control characters and the marks that turn
the reading direction.
"""

import re
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints, TypeAdapter

from ringpost.clock import written
from ringpost.model.telephone.spelling import NUMBER, dialled

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
UNPRINTABLE = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
_UNPRINTABLE = re.compile(f"[{UNPRINTABLE}]")
_DOMAIN_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
EXTENSION = re.compile(r"[0-9*#]{1,32}")
_ADDRESS = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9a-fA-F:.]{2,45}\])(?::[0-9]{1,5})?")
TLS = "tls://"
_SECRET_PLACE = re.compile(
    r"env:RINGPOST_SECRET_[A-Z0-9_]{1,64}|ssm:/ringpost(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}){1,6}"
)
_EVENT_PATTERN = re.compile(r"!?(?=.{1,128}$)[a-z0-9_*#]+(?:\.[a-z0-9_*#]+)*")
_SCOPE = re.compile(r"!?[a-z0-9.*#_-]{1,128}")


def is_uuid(text: str) -> bool:
    """Whether this is a UUID in its usual spelling, lower case."""
    return _UUID.fullmatch(text) is not None


def is_number(text: str) -> bool:
    """Whether this is a number as a telephone dials it."""
    return NUMBER.fullmatch(text) is not None


def matching(pattern: re.Pattern[str], says: str) -> AfterValidator:
    """Text must match the pattern as a whole; if not, that is said."""

    def check(value: str) -> str:
        if pattern.fullmatch(value) is None:
            raise ValueError(says)
        return value

    return AfterValidator(check)


def _printable(value: str) -> str:
    if _UNPRINTABLE.search(value):
        raise ValueError("must not hold control characters, line breaks or direction marks")
    return value


def _network(value: str) -> str:
    try:
        return str(ip_network(value, strict=False))
    except ValueError:
        raise ValueError("must be an address or a network, such as 192.0.2.0/24") from None


@cache
def _aware() -> TypeAdapter[datetime]:
    return TypeAdapter(AwareDatetime)


def _moment(value: Any) -> str:
    try:
        text = value if isinstance(value, str) and not value.lstrip("-").isdecimal() else ""
        moment = _aware().validate_python(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be a time with its offset, such as 2026-11-22T09:30:00Z") from None
    return written(moment)


def _scope(value: str) -> str:
    if _SCOPE.fullmatch(value) is None:
        raise ValueError("must be an action's name with dots for hyphens; * stands for one segment, # for anything")
    if sum(value.count(wild) for wild in "*#") > 4:
        raise ValueError("must hold at most four wildcards")
    return value


def _address(value: str) -> str:
    place = value.removeprefix(TLS)
    port = place.rpartition("]")[2].partition(":")[2]
    if _ADDRESS.fullmatch(place) is None or (port and not 1 <= int(port) <= 65535):
        raise ValueError("must be a host and a port, such as 192.0.2.10:8021 or [2001:db8::10]:8021")
    return value


def _split(value: Any) -> Any:
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


comma_separated = BeforeValidator(_split)
"""An array, or text with commas."""


def _event_pattern(value: str) -> str:
    if _EVENT_PATTERN.fullmatch(value) is None:
        raise ValueError("must be an event's type, such as call.ended; * stands for one part of it, # for anything")
    if sum(value.count(wild) for wild in "*#") > 4:
        raise ValueError("must hold at most four wildcards")
    return value


def _some_wanted(value: tuple[str, ...]) -> tuple[str, ...]:
    if all(pattern.startswith("!") for pattern in value):
        raise ValueError('must hold a type that is wanted, not only such that are not: ["#", "!cdr.*"]')
    return value


def _no_uuid(value: str) -> str:
    if is_uuid(value.lower()):
        raise ValueError("must be a name, not a UUID")
    return value


no_uuid = AfterValidator(_no_uuid)
printable = AfterValidator(_printable)


def _pattern(value: Any) -> Any:
    """A written number with ``_`` in front or at the end."""
    if not isinstance(value, str):
        return value
    core = value.strip("_")
    front, _, end = value.partition(core) if core else ("", "", "")
    return f"{front}{dialled(core)}{end}" if core else value


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


UUID_PATTERN = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
Uuid = Annotated[
    str, StringConstraints(pattern=UUID_PATTERN, to_lower=True), Field(json_schema_extra={"format": "uuid"})
]
Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""RFC 3339 in UTC, milliseconds, of one width."""

Moment = Annotated[str, BeforeValidator(_moment), Field(json_schema_extra={"format": "date-time"})]
"""A time as a caller writes it (any offset); inside it is a ``Timestamp``."""

DomainName = Annotated[
    str,
    StringConstraints(max_length=253, to_lower=True),
    no_uuid,
    matching(_DOMAIN_NAME, "must be a domain name, such as fusionpbx.example.net"),
]
SwitchName = Annotated[
    str,
    BeforeValidator(_lower),
    no_uuid,
    matching(re.compile("[a-z0-9][a-z0-9_.-]{0,62}"), "must be a name of letters, digits, dots, - and _, such as pbx1"),
]
Number = Annotated[
    str,
    BeforeValidator(dialled),
    matching(NUMBER, "must be 1 to 32 digits, * or #, with + in front at most"),
    Field(examples=["5550100"], json_schema_extra={"pattern": f"^{NUMBER.pattern}$"}),
]
"""A number as it is dialled; it may be written in any clothes (``telephone.spelling``)."""

ExtensionNumber = Annotated[
    str,
    matching(EXTENSION, "must be 1 to 32 digits, * or #"),
    Field(examples=["100"], json_schema_extra={"pattern": f"^{EXTENSION.pattern}$"}),
]
Digits = Annotated[str, matching(re.compile("[0-9*#]{1,32}"), "must be 1 to 32 of 0-9, * and #")]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=253, to_lower=True)]
"""A record's UUID, or its symbolic name."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=128), printable]
Text = Annotated[str, StringConstraints(max_length=1024), printable]
ShortText = Annotated[str, StringConstraints(max_length=128), printable]
OptionalNumber = Annotated[
    str,
    BeforeValidator(dialled),
    matching(
        re.compile(rf"(?:{NUMBER.pattern})?"), "must be empty, or 1 to 32 digits, * or #, with + in front at most"
    ),
]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=64), printable]
Tags = Annotated[tuple[Tag, ...], Field(max_length=10)]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=128), printable]
Secret = Annotated[str, Field(json_schema_extra={"format": "password"})]
"""What proves somebody, as it is answered: the description says so, and programs that show answers hide it."""

TagList = Annotated[Tags, comma_separated]
"""An array, or text with commas."""
NumberPattern = Annotated[
    str,
    BeforeValidator(_pattern),
    matching(re.compile(r"_?\+?[0-9*#]{1,32}_?"), "must be a number, with _ in front or at the end for anything"),
]
Address = Annotated[str, AfterValidator(_address), Field(examples=["192.0.2.10:8021"])]
"""Where a switch is. ``tls://`` in front: it is spoken to with TLS."""
SecretReference = Annotated[
    str,
    matching(
        _SECRET_PLACE, "must say where the secret is kept: env:RINGPOST_SECRET_<NAME> or ssm:/ringpost/<stack>/<name>"
    ),
    Field(examples=["env:RINGPOST_SECRET_PBX1", "ssm:/ringpost/prod/pbx1"]),
]
"""Where a secret is kept: a variable or a parameter of ours, so that no other secret can be sent to a switch."""
EventPattern = Annotated[str, BeforeValidator(_lower), AfterValidator(_event_pattern)]
EventPatterns = Annotated[
    tuple[EventPattern, ...],
    Field(min_length=1, max_length=50, examples=[["call.*", "cdr.created"]]),
    AfterValidator(_some_wanted),
    comma_separated,
]
Cause = Annotated[str, matching(re.compile("[A-Z0-9_]{1,64}"), "must be a cause such as USER_BUSY")]
Network = Annotated[str, AfterValidator(_network)]
Scope = Annotated[str, BeforeValidator(_lower), AfterValidator(_scope)]
Gateway = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
"""The name of a SIP trunk on a switch."""
Country = Annotated[
    str, BeforeValidator(_upper), matching(re.compile("[A-Z]{2}"), "must be a country's two letters, such as US")
]
Seconds = Annotated[int, Field(ge=0)]
