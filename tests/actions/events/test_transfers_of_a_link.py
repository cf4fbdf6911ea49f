"""What a link tells of transfers: each step once, in the transfer's own row; and what the endpoint does then."""

import itertools
from typing import Any

import pytest

from ringpost.clock import stamp
from ringpost.context import CallLimits, Context, Moved
from ringpost.entry import demo
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, SwitchUnreachable
from ringpost.model.live import LiveCall, LiveLeg
from ringpost.model.transfer import Consultation
from tests.actions.events.test_switch_event import hand_in, link, switch_uuid
from tests.fakes import NOON, RecordingSwitch
from tests.harness import Caller, House
from tests.services.happenings.test_transfer_events import ASKED, CALLER, DESK, MADE, Board, answered

__all__ = ["link", "switch_uuid"]

HOME = {"domain_name": demo.DOMAIN_NAME}
ASKS = {"call_uuid": CALLER, "leg_uuid": DESK, "destination": "102"}


class Pbx(RecordingSwitch):
    """A switch on which 100 talks with 101; it notes what transfers want of it."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, Consultation]] = []
        self.joined = True
        self.hung_up: list[str] = []

    def hang_up(self, domain: Domain, leg_uuid: str) -> None:
        self.hung_up.append(leg_uuid)

    def calls(self, domain: Domain) -> list[LiveCall]:
        at = stamp(NOON)
        legs = tuple(
            LiveLeg(leg_uuid=leg, extension=number, number=number, state="answered", start_stamp=at)
            for leg, number in ((CALLER, "100"), (DESK, "101"))
        )
        return [LiveCall(call_uuid=CALLER, domain_uuid=domain.domain_uuid, state="answered", start_stamp=at, legs=legs)]

    def _note(self, what: str, consultation: Consultation) -> None:
        if self.problem is not None:
            raise self.problem
        self.told.append((what, consultation))

    def consult(self, domain: Domain, consultation: Consultation) -> None:
        self._note("consult", consultation)

    def put_through(self, domain: Domain, consultation: Consultation) -> bool:
        self._note("put_through", consultation)
        return self.joined

    def take_back(self, domain: Domain, consultation: Consultation) -> None:
        self._note("take_back", consultation)


@pytest.fixture
def pbx(house: House, operator: Caller) -> Pbx:
    operator.done("extension-create", **HOME, extension="102")
    house.switch = Pbx()
    return house.switch


@pytest.fixture
def asked(operator: Caller, link: Caller, pbx: Pbx) -> dict[str, Any]:
    """101 asks 102 about 100."""
    sent = {"call_uuid": CALLER, "leg_uuid": DESK, "destination": "102"}
    made: dict[str, Any] = operator.done("transfer-create", **HOME, **sent)
    return made


@pytest.fixture
def called(link: Caller, pbx: Pbx) -> Board:
    """The call was told of before anybody was asked."""
    board = Board()
    handed_in(link, board, {})
    return board


def handed_in(link: Caller, board: Board, transfer: dict[str, Any], since: int = 1) -> None:
    notices = []
    for place, notice in enumerate(board.told[since - 1 :], since):
        told = notice.model_dump(exclude_none=True) | {"domain_uuid": demo.DOMAIN_UUID, "position": place}
        if told.get("transfer_uuid") == MADE:
            told["transfer_uuid"] = transfer["transfer_uuid"]
        notices.append(told)
    assert hand_in(link, notices) == 0


def status(operator: Caller, transfer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = operator.done("transfer-details", **HOME, transfer_uuid=transfer["transfer_uuid"])
    return found


def story(house: House, operator: Caller) -> list[str]:
    house.clock.time += 3600
    wanted = {"types": ["transfer.*"], "limit": 1000}
    return [one["type"] for one in operator.done("event-list", **HOME, **wanted)["items"] if one["call_uuid"] == CALLER]


def test_the_switch_is_told_of_the_two_and_the_number(asked: dict[str, Any], pbx: Pbx) -> None:
    [(what, consultation)] = pbx.told
    assert (what, consultation.initiator, consultation.transferred) == ("consult", DESK, CALLER)
    assert (consultation.number, consultation.transfer_uuid) == ("102", asked["transfer_uuid"])


def test_how_far_it_has_come_is_what_the_switch_tells(
    house: House, operator: Caller, link: Caller, asked: dict[str, Any]
) -> None:
    board = Board()
    board.asks(5)
    board.rings(6)
    handed_in(link, board, asked)
    found = status(operator, asked)
    assert (found["status"], found["created_at"]) == ("ringback", asked["created_at"])
    known = len(board.told)
    board.tell(8, "answered", ASKED)
    board.tell(10, "put_through", CALLER, taken_by=ASKED, other_uuid=DESK)
    board.ends(10, DESK)
    handed_in(link, board, asked, known + 1)
    found = status(operator, asked)
    assert (found["status"], found["recipient_extension"]) == ("completed", "102")
    assert [found[name] for name in ("rang_at", "answered_at", "ended_at")] == [
        stamp(NOON + at) for at in (6, 8, 10)
    ]  # fmt: skip
    assert story(house, operator) == [
        "transfer.created", "transfer.ringback", "transfer.answered", "transfer.completed",
    ]  # fmt: skip


def test_who_waits_is_sent_on_when_the_initiator_hangs_up_before_the_answer(
    operator: Caller, link: Caller, asked: dict[str, Any], pbx: Pbx
) -> None:
    board = Board()
    board.asks(5)
    board.rings(6)
    board.ends(7, DESK)
    handed_in(link, board, asked)
    assert [what for what, _ in pbx.told] == ["consult", "put_through"]
    assert (status(operator, asked)["status"], status(operator, asked)["flow"]) == ("completed", "blind")


@pytest.mark.parametrize("comes_back", [True, False])
def test_who_waits_when_both_others_have_hung_up_at_once_is_hung_up(
    link: Caller, asked: dict[str, Any], pbx: Pbx, comes_back: bool
) -> None:
    board = answered()
    board.ends(10, ASKED)
    if comes_back:
        board.tell(10, "taken_back", DESK, other_uuid=CALLER, transfer_uuid=MADE)
    board.ends(10, DESK)
    handed_in(link, board, asked)
    assert pbx.hung_up == ([] if comes_back else [CALLER])


def test_what_the_switch_refuses_then_holds_up_no_link(link: Caller, asked: dict[str, Any], pbx: Pbx) -> None:
    pbx.problem = SwitchUnreachable("gone")
    board = Board()
    board.asks(5)
    board.ends(7, DESK)
    handed_in(link, board, asked)
    assert [what for what, _ in pbx.told] == ["consult"]


def test_one_that_was_completed_before_the_answer_is_not_sent_on_twice(
    operator: Caller, link: Caller, asked: dict[str, Any], pbx: Pbx
) -> None:
    pbx.joined = False
    done = operator.done("transfer-complete", **HOME, transfer_uuid=asked["transfer_uuid"])
    assert (done["status"], done["flow"]) == ("completed", "blind")
    board = Board()
    board.asks(5)
    board.rings(6)
    board.ends(7, DESK)
    handed_in(link, board, asked)
    assert [what for what, _ in pbx.told] == ["consult", "put_through"]


def test_without_a_link_it_is_as_it_was_ordered(operator: Caller, asked: dict[str, Any], pbx: Pbx) -> None:
    assert status(operator, asked)["status"] == "starting"
    assert operator.done("transfer-cancel", **HOME, transfer_uuid=asked["transfer_uuid"])["status"] == "cancelled"
    assert status(operator, asked)["status"] == "cancelled"
    assert [what for what, _ in pbx.told] == ["consult", "take_back"]


@pytest.mark.parametrize("unsent", [True, False])
def test_one_the_switch_has_not_begun_is_over(
    house: House, operator: Caller, link: Caller, pbx: Pbx, unsent: bool
) -> None:
    pbx.problem = SwitchUnreachable("gone")
    pbx.problem.unsent = unsent
    sent = {"call_uuid": CALLER, "leg_uuid": DESK, "destination": "102"}
    assert operator.call("transfer-create", **HOME, **sent).status == 503
    [found] = operator.done("transfer-list", **HOME, over=True, destination="102")["items"]
    assert found["status"] == ("cancelled" if unsent else "starting")
    assert story(house, operator) == ["transfer.created", *(["transfer.cancelled"] if unsent else [])]
    pbx.problem = None
    assert operator.call("transfer-create", **HOME, **sent).status == (200 if unsent else 409)


def test_a_retry_asks_once(operator: Caller, link: Caller, pbx: Pbx) -> None:
    sent = {"call_uuid": CALLER, "leg_uuid": DESK, "destination": "102", "idempotency_key": "k"}
    first = operator.done("transfer-create", **HOME, **sent)
    assert operator.done("transfer-create", **HOME, **sent) == first
    assert len(pbx.told) == 1


def test_what_is_told_late_does_not_begin_it_anew(operator: Caller, link: Caller, asked: dict[str, Any]) -> None:
    operator.done("transfer-cancel", **HOME, transfer_uuid=asked["transfer_uuid"])
    board = Board()
    board.asks(5)
    board.rings(6)
    handed_in(link, board, asked)
    assert status(operator, asked)["status"] == "cancelled"


def test_one_the_switch_knows_no_more_has_ended_by_who_talks_with_whom(
    operator: Caller, asked: dict[str, Any], pbx: Pbx
) -> None:
    pbx.problem = CannotComply("this transfer is over: the two talk again")
    reply = operator.call("transfer-complete", **HOME, transfer_uuid=asked["transfer_uuid"])
    assert (reply.status, "it was cancelled" in reply.text) == (409, True), reply
    pbx.problem = None
    sent = {"call_uuid": CALLER, "leg_uuid": DESK, "destination": "102"}
    assert operator.done("transfer-create", **HOME, **sent)["status"] == "starting"


def test_one_whose_end_nobody_heard_is_over_after_hours(house: House, operator: Caller, asked: dict[str, Any]) -> None:
    house.clock.time += 4 * 3600 + 1
    assert status(operator, asked)["status"] == "abandoned"
    assert operator.done("transfer-list", **HOME, destination="102")["items"] == []


@pytest.mark.parametrize(("gone", "told"), [(DESK, "completed"), (CALLER, "abandoned")])
def test_one_whose_begin_nobody_has_told_is_over_when_a_party_is_gone(
    house: House, operator: Caller, link: Caller, called: Board, gone: str, told: str
) -> None:
    asked = operator.done("transfer-create", **HOME, **ASKS)
    known = len(called.told)
    called.ends(7, gone)
    called.asks(8)
    handed_in(link, called, asked, known + 1)
    found = status(operator, asked)
    assert (found["status"], found["created_at"], found["ended_at"]) == (told, asked["created_at"], stamp(NOON + 7))
    assert story(house, operator) == ["transfer.created", f"transfer.{told}"]


def test_who_waits_is_sent_on_though_nobody_has_told_that_it_began(
    operator: Caller, link: Caller, called: Board, pbx: Pbx
) -> None:
    asked = operator.done("transfer-create", **HOME, **ASKS)
    known = len(called.told)
    called.ends(7, DESK)
    handed_in(link, called, asked, known + 1)
    assert [what for what, _ in pbx.told] == ["consult", "put_through"]


def test_whom_it_goes_to_may_be_told_of_before_that_it_began(
    house: House, operator: Caller, link: Caller, called: Board
) -> None:
    house.clock.time += 4
    asked = operator.done("transfer-create", **HOME, **ASKS)
    known = len(called.told)
    called.asks(9)
    called.tell(9, "answered", ASKED, start_stamp=stamp(NOON + 5), answer_stamp=stamp(NOON + 7))
    handed_in(link, called, asked, known + 1)
    found = status(operator, asked)
    assert (found["status"], found["recipient_extension"], found["answered_at"]) == ("answered", "102", stamp(NOON + 7))


def test_one_that_is_told_as_usual_is_told_once(house: House, operator: Caller, link: Caller, called: Board) -> None:
    asked = operator.done("transfer-create", **HOME, **ASKS)
    known = len(called.told)
    called.asks(5)
    called.rings(6)
    called.tell(8, "answered", ASKED)
    called.tell(10, "put_through", CALLER, taken_by=ASKED, other_uuid=DESK)
    for leg in (DESK, CALLER, ASKED):
        called.ends(10, leg)
    handed_in(link, called, asked, known + 1)
    steps = ("created", "ringback", "answered", "completed")
    assert story(house, operator) == [f"transfer.{step}" for step in steps]


@pytest.mark.parametrize("races", [0, 2])
def test_of_one_the_switch_refuses_nothing_comes(
    house: House, operator: Caller, link: Caller, called: Board, pbx: Pbx, monkeypatch: pytest.MonkeyPatch, races: int
) -> None:
    commit, commits = Context.commit, itertools.count()

    def slow(context: Context) -> None:
        if context.action == "transfer-create" and 0 < next(commits) <= races:
            context.store.forget()
            raise Moved
        commit(context)

    monkeypatch.setattr(Context, "commit", slow)
    pbx.problem = CannotComply("these two do not talk with each other")
    assert operator.call("transfer-create", **HOME, **ASKS).status == 422
    pbx.problem = None
    known = len(called.told)
    for leg in (DESK, CALLER):
        called.ends(10, leg)
    [found] = operator.done("transfer-list", **HOME, over=True, destination="102")["items"]
    handed_in(link, called, found, known + 1)
    assert status(operator, found)["status"] == "cancelled"
    assert story(house, operator) == ["transfer.created", "transfer.cancelled"]


def test_one_the_switch_knows_no_more_is_told_no_other_end(
    operator: Caller, link: Caller, called: Board, pbx: Pbx
) -> None:
    asked = operator.done("transfer-create", **HOME, **ASKS)
    pbx.problem = CannotComply("this transfer is over: the two talk again")
    assert operator.call("transfer-complete", **HOME, transfer_uuid=asked["transfer_uuid"]).status == 409
    known = len(called.told)
    for leg in (DESK, CALLER):
        called.ends(10, leg)
    handed_in(link, called, asked, known + 1)
    assert status(operator, asked)["status"] == "cancelled"


def test_each_call_outside_counts(house: House, operator: Caller, link: Caller, pbx: Pbx) -> None:
    operator.done("domain-update", **HOME, outbound_gateway="trunk", outbound_prefixes=["1202"])
    house.call_limits = CallLimits(per_minute=2, at_once=2)
    house.restart()
    sent = {"call_uuid": CALLER, "leg_uuid": DESK, "destination": "12025550123"}
    for _ in range(2):
        made = operator.done("transfer-create", **HOME, **sent)
        operator.done("transfer-cancel", **HOME, transfer_uuid=made["transfer_uuid"])
    assert operator.call("transfer-create", **HOME, **sent).status == 429
    begun = [one["destination"] for one in operator.done("transfer-list", **HOME)["items"]]
    assert "12025550123" not in begun, "what is refused has not begun"
    house.clock.time += 61
    assert operator.call("transfer-create", **HOME, **sent).status == 200
