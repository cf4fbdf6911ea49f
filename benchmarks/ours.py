"""Our function, as Lambda calls it, on a store of the benchmark's choosing."""

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from benchmarks.work import Handler
from ringpost.dispatch.pipeline import Outcome
from ringpost.entry import wiring
from ringpost.settings import Settings
from ringpost.store import Store

_UNCONNECTED = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start", "RINGPOST_STORE": "demo"}


@contextmanager
def handler(store: Store, report: Callable[[Outcome], None]) -> Iterator[Handler]:
    """The function itself, with its endpoint on this store."""
    with patch.dict(os.environ, _UNCONNECTED):
        api = importlib.import_module("ringpost.entry.api")
    made = wiring.build(Settings(), report, store=store)
    with patch.object(api, "endpoint", lambda: made):
        yield api.handler


def silent(_: Outcome) -> None:
    """No log line."""
