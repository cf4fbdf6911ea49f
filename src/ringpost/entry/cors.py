"""Which web pages of other origins may call the local server. On AWS the HTTP API sees to it (CorsOrigins).

Keys come in headers that a page's script sets itself, so a browser need not send along what it keeps of its own
(cookies, passwords): that is allowed to nobody, and so any origin may be, with ``*``.
"""

import re
from collections.abc import Iterable, Mapping

ALLOWED_HEADERS = ("authorization", "content-type", "idempotency-key", "x-api-key", "x-auth-token")
EXPOSED_HEADERS = ("idempotency-replayed", "retry-after", "x-next-cursor", "x-request-id")
_ANY = "*"
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")
_BETWEEN = re.compile(r"[,\s]+")
_SECONDS = "3600"


class Origins:
    """The origins that were allowed, also several in one text; none to begin with. ``ValueError`` for what is none."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(one for text in allowed for one in _BETWEEN.split(text.strip().lower()))
        for one in self._allowed - {_ANY}:
            if not _ORIGIN.fullmatch(one):
                raise ValueError(
                    f"an origin is scheme, host and port alone, such as https://crm.example.net, not {one!r}"
                )

    def told(self, headers: Mapping[str, str]) -> dict[str, str]:
        """What the answer to a request with these headers says to the browser."""
        if not self._allowed:
            return {}
        if _ANY in self._allowed:
            return {"Access-Control-Allow-Origin": _ANY, **_EXPOSED}
        origin = headers.get("origin", "")
        allowed = {"Access-Control-Allow-Origin": origin, **_EXPOSED} if origin in self._allowed else {}
        return {"Vary": "Origin", **allowed}

    def preflight(self, method: str, headers: Mapping[str, str]) -> dict[str, str] | None:
        """What a browser is told that asks whether it may ask; ``None`` if it does not, or may not."""
        told = self.told(headers)
        is_one = method == "OPTIONS" and "access-control-request-method" in headers
        if not is_one or "Access-Control-Allow-Origin" not in told:
            return None
        return {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": ", ".join(ALLOWED_HEADERS),
            "Access-Control-Max-Age": _SECONDS,
        }


_EXPOSED = {"Access-Control-Expose-Headers": ", ".join(EXPOSED_HEADERS)}
