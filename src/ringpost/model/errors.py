"""Everything a caller can be told, as one flat family.

Problem
├── InvalidRequest     400  invalid-request
├── Unauthorized       401  unauthorized
├── Forbidden          403  forbidden
├── NotFound           404  not-found
├── UnknownAction      404  unknown-action
├── MethodNotAllowed   405  method-not-allowed
├── TooSlow            408  too-slow
├── Conflict           409  conflict
├── TooLarge           413  too-large
├── NotJson            415  not-json
├── Misdirected        421  misdirected
├── CannotComply       422  cannot-comply
├── RateLimited        429  rate-limited
├── InternalError      500  internal
├── SwitchRefused      502  switch-refused
├── SwitchUnreachable  503  switch-unreachable
└── StoreUnavailable   503  store-unavailable

Anything else that is raised is a bug, and answers as ``InternalError``.
"""

from typing import ClassVar


class Problem(Exception):
    """Something the caller can understand.

    ``detail`` is the sentence for a person. ``parameter`` names the member of the request that is
    to blame, if one is. ``members`` go into the answer beside the standard ones.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "invalid-request"
    title: ClassVar[str] = "Invalid request"

    def __init__(
        self,
        detail: str,
        *,
        parameter: str | None = None,
        errors: tuple[tuple[str, str], ...] = (),
        retry_after: int | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or (((parameter, detail),) if parameter else ())
        self.retry_after = retry_after
        self.members = members


class InvalidRequest(Problem):
    """The request cannot be understood; ``errors`` says which parameter and why."""


class Unauthorized(Problem):
    """No key, or not the right one. One sentence for every reason, so that none can be told apart."""

    status = 401
    code = "unauthorized"
    title = "Unauthorized"

    def __init__(self) -> None:
        super().__init__(
            "unauthorized: send a valid key as 'Authorization: Basic <key_id:secret>',"
            " 'Authorization: Bearer <token>', 'X-Auth-Token: <token>' or 'X-API-Key: <token>'"
        )


class Forbidden(Problem):
    """The key is good, but may not do this."""

    status = 403
    code = "forbidden"
    title = "Forbidden"


class NotFound(Problem):
    """Absent, or another tenant's: the two answer alike."""

    status = 404
    code = "not-found"
    title = "Not found"


class UnknownAction(Problem):
    """No action has that name."""

    status = 404
    code = "unknown-action"
    title = "Unknown action"


class MethodNotAllowed(Problem):
    """Something other than POST."""

    status = 405
    code = "method-not-allowed"
    title = "Method not allowed"


class TooSlow(Problem):
    """The request did not arrive whole in time. Only the local server says so."""

    status = 408
    code = "too-slow"
    title = "Too slow"


class Conflict(Problem):
    """A name or number is taken, or the record changed meanwhile."""

    status = 409
    code = "conflict"
    title = "Conflict"


class TooLarge(Problem):
    """The body is over the limit."""

    status = 413
    code = "too-large"
    title = "Too large"


class NotJson(Problem):
    """The body is not JSON."""

    status = 415
    code = "not-json"
    title = "Not JSON"


class Misdirected(Problem):
    """Meant for another host, by its ``Host``. Only the local server says so."""

    status = 421
    code = "misdirected"
    title = "Misdirected request"


class CannotComply(Problem):
    """Well formed, but the state of things forbids it."""

    status = 422
    code = "cannot-comply"
    title = "Cannot comply"


class RateLimited(Problem):
    """Too much, too soon. ``retry_after`` is in seconds."""

    status = 429
    code = "rate-limited"
    title = "Rate limited"


class InternalError(Problem):
    """A bug of ours. The log has it, under the request id."""

    status = 500
    code = "internal"
    title = "Internal error"


class SwitchRefused(Problem):
    """The switch took the command and said no."""

    status = 502
    code = "switch-refused"
    title = "Switch refused"


class SwitchUnreachable(Problem):
    """The switch did not answer in time, or at all. ``unsent``: it cannot have heard what it was to do."""

    unsent = False

    status = 503
    code = "switch-unreachable"
    title = "Switch unreachable"


class StoreUnavailable(Problem):
    """The store throttles or does not answer. Nothing was half written; try again."""

    status = 503
    code = "store-unavailable"
    title = "Store unavailable"

    def __init__(self) -> None:
        super().__init__("the store did not answer; nothing was half written, try again", retry_after=1)
