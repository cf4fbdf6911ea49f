"""The lines to the switches: which one a domain's calls are on, and asking it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Conflict, Problem, SwitchUnreachable
from ringpost.model.switch import SwitchRecord
from ringpost.services.switching.sandbox_calls import SandboxCalls
from ringpost.services.tenants.switches import BUILT_IN
from ringpost.store import keys
from ringpost.switch import CALL_ACTIONS, QUEUE_ACTIONS, Switch
from ringpost.switch.sandbox.play import has_phone


def to(context: Context, switch: SwitchRecord) -> Switch:
    """The line to a switch."""
    return context.line(switch, SandboxCalls(context))


def of(context: Context, domain: Domain) -> Switch:
    """The line to the switch a domain's calls are on; refused if it cannot do what the action is for."""
    line = to(context, _record(context, domain))
    if context.action in (*CALL_ACTIONS, *QUEUE_ACTIONS) and not can(line, context.action):
        raise CannotComply(
            f"the domain's switch cannot do {context.action}: its capabilities, in switch-status, are all"
        )
    return line


def can(line: Switch, action: str) -> bool:
    """Whether a switch can do what an action is for."""
    return action in line.capabilities


def registered(line: Switch, domain: Domain) -> Callable[[str], bool]:
    """Whether an extension has a phone: its switch is asked; in the sandbox its number says so."""
    if line.is_sandbox:
        return has_phone
    return frozenset(phone.extension for phone in line.registrations(domain)).__contains__


def _record(context: Context, domain: Domain) -> SwitchRecord:
    if domain.switch_uuid is None:
        return BUILT_IN
    switch = context.store.get(keys.switch(domain.switch_uuid), SwitchRecord)
    if switch is None or not switch.enabled:
        remedy = "gone: the operator gives the domain another one, with domain-update"
        if switch is not None:
            remedy = "disabled: the operator enables it, with switch-update"
        raise CannotComply(f"the domain's switch is {remedy}")
    return switch


@contextmanager
def once(context: Context, switch: Switch, target_uuid: str) -> Iterator[None]:
    """Act on a switch, at most once under an idempotency key.

    The key is claimed before the switch hears of it, and given back if the switch said no. If nobody knows
    what became of it, the key stays taken: only the caller can look, and decide.
    """
    if context.claim is None or switch.is_sandbox:
        yield
        return
    if context.claim.earlier_call is not None:
        raise Conflict(
            "the first request with this idempotency key was not finished: see what it did, then use a new one"
        )
    context.store.stage(*context.claim.take(target_uuid))
    context.commit()
    try:
        yield
    except Problem as problem:
        if was_not_done(problem):
            context.store.stage(context.claim.release())
            context.commit()
        raise


def was_not_done(problem: Problem) -> bool:
    """Whether a switch has certainly not done what it was told: it said no, or never heard of it."""
    return not isinstance(problem, SwitchUnreachable) or problem.unsent


def afterwards(
    context: Context, domain_uuid: str, action: str, do: Callable[[Switch, Domain], object], *, built_in: bool = False
) -> None:
    """Tell the domain's switch once all is written, as an action would.

    One that cannot do it is not told; nor is the built-in sandbox, but of what it plays (``built_in``).
    """
    domain = context.store.get(keys.domain(domain_uuid), Domain)
    if domain is None or (domain.switch_uuid is None and not built_in):
        return

    context.afterwards.append(partial(tell, context, domain, action, do))


def tell(context: Context, domain: Domain, action: str, do: Callable[[Switch, Domain], object]) -> None:
    """Tell the domain's switch, now; one that cannot do that action is not told."""
    line = of(context, domain)
    if can(line, action):
        do(line, domain)
