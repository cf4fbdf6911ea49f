"""A call of the switch port as it travels: there and back it is the same, and nothing else gets through."""

import inspect
import json
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from ringpost.clock import stamp
from ringpost.dispatch.envelope import refusal
from ringpost.model.call import CallOrder, Rung
from ringpost.model.conference import LiveRoom, Participant
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, NotFound, Problem, SwitchRefused, SwitchUnreachable
from ringpost.model.live import LiveCall, LiveLeg, Registration
from ringpost.model.parking import ParkingLot, ParkingPlace
from ringpost.model.queue import STRATEGIES, Queue, QueueMember, QueueMemberOrder, QueueOrder, WaitingCaller
from ringpost.model.status import Preconfigured
from ringpost.model.switch import LinkState, SwitchStatus
from ringpost.model.transfer import Consultation
from ringpost.switch import Finding, Progress, Switch, calls
from ringpost.switch.calls import Answer, Asked, Command, Outcome, Raised
from tests.switch.staging import CALL, HOME, NOBODY, order

UUIDS = st.uuids().map(str)
STAMPS = st.floats(0, 4e9).map(stamp)
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=40)
NAMES = st.from_regex("[a-z0-9]{1,20}(-[a-z0-9]{1,9})?([.][a-z0-9]{1,9}){0,3}", fullmatch=True)
NUMBERS = st.from_regex("[+]?[0-9*#]{1,32}", fullmatch=True)
EXTENSIONS = st.from_regex("[0-9*#]{1,32}", fullmatch=True)
GATEWAYS = st.none() | st.from_regex("[A-Za-z0-9_.-]{1,64}", fullmatch=True)
DIRECTIONS = st.sampled_from([None, "inbound", "outbound", "local"])


def tuples(of: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=most).map(tuple)


DOMAINS = st.builds(
    Domain,
    domain_uuid=UUIDS,
    domain_name=NAMES,
    domain_enabled=st.booleans(),
    domain_description=TEXTS,
    switch_uuid=st.none() | UUIDS,
    country=st.sampled_from(["US", "FR"]),
    emergency_numbers=st.none() | tuples(EXTENSIONS),
    outbound_gateway=GATEWAYS,
    outbound_prefixes=tuples(st.from_regex("[+]?[0-9]{1,15}", fullmatch=True)),
    retention_days=st.none() | st.integers(1, 3650),
    record_announcement=st.booleans(),
    statuses=tuples(st.builds(Preconfigured, name=TEXTS.filter(bool), type=st.just("available"))),
    insert_date=st.none() | STAMPS,
    version=st.integers(1, 9),
    deleting=st.booleans(),
)
ORDERS = st.builds(
    CallOrder,
    caller_id_number=EXTENSIONS,
    caller_id_name=TEXTS,
    destination_a=EXTENSIONS,
    destination_b=EXTENSIONS,
    external_id=st.none() | TEXTS.filter(bool),
    tags=tuples(TEXTS.filter(bool)),
    call_uuid=UUIDS,
    domain_uuid=UUIDS,
    domain_name=NAMES,
    ring_seconds=st.integers(1, 120),
    placed_at=STAMPS,
    key_uuid=UUIDS,
    direction=DIRECTIONS,
    gateway=GATEWAYS,
    monitors=st.none() | UUIDS,
    monitor_mode=st.sampled_from(["listen", "whisper", "barge"]),
    way=tuples(st.builds(Rung, number=EXTENSIONS, do_not_disturb=st.booleans(), alongside=st.booleans())),
)
LEGS = st.builds(
    LiveLeg,
    leg_uuid=UUIDS,
    extension=st.none() | EXTENSIONS,
    number=st.none() | TEXTS,
    name=st.none() | TEXTS,
    state=st.sampled_from(["ringing", "answered", "held", "parked"]),
    start_stamp=STAMPS,
)
CALLS = st.builds(
    LiveCall,
    call_uuid=UUIDS,
    domain_uuid=UUIDS,
    direction=DIRECTIONS,
    state=st.sampled_from(["ringing", "answered", "held", "parked"]),
    start_stamp=STAMPS,
    caller_id_name=st.none() | TEXTS,
    slot=st.none() | EXTENSIONS,
    legs=tuples(LEGS),
)
REGISTRATIONS = st.builds(
    Registration,
    extension=EXTENSIONS,
    contact=TEXTS,
    agent=st.none() | TEXTS,
    network_port=st.none() | st.integers(1, 65535),
    expires_at=st.none() | STAMPS,
)
STATUSES = st.builds(
    SwitchStatus,
    reachable=st.booleans(),
    version=st.none() | TEXTS,
    uptime_seconds=st.none() | st.integers(0, 2**40),
    capabilities=tuples(TEXTS),
    last_error=st.none() | TEXTS,
    link=st.none() | st.builds(LinkState, connected=st.booleans(), round_trip_ms=st.none() | st.floats(0, 1e6)),
)
PROGRESSES = st.builds(
    Progress,
    state=st.sampled_from(["ringing", "answered", "ended"]),
    answered=st.booleans(),
    cause=st.none() | TEXTS,
    unheard=st.booleans(),
)
FINDINGS = st.builds(Finding, step=TEXTS, well=st.booleans(), words=TEXTS)
QUEUES = st.builds(
    Queue,
    queue_uuid=UUIDS,
    domain_uuid=UUIDS,
    name=TEXTS.filter(bool),
    extension=EXTENSIONS,
    strategy=st.sampled_from(STRATEGIES),
    longest_wait=st.none() | st.integers(1, 9999),
    timeout_destination=st.none() | NUMBERS,
    pause_on=st.sampled_from([(), ("away",), ("no_answer", "unregistered")]),
    members=tuples(st.builds(QueueMember, extension=EXTENSIONS, penalty=st.integers(0, 20))),
)
QUEUE_ORDERS = st.builds(
    QueueOrder,
    queue=QUEUES,
    members=tuples(
        st.builds(
            QueueMemberOrder,
            extension=EXTENSIONS,
            agent_uuid=st.none() | UUIDS,
            name=TEXTS,
            penalty=st.integers(0, 20),
            paused=st.booleans(),
            pause_reason=TEXTS,
        )
    ),
)
WAITING = st.builds(
    WaitingCaller,
    queue_uuid=UUIDS,
    leg_uuid=UUIDS,
    call_uuid=st.none() | UUIDS,
    since=STAMPS,
    caller_id_number=st.none() | TEXTS,
)

LOTS = st.builds(
    ParkingLot,
    parkinglot_uuid=UUIDS,
    domain_uuid=UUIDS,
    name=TEXTS.filter(bool),
    extension=EXTENSIONS,
    slots_start=st.just("098"),
    slots_end=st.just("101"),
    timeout=st.integers(0, 9999),
)
ROOMS = st.builds(
    LiveRoom,
    room=EXTENSIONS,
    locked=st.booleans(),
    participants=tuples(st.builds(Participant, leg_uuid=UUIDS, name=st.none() | TEXTS, since=st.none() | STAMPS)),
)

TAKES: dict[str, st.SearchStrategy[Any]] = {
    "order": ORDERS,
    "seconds": st.floats(0, 120),
    "leg_uuid": UUIDS,
    "digits": EXTENSIONS,
    "number": EXTENSIONS,
    "extension": EXTENSIONS,
    "queue_uuid": UUIDS,
    "queues": st.lists(QUEUE_ORDERS, max_size=3),
    "place": st.builds(ParkingPlace, slot=st.none() | EXTENSIONS, lot=st.none() | LOTS, on_timeout=st.none() | NUMBERS),
    "consultation": st.builds(Consultation, transfer_uuid=UUIDS, initiator=UUIDS, transferred=UUIDS, number=EXTENSIONS),
    "room": EXTENSIONS,
    "change": st.sampled_from(["mute", "unmute", "deaf", "undeaf", "kick"]),
    "locked": st.booleans(),
}
"""What an argument of that name may be."""
ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    "None": st.none(),
    "str": TEXTS,
    "int": st.integers(0, 2**40),
    "bool": st.booleans(),
    "list[LiveRoom]": st.lists(ROOMS, max_size=3),
    "Progress": PROGRESSES,
    "SwitchStatus": STATUSES,
    "Sequence[Finding]": st.lists(FINDINGS, max_size=3),
    "list[LiveCall]": st.lists(CALLS, max_size=3),
    "list[Registration]": st.lists(REGISTRATIONS, max_size=3),
    "list[WaitingCaller]": st.lists(WAITING, max_size=3),
}
"""What may be answered where the port is annotated so."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
CONSULTATION = Consultation(transfer_uuid=CALL, initiator=CALL, transferred=NOBODY, number="101")
Sent = TypeVar("Sent", bound=BaseModel)
EVERY = pytest.mark.parametrize("call", calls.calls())


def over(sent: Sent) -> Sent:
    """What the other side reads."""
    return type(sent).model_validate_json(sent.model_dump_json())


def taken(call: str) -> st.SearchStrategy[dict[str, Any]]:
    named = inspect.signature(getattr(Switch, call)).parameters
    wholly = st.none() | DOMAINS if call == "examine" else DOMAINS
    return st.fixed_dictionaries(
        {name: wholly if name == "domain" else TAKES[name] for name in named if name != "self"}
    )


def an_asked(call: str) -> Asked:
    examples = {"domain": HOME, "order": order(), "seconds": 5.0, "leg_uuid": CALL, "digits": "1", "number": "101"}
    examples |= {"extension": "100", "queue_uuid": CALL, "queues": [], "place": ParkingPlace(), "room": "*31"}
    examples |= {"change": "mute", "locked": True, "consultation": CONSULTATION}
    named = inspect.signature(getattr(Switch, call)).parameters
    return calls.asked(call, **{name: examples[name] for name in named if name != "self"})


def test_every_method_of_the_port_travels_but_those_that_are_answered_here() -> None:
    methods = {name for name, _ in inspect.getmembers(Switch, inspect.isfunction) if not name.startswith("_")}
    assert set(calls.calls()) | calls.HERE == methods
    assert not set(calls.calls()) & calls.HERE


@EVERY
@settings(max_examples=25)
@given(data=st.data())
def test_a_call_is_the_same_on_the_other_side(call: str, data: st.DataObject) -> None:
    given_ = data.draw(taken(call))
    assert calls.arguments(over(calls.asked(call, **given_))) == given_
    in_order = [given_[name] for name in calls.calls()[call].arguments]
    assert calls.arguments(over(calls.asked(call, *in_order))) == given_


@EVERY
@settings(max_examples=25)
@given(data=st.data())
def test_an_answer_is_the_same_on_this_side(call: str, data: st.DataObject) -> None:
    answer = data.draw(ANSWERS[inspect.signature(getattr(Switch, call)).return_annotation])
    asked = an_asked(call)
    assert calls.result(asked, over(calls.answered(asked, answer))) == answer


@EVERY
@settings(max_examples=25)
@given(junk=JSON)
def test_what_is_no_answer_is_refused(call: str, junk: Any) -> None:
    asked = an_asked(call)
    try:
        read = calls.result(asked, Outcome(result=junk))
    except SwitchUnreachable as problem:
        assert not problem.unsent
        assert "no answer to" in problem.detail
    else:
        assert calls.result(asked, over(calls.answered(asked, read))) == read


@EVERY
@settings(max_examples=25)
@given(junk=JSON, data=st.data())
def test_what_is_no_argument_is_refused(call: str, junk: Any, data: st.DataObject) -> None:
    asked = an_asked(call)
    name = data.draw(st.sampled_from([*asked.arguments, "more", ""]))
    try:
        calls.arguments(asked.model_copy(update={"arguments": {**asked.arguments, name: junk}}))
    except SwitchRefused as problem:
        assert asked.call in problem.detail
    else:
        assert name in asked.arguments


@given(call=st.text(max_size=64), arguments=st.dictionaries(st.text(max_size=12), JSON, max_size=3))
def test_what_is_no_call_is_refused(call: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(SwitchRefused):
        calls.arguments(Asked(call=call, arguments=arguments))


@pytest.mark.parametrize(
    "call", ["close", "foretold", "is_sandbox", "capabilities", "__init__", "__class__", "_api", "_do", "api", ""]
)
def test_nothing_but_the_port_is_asked(call: str) -> None:
    with pytest.raises(SwitchRefused, match="is no call a link does"):
        calls.arguments(Asked(call=call))
    with pytest.raises(TypeError):
        calls.asked(call)


@pytest.mark.parametrize("model", [Asked, Outcome, Raised, Command, Answer])
@given(junk=JSON)
def test_a_message_that_is_none_is_a_validation_error(model: type[BaseModel], junk: Any) -> None:
    try:
        model.model_validate_json(json.dumps(junk))
    except ValidationError:
        return
    assert isinstance(junk, dict)


@pytest.mark.parametrize(
    ("call", "instead"),
    [
        ("hang_up", {"leg_uuid": f"{CALL} NORMAL_CLEARING"}),
        ("hang_up", {"leg_uuid": f"{CALL}\n"}),
        ("hang_up", {"leg_uuid": "all"}),
        ("hang_up", {"leg_uuid": 5}),
        ("hang_up", {"leg_uuid": None}),
        ("send_digits", {"digits": "1@1000 2"}),
        ("send_digits", {"digits": ""}),
        ("transfer", {"number": "100 XML public"}),
        ("transfer", {"number": "bridge:user/100 inline"}),
        ("unregister", {"extension": "100@other.example.net reboot"}),
        ("park", {"domain": {**HOME.model_dump(mode="json"), "domain_name": "a b"}}),
        ("park", {"domain": {**HOME.model_dump(mode="json"), "domain_name": "a.example.net\n\napi system"}}),
        ("examine", {"domain": {**HOME.model_dump(mode="json"), "outbound_gateway": "a all"}}),
        ("park", {"place": {"slot": "5901 XML public"}}),
        ("park", {"place": {"on_timeout": "100 XML public"}}),
        ("lock_room", {"room": "31-other.example.net"}),
        ("change_participant", {"change": "kick all"}),
        ("consult", {"consultation": {**CONSULTATION.model_dump(), "number": "&system(id)"}}),
        ("consult", {"consultation": {**CONSULTATION.model_dump(), "transferred": "all"}}),
        ("place", {"order": {**order().model_dump(mode="json"), "room": "31 &system(id)"}}),
        ("place", {"order": {**order().model_dump(mode="json"), "domain_name": "x} user/1 &system(id"}}),
        ("place", {"order": {**order().model_dump(mode="json"), "gateway": "x/1 &system(id)"}}),
        ("place", {"order": {**order().model_dump(mode="json"), "call_uuid": "x,api_on_answer=system"}}),
        ("place", {"order": {**order().model_dump(mode="json"), "destination_b": "&system(id)"}}),
        ("await_answer", {"seconds": "5"}),
        ("await_answer", {"seconds": True}),
        ("await_answer", {"seconds": float("inf")}),
        ("await_answer", {"seconds": float("nan")}),
        ("examine", {"domain": "\ud800"}),
    ],
)
def test_no_argument_is_a_command_of_a_switch(call: str, instead: dict[str, Any]) -> None:
    asked = an_asked(call)
    with pytest.raises(SwitchRefused, match=call):
        calls.arguments(asked.model_copy(update={"arguments": {**asked.arguments, **instead}}))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "needs 'domain'"),
        ({"domain": {}}, "needs 'leg_uuid'"),
        ({"domain": {}, "leg_uuid": CALL, "app": "x"}, "takes no 'app'"),
    ],
)
def test_says_which_argument_is_missing_or_too_many(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(SwitchRefused, match=says):
        calls.arguments(Asked(call="hold", arguments=arguments))


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("unregister", "3"), ("unregister", True), ("unregister", 2.5), ("unregister", None), ("park", 5901),
        ("park", None), ("hold", "done"), ("hold", []), ("await_answer", "answered"), ("await_answer", {}),
        ("await_answer", {"state": "busy"}), ("calls", {}), ("calls", [None]), ("calls", None),
        ("status", {"reachable": "perhaps"}), ("status", []), ("examine", [{"step": "x"}]), ("examine", "ok"),
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_none(call: str, result: Any) -> None:
    with pytest.raises(SwitchUnreachable, match="no answer to") as caught:
        calls.result(an_asked(call), Outcome(result=result))
    assert not caught.value.unsent, "nobody knows what was done"


def test_megabytes_are_refused_on_both_sides() -> None:
    much = "x" * calls.MOST_ANSWERED
    with pytest.raises(SwitchRefused, match="more than 900000 bytes"):
        calls.answered(an_asked("park"), much)
    with pytest.raises(SwitchUnreachable, match="too large"):
        calls.result(an_asked("park"), Outcome(result=much))
    wide = HOME.model_copy(update={"outbound_prefixes": ("1202555",) * 20_000})
    with pytest.raises(SwitchRefused, match="more than 100000 bytes"):
        calls.arguments(calls.asked("calls", wide))
    with pytest.raises(ValidationError):
        Raised(code="not-found", detail="x" * 10_000)
    with pytest.raises(ValidationError):
        Raised(code="not-found", detail="x", members={"more": "x" * 20_000})


def test_half_a_surrogate_cannot_be_told() -> None:
    with pytest.raises(SwitchRefused, match="cannot be told"):
        calls.answered(an_asked("park"), "\ud800")
    with pytest.raises(SwitchUnreachable, match="no answer to"):
        calls.result(an_asked("park"), Outcome.model_construct(result="\ud800", problem=None))


def test_a_deep_nest_is_refused() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(SwitchUnreachable):
        calls.result(an_asked("calls"), Outcome.model_construct(result=deep, problem=None))
    with pytest.raises(ValidationError):
        Outcome.model_validate_json('{"result":' + "[" * 5000 + "]" * 5000 + "}")


def unsent() -> SwitchUnreachable:
    problem = SwitchUnreachable("not there", retry_after=3)
    problem.unsent = True
    return problem


@pytest.mark.parametrize(
    "problem",
    [
        NotFound("call not found"),
        CannotComply("every slot is taken", parameter="slot", slots=3),
        SwitchRefused("said no", call_uuid=NOBODY, errors=(("a", "b"), ("c", "d"))),
        SwitchUnreachable("too slow"),
        unsent(),
    ],
)
def test_a_problem_is_raised_again_as_what_it_was(problem: Problem) -> None:
    with pytest.raises(type(problem)) as caught:
        calls.result(an_asked("hold"), over(Outcome.failed(problem)))
    again = caught.value
    assert (type(again), {"unsent": False} | vars(again)) == (type(problem), {"unsent": False} | vars(problem))


def test_a_problem_of_no_switch_is_one_of_the_link() -> None:
    with pytest.raises(SwitchUnreachable, match="could not tell what came of it: taken") as caught:
        calls.result(an_asked("hold"), over(Outcome.failed(Conflict("taken"))))
    assert not caught.value.unsent


def test_what_a_link_answers_beside_takes_the_place_of_nothing() -> None:
    said = json.loads(refusal(SwitchRefused("no"), "r").body)
    assert set(said) == calls.ANSWERED_ANYWAY
    for name in said:
        with pytest.raises(ValidationError):
            Raised(code="switch-refused", detail="x", members={name: "x"})


@pytest.mark.parametrize(
    "problem",
    [
        SwitchRefused("no", more="x" * 20_000),
        SwitchRefused("no", status=200),
        SwitchRefused("no", more=object()),
        SwitchRefused("no", more="\ud800"),
        SwitchRefused("no", errors=(("a", "\ud800"),)),
        SwitchRefused("no", retry_after=-1),
    ],
)
def test_what_cannot_travel_beside_a_problem_stays_behind(problem: Problem) -> None:
    with pytest.raises(SwitchRefused, match=r"^no$") as caught:
        calls.result(an_asked("hold"), over(Outcome.failed(problem)))
    assert (caught.value.members, caught.value.errors) == ({}, ())


def test_a_sentence_is_cut_and_made_text() -> None:
    for detail in ("x" * 10_000, "\ud800" * 10):
        assert len(over(Outcome.failed(NotFound(detail))).problem.detail) in (2000, 10)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "outcome",
    [
        {"problem": {"code": "Not found", "detail": "x"}},
        {"problem": {"code": "", "detail": "x"}},
        {"problem": {"code": "x" * 65, "detail": "x"}},
        {"problem": {"code": "not-found"}},
        {"problem": {"code": "not-found", "detail": "x", "unsent": True}},
        {"problem": {"code": "not-found", "detail": "x", "retry_after": -1}},
        {"problem": {"code": "not-found", "detail": "x", "retry_after": 10**9}},
        {"problem": {"code": "not-found", "detail": "x", "errors": [["a", "x" * 20_000]]}},
        {"problem": {"code": "not-found", "detail": "x", "errors": [["a"]]}},
        {"problem": {"code": "not-found", "detail": "x"}, "result": "5901"},
        {"problem": "x"},
        [],
        None,
    ],
)
def test_an_outcome_is_an_answer_or_a_problem_of_a_switch(outcome: Any) -> None:
    with pytest.raises(ValidationError):
        Outcome.model_validate_json(json.dumps(outcome))


@pytest.mark.parametrize("code", ["switch-busy", "unauthorized", "internal"])
def test_a_problem_that_only_a_newer_link_knows_is_passed_on_and_nobody_knows_what_was_done(code: str) -> None:
    told = {"problem": {"code": code, "detail": "It is full.", "retry_after": 7, "members": {"more": 1}}}
    with pytest.raises(SwitchUnreachable, match=f"says {code}: It is full") as caught:
        calls.result(an_asked("park"), Outcome.model_validate_json(json.dumps(told)))
    assert (caught.value.unsent, caught.value.retry_after, caught.value.members) == (False, 7, {"more": 1})


@pytest.mark.parametrize("seconds", [0, -1, 121, "x", None, float("inf")])
def test_a_command_has_a_time(seconds: Any) -> None:
    given_ = {"command_uuid": NOBODY, "switch_uuid": NOBODY, "switch_name": "pbx1", "asked": {"call": "status"}}
    with pytest.raises(ValidationError):
        Command.model_validate({**given_, "seconds": seconds})


def test_what_a_newer_release_says_besides_is_passed_over() -> None:
    asked = an_asked("park")
    more = {**asked.arguments["domain"], "of_tomorrow": 1}  # type: ignore[dict-item]
    assert (
        calls.arguments(asked.model_copy(update={"arguments": {**asked.arguments, "domain": more}}))["domain"] == HOME
    )
