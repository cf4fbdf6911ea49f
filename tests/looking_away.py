"""Where nothing of ours runs, coverage need not look: under its eyes it takes three times as long."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

Function = Callable[..., Any]


@contextmanager
def untraced() -> Iterator[None]:
    """Coverage looks away as long as this lasts."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


@contextmanager
def traced(tracer: Any) -> Iterator[None]:
    """This looks again, inside of what is untraced."""
    outside = sys.gettrace()
    sys.settrace(tracer)
    try:
        yield
    finally:
        sys.settrace(outside)


def seen_by(tracer: Any, function: Function, times: int) -> Function:
    """The same function; this looks at it whoever calls it, so many times."""
    left = iter(range(times))

    @wraps(function)
    def looked_at(*args: Any, **named: Any) -> Any:
        with traced(tracer if next(left, None) is not None else None):
            return function(*args, **named)

    return looked_at


def look_no_more() -> None:
    """Coverage looks away from this process, and from each thread that it starts."""
    threading.settrace(None)
    sys.settrace(None)
