"""What is answered to whoever has no key: whether this is well, and to a browser what it is."""

from base64 import b64encode
from hashlib import sha256

from ringpost.clock import Clock
from ringpost.dispatch.http import HttpAnswer, HttpRequest
from ringpost.model.errors import StoreUnavailable
from ringpost.store import Store, keys

_HEALTH = "health"
_ASKS_AGAIN_AFTER = 1.0
"""Seconds: who has no key has the store asked no more often than that."""
_STYLE = "body{font:16px/1.5 sans-serif;max-width:42em;margin:3em auto;padding:0 1em}code{background:#8882}"
_PAGE = f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Ringpost</title>
<style>{_STYLE}</style></head>
<body>
<h1>Ringpost</h1>
<p>One HTTPS POST in front of any PBX. This address is for programs: each request is a <code>POST</code> of a JSON
object that says what to do, with a key.</p>
<pre><code>curl --user '&lt;key id&gt;:&lt;secret&gt;' \
  -d '{{"action": "action-list"}}' &lt;this address&gt;</code></pre>
<p>The documents are here, too:</p>
<ul>
<li><code>action-list</code> answers what your key may do</li>
<li><code>action-details</code> with a <code>name</code> answers how one of them is called, with an example</li>
<li><code>openapi</code> answers all of it as OpenAPI 3.1, for generators of clients</li>
</ul>
<p>The guides are in the source: <code>README.md</code> to begin with, <code>docs/wire.md</code> for requests, keys and
errors, <code>docs/actions.md</code> for every action. Keys come from whoever runs this server.
<a href="health">Is it well?</a></p>
</body>
</html>
""".encode()
_STYLES = b64encode(sha256(_STYLE.encode()).digest()).decode()
_ONLY_THIS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLES}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
}


class Visitors:
    """Those without a key. They learn nothing of anybody."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._looked_at = -_ASKS_AGAIN_AFTER
        self._is_well = False

    def answer(self, request: HttpRequest) -> HttpAnswer | None:
        """``GET /health``, and ``GET /`` for a browser; ``None`` of everything else. ``StoreUnavailable``."""
        if request.method not in {"GET", "HEAD"}:
            return None
        path = request.path.strip("/")
        if path == _HEALTH:
            return self._health(request.request_id)
        if path or not _is_browsers(request.headers.get("accept", "")):
            return None
        return HttpAnswer(200, _PAGE, "text/html; charset=utf-8", {"X-Request-Id": request.request_id, **_ONLY_THIS})

    def _health(self, request_id: str) -> HttpAnswer:
        now = self._clock.now()
        if not 0 <= now - self._looked_at < _ASKS_AGAIN_AFTER:
            self._is_well, self._looked_at = self._answers(), now
        if not self._is_well:
            raise StoreUnavailable
        headers = {"X-Request-Id": request_id, "Cache-Control": "no-store"}
        return HttpAnswer(200, b'{"status": "ok"}', "application/json", headers)

    def _answers(self) -> bool:
        try:
            self._store.get(keys.NOBODYS)
        except StoreUnavailable:
            return False
        return True


def _is_browsers(accept: str) -> bool:
    return any(part.partition(";")[0].strip().lower() == "text/html" for part in accept.split(","))
