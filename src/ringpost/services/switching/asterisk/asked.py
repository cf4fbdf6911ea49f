"""What an Asterisk asks, looked up: who may register, whose box it is, and where a dialled number leads."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.extension import Extension
from ringpost.model.route import Ringing
from ringpost.services.numbers import emergency, numbering, queue_orders, routing
from ringpost.services.switching import dialling
from ringpost.switch import deciding
from ringpost.switch.asterisk import plan, realtime
from ringpost.switch.asterisk.marks import PHONES, PLAN
from ringpost.switch.asterisk.plan import Caller
from ringpost.switch.deciding import Looked

Q = TypeVar("Q", bound=Looked)


class Text(NamedTuple):
    """What a switch is answered, and the headers that say what decided it, and what it was read from."""

    body: bytes
    headers: dict[str, str]


def row(context: Context, table: str, body: bytes) -> Text:
    """The row that res_config_curl asks for; nothing where there is none."""
    dialling.for_switches_only(context)
    return _answered(context, realtime.Asked.read(table, body), _row)


def route(context: Context, body: bytes) -> Text:
    """The steps for a number that was dialled; nothing where it leads nowhere."""
    dialling.for_switches_only(context)
    return _answered(context, plan.Asked.read(body), _route)


def _answered(context: Context, asked: Q, answer: Callable[[Context, Q], bytes]) -> Text:
    words = context.store.note_reading()
    body = answer(context, asked)
    read_from = deciding.read_from(words, context.store.domains)
    return Text(body, {deciding.DECIDED_BY: asked.decided_by, deciding.READ_FROM: read_from})


def _row(context: Context, asked: realtime.Asked) -> bytes:
    done = asked.done
    if done is not None:
        return done
    for table, of in _TABLES.items():
        if asked.says(realtime.TABLE, f"{table}/single"):
            return of(context, asked)
    return realtime.NOTHING


def _endpoint(context: Context, asked: realtime.Asked) -> bytes:
    found = _phone(context, asked)
    return realtime.endpoint(*found) if found else realtime.NOTHING


def _aor(context: Context, asked: realtime.Asked) -> bytes:
    found = _phone(context, asked)
    return realtime.aor(*found) if found else realtime.NOTHING


def _auth(context: Context, asked: realtime.Asked) -> bytes:
    found = _phone(context, asked)
    account = dialling.account(context, found[1]) if found else None
    return realtime.auth(found[0], *account) if found and account else realtime.NOTHING


def _phone(context: Context, asked: realtime.Asked) -> tuple[Domain, Extension] | None:
    """The extension that is asked for by its account; an id that is none's form costs the store nothing."""
    account = asked.account()
    domain = dialling.domain(context, account[1]) if account else None
    if account is None or domain is None:
        return None
    extension = numbering.extension(context, domain.domain_uuid, account[0])
    return (domain, extension) if extension and extension.enabled else None


def _alias(context: Context, asked: realtime.Asked) -> bytes:
    name = asked.alias()
    domain = dialling.domain(context, name) if name else None
    return realtime.alias(name, domain) if name and domain else realtime.NOTHING


def _voicemail(context: Context, asked: realtime.Asked) -> bytes:
    place = asked.box()
    domain = dialling.domain(context, place[1]) if place else None
    box = dialling.box(context, domain, place[0]) if place and domain else None
    return realtime.voicemail(domain, *box) if domain and box else realtime.NOTHING


_TABLES: dict[str, Callable[[Context, realtime.Asked], bytes]] = {
    "ps_endpoints": _endpoint,
    "ps_auths": _auth,
    "ps_aors": _aor,
    "ps_domain_aliases": _alias,
    "voicemail": _voicemail,
}


def _route(context: Context, asked: plan.Asked) -> bytes:
    if asked.says("where", plan.PUBLIC):
        number = asked.number
        inbound = routing.inbound(context, number) if number else None
        return plan.called_from_outside(number, inbound) if inbound else plan.NOTHING
    if asked.says("where", PHONES):
        return _phones(context, asked)
    return _dialled(context, asked) if asked.says("where", PLAN) else plan.NOTHING


def _phones(context: Context, asked: plan.Asked) -> bytes:
    """The phones of a member of a ring group or a queue, or of A of a placed call: forwarded or not, they ring.

    An agent's leg says whose it is: that one may have logged out by the time it is told of.
    """
    member, domain = asked.member, dialling.domain_of(context, asked.domain_uuid) if asked.domain_uuid else None
    if member is None or domain is None:
        return plan.NOTHING
    extension = numbering.extension(context, domain.domain_uuid, member.number)
    if extension is not None and extension.enabled:
        is_rung_for_a_queue = member.is_of_a_queue and not asked.placed_call
        agent = queue_orders.agent_at(context, domain.domain_uuid, member.number) if is_rung_for_a_queue else None
        whose = agent.agent_uuid if agent else None
        return plan.phones(domain, Ringing(member.number, None, 0, 0, extension), member, asked.placed_call, whose)
    way = routing.outside(domain, member.number, in_sandbox=False)
    if extension is not None or way is None or emergency.is_emergency(domain, member.number):
        return plan.NOTHING
    return plan.phones(domain, Ringing(member.number, way.gateway, 0, 0), member, "")


def _dialled(context: Context, asked: plan.Asked) -> bytes:
    number = asked.number
    domain = _domain(context, asked) if number else None
    if domain is None:
        return plan.NOTHING
    caller = _caller(context, domain, asked)
    if caller is None:
        return plan.NOTHING
    is_phone = asked.account is not None and not asked.has_dialled
    failed = asked.failed(number)
    found = routing.route(context, domain, number, from_a_phone=is_phone, passed=asked.passed, failed=failed)
    if found is None:
        return plan.NOTHING
    parties = dialling.parties(context, domain, found)
    return plan.dialled(domain, number, dialling.own(context, found, caller.extension), caller, parties=parties)


def _domain(context: Context, asked: plan.Asked) -> Domain | None:
    """The domain in whose plan a number was dialled: a phone's own, or the one the leg is marked with.

    A leg that is marked with another than its phone's goes nowhere.
    """
    account, marked = asked.account, asked.domain_uuid
    if account is None:
        return dialling.domain_of(context, marked) if marked else None
    domain = dialling.domain(context, account[1])
    return domain if domain and marked in ("", domain.domain_uuid) else None


def _caller(context: Context, domain: Domain, asked: plan.Asked) -> Caller | None:
    """Who dials; None if it is a phone whose extension is not there any more, or may not call."""
    account, number = asked.account, asked.get("extension")
    extension = numbering.extension(context, domain.domain_uuid, account[0] if account else number)
    if account and (extension is None or not extension.enabled):
        return None
    return Caller(
        extension=extension,
        direction=asked.direction,
        is_placed=bool(asked.placed_call),
        is_recorded=asked.has("recorded"),
        dialled=asked.dialled,
        has_dialled=asked.has_dialled,
        comes_again=asked.failed(asked.number) is not None,
        rest=asked.more(asked.number),
    )
