"""A link's line to the endpoint, while that does not answer."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from ringpost.client import Answer, Client
from ringpost.link.asking import Asking, Away
from ringpost.switch.asking import Posted
from ringpost.switch.freeswitch.standing import ASKS


class Silent(Client):
    """An endpoint that answers nobody."""

    asked = threading.Event()
    go_on = threading.Event()

    def post(self, *_: Any, **__: Any) -> Answer:
        self.asked.set()
        assert self.go_on.wait(30)
        return Answer(503, b"")


class Busy(ThreadPoolExecutor):
    """Threads on a machine that has much to do: each begins once it is let."""

    may_begin = threading.Event()

    def submit(self, do: Callable[..., Any], /, *of: Any, **more: Any) -> Future[Any]:
        def late() -> Any:
            assert self.may_begin.wait(30)
            return do(*of, **more)

        return super().submit(late)


def test_whoever_asks_next_waits_less_however_late_the_one_before_was_sent() -> None:
    endpoint, threads = Silent("http://127.0.0.1:9", "rp_x_y"), Busy(4)
    asking = Asking(endpoint, within=0.5, _pool=threads)
    with pytest.raises(Away, match="no answer in time"):
        asking.ask(ASKS.questions[0], Posted(b""), lambda _: None)
    threads.may_begin.set()
    assert endpoint.asked.wait(30)
    assert asking._patience() < asking.within
    endpoint.go_on.set()
    asking.close()
