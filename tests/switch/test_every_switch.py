"""What every switch promises, on what the ``stage.py`` of its kind sets up: a new kind brings a stage.

It is asked once directly, and once through a link.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound
from ringpost.model.parking import ParkingPlace
from ringpost.model.queue import Queue, QueueMemberOrder, QueueOrder
from ringpost.model.switch import SwitchRecord, Via
from ringpost.switch import Progress, Switch
from ringpost.switch.kinds import kinds
from ringpost.switch.linked import linked
from ringpost.switch.queue_abilities import QueueAbilities
from tests.fakes import FakeClock
from tests.harness import CATALOGUE
from tests.link.wire import linking
from tests.switch.staging import CALL, HOME, NOBODY, OTHER, SetsUp, Stage, order


@pytest.fixture(params=kinds())
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(params=get_args(Via))
def stage(request: pytest.FixtureRequest, kind: str, clock: FakeClock, tmp_path: Path) -> Iterator[Stage]:
    sets_up: SetsUp = import_module(f"tests.switch.{kind}.stage").staged
    with sets_up(clock) as live:
        if request.param == "direct":
            yield live
            return
        beside = live.switch
        with linking(lambda: beside, tmp_path / "commands.sqlite3") as wire:
            record = SwitchRecord.model_validate(
                {"switch_uuid": NOBODY, "switch_name": "pbx1", "kind": kind, "via": "link"}
            )
            live.switch = linked(record, wire)
            yield live


ACTS: list[Callable[[Switch, Domain, str], object]] = [
    lambda switch, domain, leg: switch.answer(domain, leg),
    lambda switch, domain, leg: switch.hang_up(domain, leg),
    lambda switch, domain, leg: switch.hold(domain, leg),
    lambda switch, domain, leg: switch.resume(domain, leg),
    lambda switch, domain, leg: switch.mute(domain, leg),
    lambda switch, domain, leg: switch.unmute(domain, leg),
    lambda switch, domain, leg: switch.send_digits(domain, leg, "1"),
    lambda switch, domain, leg: switch.transfer(domain, leg, "102"),
    lambda switch, domain, leg: switch.park(domain, leg, ParkingPlace()),
    lambda switch, domain, leg: switch.record(domain, leg),
    lambda switch, domain, leg: switch.stop_recording(domain, leg),
]


def states(stage: Stage) -> dict[str, str]:
    return {leg.leg_uuid: leg.state for call in stage.switch.calls(HOME) for leg in call.legs}


def test_lists_a_call_with_both_its_parties(stage: Stage) -> None:
    [call] = stage.switch.calls(HOME)
    assert (call.call_uuid, call.direction, call.state) == (stage.a, "local", "answered")
    assert [(leg.leg_uuid, leg.extension, leg.state) for leg in call.legs] == [
        (stage.a, "100", "answered"),
        (stage.b, "101", "answered"),
    ]
    assert (call.own.extension, call.far.extension) == ("100", "101")


def test_lists_no_call_of_another_domain(stage: Stage) -> None:
    assert stage.switch.calls(OTHER) == []


@pytest.mark.parametrize("act", ACTS)
def test_acts_on_no_leg_of_another_domain(stage: Stage, act: Callable[[Switch, Domain, str], object]) -> None:
    with pytest.raises(NotFound):
        act(stage.switch, OTHER, stage.a)
    assert states(stage) == {stage.a: "answered", stage.b: "answered"}


@pytest.mark.parametrize("act", ACTS)
def test_acts_on_no_leg_that_is_not_there(stage: Stage, act: Callable[[Switch, Domain, str], object]) -> None:
    with pytest.raises(NotFound):
        act(stage.switch, HOME, NOBODY)


def test_holds_and_resumes(stage: Stage) -> None:
    stage.switch.hold(HOME, stage.a)
    assert states(stage) == {stage.a: "held", stage.b: "answered"}
    stage.switch.resume(HOME, stage.a)
    assert states(stage) == {stage.a: "answered", stage.b: "answered"}


def test_resumes_nobody_who_does_not_hold(stage: Stage) -> None:
    with pytest.raises(CannotComply):
        stage.switch.resume(HOME, stage.a)


def test_who_holds_already_goes_on_holding(stage: Stage) -> None:
    stage.switch.hold(HOME, stage.a)
    stage.switch.hold(HOME, stage.a)
    assert states(stage) == {stage.a: "held", stage.b: "answered"}


def test_parks_one_party_and_says_where(stage: Stage) -> None:
    assert stage.switch.park(HOME, stage.b, ParkingPlace()) == "5901"
    [call] = stage.switch.calls(HOME)
    assert (call.slot, call.state, [leg.leg_uuid for leg in call.legs]) == ("5901", "parked", [stage.b])


def test_a_call_that_was_hung_up_is_gone(stage: Stage) -> None:
    stage.switch.hang_up(HOME, stage.a)
    assert stage.switch.calls(HOME) == []
    with pytest.raises(NotFound):
        stage.switch.hold(HOME, stage.b)


def test_does_what_leaves_no_trace_in_the_list(stage: Stage) -> None:
    stage.switch.mute(HOME, stage.a)
    stage.switch.unmute(HOME, stage.a)
    stage.switch.send_digits(HOME, stage.b, "123#")
    assert stage.switch.record(HOME, stage.a).endswith(f"{stage.a}.wav")
    stage.switch.stop_recording(HOME, stage.a)
    stage.switch.transfer(HOME, stage.b, "102")


def test_says_how_it_is(stage: Stage) -> None:
    status = stage.switch.status()
    assert (status.reachable, status.last_error) == (True, None)
    assert status.version
    assert "call-transfer" in status.capabilities


@pytest.mark.parametrize("cause", [None, "USER_BUSY", "CALL_REJECTED", "USER_NOT_REGISTERED"])
def test_says_what_became_of_a(stage: Stage, cause: str | None) -> None:
    placed = order(stage.next_call(cause), call_uuid=NOBODY)
    stage.switch.place(placed)
    ended = Progress("ended", cause=cause, unheard=stage.has_no_leg(cause)) if cause else None
    assert stage.switch.await_answer(placed, 5) == (ended or Progress("answered", answered=True))


def test_what_it_can_do_are_actions_there_are(stage: Stage) -> None:
    actions = {one for one in stage.switch.capabilities if not one.startswith("queue.")}
    assert actions <= set(CATALOGUE.names())


def test_queues_are_had_as_they_are_ordered_and_twice_is_as_good_as_once(stage: Stage) -> None:
    if "queue-status" not in stage.switch.capabilities:
        pytest.skip("it has no queues")
    its = Queue(queue_uuid=CALL, domain_uuid=HOME.domain_uuid, name="Support", extension="700")
    member = QueueMemberOrder(extension="101", name="Ada; ${x}, |\n", penalty=2, paused=True, pause_reason="a,b|c")
    for members in ((member,), (member,), (), (member.model_copy(update={"paused": False}),)):
        stage.switch.set_queues(HOME, [QueueOrder(queue=its, members=members)])
    assert stage.switch.waiting(HOME) == stage.switch.waiting(OTHER) == []
    for _ in range(2):
        stage.switch.drop_queue(HOME, its.queue_uuid)


def test_what_it_can_do_of_queues_are_options_there_are(stage: Stage) -> None:
    options = {one for one in stage.switch.capabilities if one.startswith("queue.")}
    assert options <= set(QueueAbilities().named)


def test_can_do_what_its_kind_says(stage: Stage, kind: str) -> None:
    assert stage.switch.capabilities == stage.switch.status().capabilities == kinds()[kind].capabilities


def test_may_be_let_go_of_twice(stage: Stage) -> None:
    stage.switch.close()
    stage.switch.close()


QUEUE = Queue(
    queue_uuid="0f9469b4-eb2d-4195-8e75-f95ea9908d42", domain_uuid=HOME.domain_uuid, name="Orders", extension="700"
)
ORDER = QueueOrder(queue=QUEUE, members=(QueueMemberOrder(extension="101", name="Alice"),))


@pytest.fixture
def queueing(stage: Stage) -> Stage:
    """A switch that has queues."""
    if "queue-status" not in stage.switch.capabilities:
        pytest.skip("it has none yet")
    return stage


def test_a_queue_is_set_as_often_as_one_likes(queueing: Stage) -> None:
    queueing.switch.set_queues(HOME, [ORDER])
    queueing.switch.set_queues(HOME, [ORDER])
    queueing.switch.set_queues(HOME, [ORDER.model_copy(update={"members": ()})])
    assert queueing.switch.waiting(HOME) == []


def test_a_queue_that_is_not_there_may_be_dropped(queueing: Stage) -> None:
    queueing.switch.drop_queue(HOME, QUEUE.queue_uuid)
    queueing.switch.set_queues(HOME, [ORDER])
    queueing.switch.drop_queue(HOME, QUEUE.queue_uuid)
    queueing.switch.drop_queue(HOME, QUEUE.queue_uuid)


def test_nobody_waits_in_another_domain(queueing: Stage) -> None:
    queueing.switch.set_queues(HOME, [ORDER])
    assert queueing.switch.waiting(OTHER) == []
