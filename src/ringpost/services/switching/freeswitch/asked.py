"""What a FreeSWITCH asks, looked up: who may register, and where a dialled number leads."""

from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.extension import Extension
from ringpost.model.queue import Queue
from ringpost.model.route import Emergency, Group, Messages, Outside, Queued, Room, Route, Slot
from ringpost.model.values import EXTENSION, is_number, is_uuid
from ringpost.services.numbers import numbering, queue_orders, routing
from ringpost.services.switching import dialling, links, queueing
from ringpost.store import keys
from ringpost.switch import deciding
from ringpost.switch.freeswitch import conferences, names, parking, queues, xml
from ringpost.switch.freeswitch.said import PUBLIC
from ringpost.switch.freeswitch.xml import Asked, Caller


class Document(NamedTuple):
    """What a switch is answered, and the headers that say what decided it, and what it was read from."""

    body: bytes
    headers: dict[str, str]


def answered(context: Context, body: bytes) -> Document:
    """The document a switch asks for with mod_xml_curl; "not found" sends it to its own files."""
    dialling.for_switches_only(context)
    asked, words = Asked.read(body), context.store.note_reading()
    document = _document(context, asked)
    read_from = deciding.read_from(words, context.store.domains)
    return Document(document, {deciding.DECIDED_BY: asked.decided_by, deciding.READ_FROM: read_from})


def _document(context: Context, asked: Asked) -> bytes:
    if asked.says("section", "directory"):
        return _directory(context, asked)
    if asked.says("section", "dialplan"):
        return _dialplan(context, asked)
    if asked.says("section", "configuration") and asked.says("key_value", queues.CONFIGURATION):
        return _callcenter(context, asked)
    return xml.not_found()


def _callcenter(context: Context, asked: Asked) -> bytes:
    """One queue, if it is asked for; or who is an agent, when the switch starts: it asks for each queue later.

    A queue that is disabled is there still, for those who wait in it.
    """
    if not asked.has("CC-Queue"):
        return xml.callcenter([], _members(context))
    named = queues.named(asked.get("CC-Queue"))
    domain = dialling.domain_of(context, named[1]) if named else None
    queue = context.store.get(keys.queue(domain.domain_uuid, named[0]), Queue) if domain and named else None
    return xml.callcenter([queue]) if queue else xml.not_found()


def _members(context: Context) -> dict[str, list[queues.AgentIsHere]] | None:
    """All who may be rung in the queues of a switch; None: it is no switch that asks, but an operator."""
    found: dict[str, list[queues.AgentIsHere]] = {}
    for switch_uuid in sorted(context.actor.switches or ()):
        for _, domain in context.store.everything(keys.domains_of_switch(switch_uuid), Domain):
            if dialling.domain_of(context, domain.domain_uuid) is not None:
                all_queues = queueing.everything(context, domain.domain_uuid)
                found |= queues.members(domain, [queue_orders.of(context, queue) for queue in all_queues])
    return found if context.actor.switches else None


def _directory(context: Context, asked: Asked) -> bytes:
    """A user with what its phone needs, or a domain by itself.

    Gateways and networks are the switch's own business, and so is every other purpose.
    """
    name = asked.get("domain", "key_value")
    if asked.has("purpose") or (asked.has("user") and not asked.is_for_a_user):
        return xml.not_found()
    domain = dialling.domain(context, name)
    if domain is None:
        return xml.not_found()
    if not asked.has("user"):
        return xml.directory(domain, name)
    user = _user(context, domain, asked, name, asked.get("user").lower()) if _is_for_itself(asked, domain) else None
    return xml.not_found() if user is None else xml.directory(domain, name, user)


def _user(context: Context, domain: Domain, asked: Asked, realm: str, number: str) -> Element | None:
    extension = numbering.extension(context, domain.domain_uuid, number)
    if extension is None:
        return None if asked.is_a_phones else _box(context, domain, realm, number)
    account = dialling.account(context, extension)
    if account is None:
        return None
    found = xml.user(domain, extension, realm, account.password, _messages(context, domain, number))
    if asked.placed_call:
        return xml.placed(found, domain, asked.placed_call)
    return xml.recorded(found, domain) if extension.records(asked.may_be_recorded) else found


def _box(context: Context, domain: Domain, realm: str, number: str) -> Element | None:
    """A voicemail box that has no extension's number: voicemail asks for its PIN as it does for a user's."""
    messages = _messages(context, domain, number)
    return xml.box(domain, number, realm, messages) if messages else None


def _is_for_itself(asked: Asked, domain: Domain) -> bool:
    """Whether a phone registers, or asks what others do, in the domain it logs in to.

    FreeSWITCH compares the names and not the domains: it would let 100 of one be registered as 100 of another.
    """
    if not asked.has("sip_auth_method") or asked.says("sip_auth_method", "INVITE"):
        return True
    return asked.get("sip_to_host").lower() == domain.domain_name


def _messages(context: Context, domain: Domain, number: str) -> xml.Messages | None:
    """The voicemail box of a number with its PIN, if it takes messages."""
    found = dialling.box(context, domain, number)
    return xml.Messages(*found) if found else None


def _dialplan(context: Context, asked: Asked) -> bytes:
    place = asked.get("Hunt-Context", "Caller-Context")
    number = asked.get("Hunt-Destination-Number", "Caller-Destination-Number")
    if not is_number(number):
        return xml.not_found()
    if place == PUBLIC:
        inbound = routing.inbound(context, number)
        return xml.called_from_outside(place, number, inbound, _stranger(asked)) if inbound else xml.not_found()
    domain = dialling.domain(context, place)
    if domain is None or asked.get("variable_domain_uuid") not in ("", domain.domain_uuid):
        return xml.not_found()
    route = routing.route(
        context,
        domain,
        number,
        from_a_phone=asked.says("variable_sip_authorized", "true"),
        passed=asked.passed,
        failed=asked.failed(number),
    )
    if route is None:
        return xml.led_back(place, number, asked.consults) if asked.consults else xml.not_found()
    caller = _caller(context, domain, asked, route, number)
    parties = dialling.parties(context, domain, route)
    return xml.dialled(place, domain, number, dialling.own(context, route, caller.extension), caller, parties=parties)


def _needs_its_caller(route: Route) -> bool:
    """Whether it is for that extension what a number leads to: who does not show itself there is as good as another."""
    match route:
        case Outside() | Emergency():
            return True
        case Messages(own=own):
            return own
        case Group(group):
            return bool((group.ring_group_cid_name_prefix or "").strip())
        case _:
            return False


def _caller(context: Context, domain: Domain, asked: Asked, route: Route, number: str) -> Caller:
    """Who dials, as the directory and our own originate have marked the leg.

    It is looked up if it matters who, or if the leg does not carry the rest: an earlier release's entry had none of it.
    """
    is_looked_up = _needs_its_caller(route) or not asked.has(f"variable_{xml.NUMBER}")
    uuid = asked.get("variable_extension_uuid").lower() if is_looked_up else ""
    extension = context.store.get(keys.extension(domain.domain_uuid, uuid), Extension) if is_uuid(uuid) else None
    shown = asked.get("variable_origination_caller_id_number") if asked.has("variable_ringpost_b") else ""
    shows_name = names.posted(asked.get("variable_origination_caller_id_name")) if shown else ""
    own_name = (extension.effective_caller_id_name or extension.extension) if extension else ""
    return _stranger(asked)._replace(
        extension=extension,
        is_ours=not is_looked_up and asked.is_ours,
        records="" if is_looked_up else asked.get(f"variable_{xml.RECORDS}"),
        direction=asked.get("variable_call_direction") or ("inbound" if asked.is_from_outside else ""),
        shows_number=shown if is_number(shown) else "",
        shows_name=shows_name,
        own_name=shows_name or own_name,
        is_recorded=asked.is_recorded,
        dialled=dialled if is_number(dialled := asked.get("variable_ringpost_dialled")) else "",
        reached=asked.reached,
        has_spoken=asked.has("variable_bridge_uuid"),
        took=asked.took,
        came_from=asked.came_from,
        left_queue=asked.left_queue(number) if isinstance(route, Queued) else None,
        consults=asked.consults,
        leg_uuid=asked.leg_uuid,
        by_phone=asked.has("variable_sip_refer_to"),
        has_timed_out=asked.has(f"variable_{parking.TIMED_OUT}"),
        invitation=asked.get(f"variable_{conferences.INVITED}") if isinstance(route, Room) else "",
        **(_parked(context, domain, asked, route) if isinstance(route, Slot) else {}),
    )


def _parked(context: Context, domain: Domain, asked: Asked, route: Slot) -> dict[str, Any]:
    """Of who comes to a parking slot: whether it is to wait there, and to whom it comes back when the time is over.

    An action has said whose call it was; of a phone that has sent the other one there it is looked up in what was told.
    """
    found: dict[str, Any] = {"parks": asked.has(f"variable_{parking.PARKS}")}
    if not parking.comes_back(route.lot, route.on_timeout):
        return found
    said = asked.get(f"variable_{parking.PARKED_BY}")
    if not EXTENSION.fullmatch(said) and asked.has("variable_sip_refer_to"):
        partner = asked.get("variable_bridge_uuid").lower()
        call = links.call_of(context, domain.domain_uuid, partner) if is_uuid(partner) else None
        leg = call.leg(partner) if call else None
        said = (leg.extension if leg else None) or ""
    return {**found, "parked_by": said if EXTENSION.fullmatch(said) else None}


def _stranger(asked: Asked) -> Caller:
    """Whoever calls, as SIP says who that is: asked for only where a name is shown, for it is another each time."""
    return Caller(
        sip_name=lambda: asked.get("Caller-Caller-ID-Name"),
        prefix=names.posted(asked.get("variable_ringpost_prefix")),
    )
