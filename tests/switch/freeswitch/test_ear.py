"""What a link hears that may not hear everything."""

import pytest

from ringpost.switch.freeswitch.ear import FreeSwitchEar
from ringpost.switch.freeswitch.esl import Denied, EventSocket
from ringpost.switch.freeswitch.events import OF_CALLS, OF_QUEUES, SUBSCRIPTION
from ringpost.switch.hearing import Known
from tests.switch.freeswitch.scripted import USER, USER_PASSWORD, ScriptedFreeSwitch


@pytest.mark.parametrize(
    ("allowed", "lacks"),
    [(OF_CALLS, ["rooms and transfers", "queues"]), (OF_QUEUES, ["rooms and transfers"]), (SUBSCRIPTION, [])],
)
def test_a_user_that_may_not_hear_everything_hears_what_it_may(
    allowed: str, lacks: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with ScriptedFreeSwitch(allowed_events=frozenset(allowed.split())) as server:
        server.answers |= {"show": '{"row_count": 0}\n', "callcenter_config": "+OK\n"}
        socket = EventSocket(server.host, server.port, user=USER, password=USER_PASSWORD)
        with FreeSwitchEar(socket) as ear:
            assert ear.caught_up(Known("", 0.0, {})).gone == []
    assert [one for one in lacks if not any(f"in {one}: " in message for message in caplog.messages)] == []
    assert len(caplog.messages) == len(lacks)


def test_a_user_that_may_not_hear_of_calls_hears_nothing() -> None:
    with ScriptedFreeSwitch(allowed_events=frozenset({"BACKGROUND_JOB"})) as server:
        socket = EventSocket(server.host, server.port, user=USER, password=USER_PASSWORD)
        with FreeSwitchEar(socket) as ear, pytest.raises(Denied):
            ear.caught_up(Known("", 0.0, {}))
