"""What a link hears that may not hear everything."""

import pytest

from ringpost.switch.freeswitch.ear import FreeSwitchEar
from ringpost.switch.freeswitch.esl import EventSocket
from ringpost.switch.freeswitch.events import OF_CALLS, SUBSCRIPTION
from ringpost.switch.hearing import Known
from tests.switch.freeswitch.scripted import USER, USER_PASSWORD, ScriptedFreeSwitch


@pytest.mark.parametrize(("allowed", "warned"), [(OF_CALLS, 1), (SUBSCRIPTION, 0)])
def test_a_user_that_may_not_hear_of_queues_hears_of_calls(
    allowed: str, warned: int, caplog: pytest.LogCaptureFixture
) -> None:
    with ScriptedFreeSwitch(allowed_events=frozenset(allowed.split())) as server:
        server.answers |= {"show": '{"row_count": 0}\n', "callcenter_config": "+OK\n"}
        socket = EventSocket(server.host, server.port, user=USER, password=USER_PASSWORD)
        with FreeSwitchEar(socket) as ear:
            assert ear.caught_up(Known("", 0.0, {})).gone == []
    assert len([one for one in caplog.messages if "queues" in one]) == warned
