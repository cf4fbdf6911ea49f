"""A call of the switch port as data: what travels to a link and back.

What a call takes and answers is read from the port itself (``ringpost.switch.Switch``), on both sides with the same
models: a method that is added there travels. What is not there does not, nor does a value its annotation refuses.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from functools import cache
from typing import Annotated, Any, NamedTuple, Self, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError, model_validator
from pydantic_core import to_json

from ringpost import switch as port
from ringpost.model.call import CallOrder, Leg
from ringpost.model.conference import LiveRoom, ParticipantChange
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, NotFound, Problem, SwitchRefused, SwitchUnreachable
from ringpost.model.live import LiveCall, Registration
from ringpost.model.parking import ParkingPlace
from ringpost.model.queue import QueueOrder, WaitingCaller
from ringpost.model.record import Entity
from ringpost.model.switch import SwitchRecord, SwitchStatus
from ringpost.model.transfer import Consultation
from ringpost.model.values import Digits, ExtensionNumber, Number, Uuid

MOST_ASKED = 100_000
"""Bytes of the arguments of a call, as JSON."""
MOST_ANSWERED = 900_000
"""Bytes of what a call came to, as JSON: a request to the endpoint has at most 1 MiB."""
LONGEST = 120.0
"""Seconds a command may take."""
HERE = frozenset({"close", "foretold"})
"""Methods of the port that do not travel: who asks knows the answer."""

_TYPES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        CallOrder,
        Consultation,
        Domain,
        Leg,
        LiveCall,
        LiveRoom,
        ParkingPlace,
        QueueOrder,
        Registration,
        SwitchRecord,
        SwitchStatus,
        WaitingCaller,
    )
} | {
    "Sequence": Sequence,
    "Uuid": Uuid,
    "Digits": Digits,
    "Number": Number,
    "ExtensionNumber": ExtensionNumber,
    "ParticipantChange": ParticipantChange,
}
"""What the port's annotations name; there they are imported for mypy only, so that a cold start need not."""
_TRAVELS = {kind.code: kind for kind in (CannotComply, NotFound, SwitchRefused, SwitchUnreachable)}
"""The problems of the port. ``InvalidRequest`` and the like are between a caller and the endpoint."""
_MOST_SAID = 2000
"""Characters of a sentence."""
_MOST_ERRORS = 20
_MOST_BESIDE = 10_000
"""Bytes of what is answered beside a problem."""
ANSWERED_ANYWAY = frozenset({"error", "code", "status", "title", "detail", "errors", "request_id"})
"""Members that every problem is answered with: what comes from a link takes the place of none."""


class Raised(Entity):
    """A problem of the port, on its way to be raised again. One that only a newer link knows is unreachable."""

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{0,63}$", description=f"{', '.join(_TRAVELS)}; or a newer one")
    detail: str = Field(max_length=_MOST_SAID)
    errors: tuple[tuple[str, str], ...] = Field(default=(), max_length=_MOST_ERRORS, description="a parameter, and why")
    retry_after: int | None = Field(default=None, ge=0, le=3600, description="seconds")
    members: dict[str, JsonValue] = Field(default={}, description="what is answered beside")
    unsent: bool = Field(default=False, description="the switch cannot have heard what it was to do")

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """A problem as it travels. One that is none of the port's is nothing a switch has said: nobody knows more."""
        if problem.code not in _TRAVELS:
            return cls.of(SwitchUnreachable(f"the link could not tell what came of it: {problem.detail}"))
        detail = problem.detail[:_MOST_SAID].encode(errors="replace").decode()
        plain = cls(code=problem.code, detail=detail, unsent=isinstance(problem, SwitchUnreachable) and problem.unsent)
        try:
            whole = cls.model_validate(
                {
                    **plain.model_dump(),
                    "errors": problem.errors[:_MOST_ERRORS],
                    "retry_after": problem.retry_after,
                    "members": TypeAdapter(dict[str, Any]).dump_python(problem.members, mode="json"),
                }
            )
            whole.model_dump_json()
        except ValueError:  # the sentence travels, whatever there is beside it
            return plain
        return whole

    @model_validator(mode="after")
    def _is_of_the_port(self) -> Self:
        if self.unsent and _TRAVELS.get(self.code, SwitchUnreachable) is not SwitchUnreachable:
            raise ValueError("a switch that answers has heard it")
        if ANSWERED_ANYWAY & self.members.keys():
            raise ValueError("what is answered beside takes the place of nothing")
        if len(to_json([self.errors, self.members])) > _MOST_BESIDE:
            raise ValueError(f"what is answered beside has at most {_MOST_BESIDE} bytes")
        return self

    def problem(self) -> Problem:
        """What was raised on the other side. Of what is not known here nobody can say whether it was done."""
        kind, detail = _TRAVELS.get(self.code), self.detail
        if kind is None:
            kind, detail = SwitchUnreachable, f"its link, which is newer, says {self.code}: {detail}"
        made = kind(detail, errors=self.errors, retry_after=self.retry_after)
        made.members = dict(self.members)
        if isinstance(made, SwitchUnreachable):
            made.unsent = self.unsent
        return made


class Asked(Entity):
    """A call of the port."""

    call: str = Field(max_length=64, description="a method of the switch port")
    arguments: dict[str, JsonValue] = Field(default={}, description="its arguments, by their names")


class Outcome(Entity):
    """What a call came to: what it answered, or why not."""

    result: JsonValue = None
    problem: Raised | None = None

    @model_validator(mode="after")
    def _is_one_of_the_two(self) -> Self:
        if self.problem is not None and self.result is not None:
            raise ValueError("must be a result or a problem, not both")
        return self

    @classmethod
    def failed(cls, problem: Problem) -> Self:
        """It came to that problem."""
        return cls(problem=Raised.of(problem))


class Command(Entity):
    """A call of the port for the link of one switch. It is done at most once, or not at all after its time."""

    command_uuid: Uuid
    switch_uuid: Uuid
    switch_name: str = Field(max_length=63)
    asked: Asked
    seconds: Annotated[float, Field(gt=0, le=LONGEST)] = Field(
        description="how long whoever asks will wait; by the link's own clock, from when it arrives"
    )


class Answer(Entity):
    """What a command came to. Whoever takes it in checks that it is from that switch's link, the first, and in time."""

    command_uuid: Uuid
    switch_uuid: Uuid
    outcome: Outcome


class Signature(NamedTuple):
    """What a call takes and answers."""

    arguments: Mapping[str, TypeAdapter[Any]]
    result: TypeAdapter[Any]


@cache
def calls() -> Mapping[str, Signature]:
    """Every call that travels, by its name."""
    methods = inspect.getmembers(port.Switch, inspect.isfunction)
    return {name: _signature(name) for name, _ in methods if not name.startswith("_") and name not in HERE}


def asked(call: str, *values: Any, **named: Any) -> Asked:
    """A call of the port with those arguments. Raises ``TypeError`` for what is not on the port."""
    signature = calls().get(call)
    if signature is None:
        raise TypeError(f"{call} is no call of the switch port that travels")
    given = inspect.signature(getattr(port.Switch, call)).bind(None, *values, **named).arguments
    dumped = {name: of.dump_python(given[name], mode="json") for name, of in signature.arguments.items()}
    return Asked(call=call, arguments=dumped)


def arguments(asked: Asked) -> dict[str, Any]:
    """The arguments of a call that was asked, read. Raises ``SwitchRefused`` for what is not on the port."""
    signature = calls().get(asked.call)
    if signature is None:
        raise SwitchRefused(f"{asked.call!r} is no call a link does: is it of an older release than the endpoint?")
    for name in sorted(asked.arguments.keys() ^ signature.arguments.keys()):
        says = "needs" if name in signature.arguments else "takes no"
        raise SwitchRefused(f"{asked.call} {says} {name[:64]!r}: are link and endpoint of one release?")
    try:
        if _size(asked.arguments) > MOST_ASKED:
            raise SwitchRefused(f"the arguments of {asked.call} come to more than {MOST_ASKED} bytes")
        return {name: _read(of, asked.arguments[name]) for name, of in signature.arguments.items()}
    except ValueError as error:
        raise SwitchRefused(f"an argument of {asked.call} is none: {_why(error)}") from error


def answered(asked: Asked, result: Any) -> Outcome:
    """What a call has answered, as it travels. Raises ``SwitchRefused`` if that is too large, or no text."""
    try:
        outcome = Outcome(result=calls()[asked.call].result.dump_python(result, mode="json"))
        size = _size(outcome.result)
    except ValueError as error:  # half a surrogate, somewhere in what a switch has said
        raise SwitchRefused(f"what {asked.call} answers cannot be told: {_why(error)}") from error
    if size > MOST_ANSWERED:
        raise SwitchRefused(f"what {asked.call} answers comes to more than {MOST_ANSWERED} bytes")
    return outcome


def result(asked: Asked, outcome: Outcome) -> Any:
    """What a call came to: its answer, or its problem raised.

    Raises ``SwitchUnreachable`` for an answer that is none to this call: nobody knows what was done.
    """
    if outcome.problem is not None:
        raise outcome.problem.problem()
    try:
        if _size(outcome.result) > MOST_ANSWERED:
            raise SwitchUnreachable(f"what the link answered to {asked.call} is too large to be its answer")
        return _read(calls()[asked.call].result, outcome.result)
    except ValueError as error:
        says = f"what the link answered is no answer to {asked.call}: is it of another release? {_why(error)}"
        raise SwitchUnreachable(says) from error


def _signature(call: str) -> Signature:
    hints = get_type_hints(getattr(port.Switch, call), {**vars(port), **_TYPES}, include_extras=True)
    answers = _adapter(hints.pop("return"))
    return Signature({name: _adapter(kind) for name, kind in hints.items()}, answers)


def _adapter(kind: Any) -> TypeAdapter[Any]:
    """What reads one value. Text is no number here; records say themselves how they are read."""
    reads_itself = isinstance(kind, type) and (issubclass(kind, BaseModel) or is_dataclass(kind))
    return TypeAdapter(kind) if reads_itself else TypeAdapter(kind, config=ConfigDict(strict=True))


def _read(of: TypeAdapter[Any], value: JsonValue) -> Any:
    """A value that came as JSON, where a tuple is an array."""
    return of.validate_json(to_json(value, inf_nan_mode="null"))


def _size(value: JsonValue) -> int:
    return len(to_json(value))


def _why(error: ValueError) -> str:
    """What is wrong, in a few words and none of the caller's."""
    if not isinstance(error, ValidationError):
        return str(error)[:_MOST_SAID]
    first = error.errors(include_url=False, include_input=False)[0]
    return ": ".join((".".join(map(str, first["loc"])), first["msg"])).removeprefix(": ")[:_MOST_SAID]
