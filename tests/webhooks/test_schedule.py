from hypothesis import given
from hypothesis import strategies as st

from ringpost.webhooks.schedule import TRIES, WAITS, wait

DAY = 86_400


def test_ten_tries_over_three_days() -> None:
    assert TRIES == 10
    assert 3 * DAY <= sum(WAITS) <= 3.5 * DAY
    assert wait(TRIES) is None


@given(st.integers(1, TRIES - 1))
def test_waits_about_as_long_as_planned(tries: int) -> None:
    waited = wait(tries)
    assert waited is not None
    assert 0.9 * WAITS[tries - 1] <= waited <= 1.1 * WAITS[tries - 1]


def test_no_two_wait_alike() -> None:
    assert len({wait(5) for _ in range(50)}) > 40, "what failed together is not tried again together"


@given(st.integers(1, TRIES - 1), st.floats(0, 10 * DAY))
def test_waits_as_long_as_it_is_asked_to_and_a_day_at_most(tries: int, asked: float) -> None:
    waited = wait(tries, asked)
    assert waited is not None
    assert waited >= min(asked, DAY)
    assert waited <= max(1.1 * WAITS[tries - 1], DAY)


def test_being_asked_for_more_makes_no_more_tries() -> None:
    assert wait(TRIES, 60) is None
