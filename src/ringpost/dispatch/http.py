"""HTTP as the pipeline knows it, whoever speaks it: API Gateway or the local server."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class HttpRequest:
    """A request. Header names are lower case; ``source_ip`` comes from the gateway or the socket."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    source_ip: str
    request_id: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class HttpAnswer:
    """An answer."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
