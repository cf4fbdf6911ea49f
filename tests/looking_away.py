"""Where nothing of ours runs, coverage need not look: under its eyes it takes three times as long."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def untraced() -> Iterator[None]:
    """Coverage looks away as long as this lasts."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


def look_no_more() -> None:
    """Coverage looks away from this process, and from each thread that it starts."""
    threading.settrace(None)
    sys.settrace(None)
