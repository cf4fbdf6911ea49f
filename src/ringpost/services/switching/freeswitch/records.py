"""Call records as a FreeSWITCH hands them in."""

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.call import CallOrder, Leg, RecordedTo
from ringpost.model.cause import ANSWERED_ELSEWHERE
from ringpost.model.domain import Domain
from ringpost.model.errors import InvalidRequest, NotFound
from ringpost.services.records import joining
from ringpost.services.switching import meters
from ringpost.store import keys
from ringpost.switch.freeswitch import cdr

_A_DAY = 86_400


def taken(context: Context, body: bytes, query_uuid: str | None) -> tuple[str, bool]:
    """Take the record of one leg: its uuid, and whether it was kept.

    One that belongs to no domain, or is older than its domain keeps records, is not: nor need the switch keep it.
    """
    post = cdr.read(body)
    leg = post.leg
    if query_uuid is not None and query_uuid.lower() != leg.xml_cdr_uuid:
        raise InvalidRequest("the uuid in the address is not the one in the record", parameter="uuid")
    domain = _domain(context, post.domain_uuid, post.domain_name)
    if domain is None:
        return leg.xml_cdr_uuid, False
    if seconds(leg.start_stamp) > seconds(context.now) + _A_DAY:
        raise InvalidRequest("this call begins tomorrow or later: is the switch's clock right?")
    if joining.is_past(context, domain, leg.start_stamp):
        return leg.xml_cdr_uuid, False
    if post.placed_call is not None:
        return leg.xml_cdr_uuid, _taken_of_a(context, domain, post, post.placed_call)
    order = meters.ended(context, domain.domain_uuid, leg.xml_cdr_uuid)
    marks = joining.Marks(order.external_id, order.tags) if order else joining.Marks()
    leg = _with_recording(context, domain, joining.with_own_extension(context, domain.domain_uuid, leg))
    joining.record(context, domain, [leg], marks)
    return leg.xml_cdr_uuid, True


def _taken_of_a(context: Context, domain: Domain, post: cdr.Post, call_uuid: str) -> bool:
    """Take how one of A's phones ended in a call we placed: the one that answered was A.

    As one ended that did not answer A may have ended, until another answers or more is known. Whether it was kept: of a
    phone that was too late it is not.
    """
    order = context.store.get(keys.order(domain.domain_uuid, call_uuid), CallOrder)
    if order is None or post.leg.hangup_cause in ANSWERED_ELSEWHERE:
        return False
    if post.is_last:
        meters.stop(context, order)
    leg = post.leg.model_copy(update={"xml_cdr_uuid": call_uuid, "heard": post.leg.answer_stamp is None})
    leg = _with_recording(context, domain, joining.with_own_extension(context, domain.domain_uuid, leg))
    joining.record(context, domain, [leg], joining.Marks(order.external_id, order.tags))
    return True


def _domain(context: Context, domain_uuid: str | None, domain_name: str | None) -> Domain | None:
    """The domain a leg is marked with. A name may be somebody else's: then the leg is nobody's here."""
    if domain_uuid is None:
        found = context.store.get(keys.domain_name(domain_name), Domain) if domain_name else None
        return None if found is None or found.deleting else found
    found = context.store.get(keys.domain(domain_uuid), Domain)
    if found is None or found.deleting:
        raise NotFound("domain not found")
    return found


def _with_recording(context: Context, domain: Domain, leg: Leg) -> Leg:
    """The leg with where it was recorded: first by the switch itself, or as was asked for through here."""
    partition, place = keys.recordings_of_leg(domain.domain_uuid, leg.xml_cdr_uuid)
    asked_for = [one.path for _, one in context.store.everything(partition, RecordedTo, between=place)]
    paths = tuple(dict.fromkeys([*([leg.record_path] if leg.record_path else []), *asked_for]))
    if not asked_for:
        return leg
    recorded = {"record_path": paths[0], "record_name": paths[0].rpartition("/")[2]}
    return leg.model_copy(update=recorded | ({"record_paths": paths} if len(paths) > 1 else {}))
