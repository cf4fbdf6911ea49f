"""The line of a request to its switch: patient in all, and not with a switch that failed just now."""

import pytest

from ringpost.model.errors import SwitchUnreachable
from ringpost.switch.line import Line

SWITCH = "99999999-9999-4999-8999-999999999999"


class Wire:
    """A connection that says nothing."""

    def __init__(self, answer_seconds: float) -> None:
        self.answer_seconds = answer_seconds
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


class Switch:
    """Takes connections unless it is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.made: list[Wire] = []
        self.resting: dict[str, float] = {}

    def connect(self, password: str, answer_seconds: float) -> Wire:
        assert password.startswith("sec")
        if self.is_away:
            raise SwitchUnreachable("nobody answers there")
        self.made.append(Wire(answer_seconds))
        return self.made[-1]

    def line(self, patience: float = 18.0) -> Line[Wire]:
        return Line(SWITCH, lambda: "secret", self.connect, self.resting, 4.0, patience)


def test_connects_once_and_again_after_it_was_let_go() -> None:
    switch = Switch()
    line = switch.line()
    assert line.take() is line.hold() is line.take()
    line.close()
    line.close()
    assert line.take() is switch.made[1]
    assert (switch.made[0].is_closed, switch.made[1].answer_seconds) == (True, 4.0)


def test_gives_each_step_no_more_than_what_is_left_for_all() -> None:
    assert 0 < Switch().line(patience=2.0).take().answer_seconds <= 2.0


def test_has_no_patience_for_more_than_a_request_may_take() -> None:
    line = Switch().line(patience=0.0)
    with pytest.raises(SwitchUnreachable, match="takes too long for all this"):
        line.take()
    line.wait_on()
    assert line.take().answer_seconds == 4.0, "whoever asked waits in its own time"


def test_leaves_a_switch_alone_that_cannot_be_reached() -> None:
    switch = Switch()
    switch.is_away = True
    with pytest.raises(SwitchUnreachable, match="nobody answers there") as failed:
        switch.line().take()
    switch.is_away = False
    with pytest.raises(SwitchUnreachable, match="a moment ago") as refused:
        switch.line().take()
    assert failed.value.unsent
    assert refused.value.unsent
    assert not switch.made


def test_leaves_a_switch_alone_that_does_not_answer() -> None:
    switch = Switch()
    with pytest.raises(SwitchUnreachable, match="no answer"), switch.line().spoken():
        raise SwitchUnreachable("no answer")
    with pytest.raises(SwitchUnreachable, match="a moment ago"):
        switch.line().take()
