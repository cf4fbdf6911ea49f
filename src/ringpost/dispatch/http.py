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


def below(path: str, prefix: str) -> str:
    """The path below a prefix such as ``/pbx``, if it is under it: by whole segments, never part of a name."""
    if not prefix or not f"{path}/".startswith(f"{prefix}/"):
        return path
    return path[len(prefix) :] or "/"


@dataclass(slots=True)
class HttpAnswer:
    """An answer."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
