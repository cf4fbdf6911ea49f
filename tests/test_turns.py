"""Threads take turns at one thing, so that none works in vain."""

from threading import Event, Thread

from ringpost.turns import TakingTurns


def test_the_next_one_waits_until_the_turn_is_passed_on() -> None:
    first, second, has_it = TakingTurns(), TakingTurns(), Event()

    def want() -> None:
        second.take("queue")
        has_it.set()
        second.pass_on()

    first.take("queue")
    first.take("queue")
    waiting = Thread(target=want)
    waiting.start()
    assert not has_it.wait(0.05)
    first.pass_on()
    assert has_it.wait(5)
    waiting.join()


def test_who_is_gone_has_no_turn() -> None:
    TakingTurns().take("queue")
    turn = TakingTurns()
    turn.take("queue")
    turn.pass_on()
    turn.pass_on()


def test_nobody_waits_for_himself() -> None:
    outer, inner = TakingTurns(), TakingTurns()
    outer.take("queue")
    inner.take("queue")
    inner.pass_on()
    outer.pass_on()
