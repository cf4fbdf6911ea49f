"""Taking the record of one leg as a switch hands it in, whatever its kind."""

from collections.abc import Sequence

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.call import Call, CallOrder, Leg, RecordedTo
from ringpost.model.domain import Domain
from ringpost.model.errors import InvalidRequest, NotFound
from ringpost.services.records import joining
from ringpost.services.switching import meters
from ringpost.store import keys

_A_DAY = 86_400


def domain_of(context: Context, domain_uuid: str | None, domain_name: str | None) -> Domain | None:
    """The domain a leg is marked with. A name may be somebody else's: then the leg is nobody's here."""
    if domain_uuid is None:
        found = context.store.get(keys.domain_name(domain_name), Domain) if domain_name else None
        return None if found is None or found.deleting else found
    found = context.store.get(keys.domain(domain_uuid), Domain)
    if found is None or found.deleting:
        raise NotFound("domain not found")
    return found


def is_kept(context: Context, domain: Domain, leg: Leg) -> bool:
    """Whether a leg is of the days a domain keeps; one that is still to come is refused."""
    if seconds(leg.start_stamp) > seconds(context.now) + _A_DAY:
        raise InvalidRequest("this call begins tomorrow or later: is the switch's clock right?")
    return not joining.is_past(context, domain, leg.start_stamp)


def take(context: Context, domain: Domain, leg: Leg, *beside: Leg) -> Call:
    """Take a leg into the record of its call; one that was placed through here runs no more.

    ``beside`` is what it says of others that are in the same call.
    """
    order = meters.ended(context, domain.domain_uuid, leg.xml_cdr_uuid)
    return _recorded(context, domain, leg, order, beside)


def take_of_a(context: Context, domain: Domain, leg: Leg, call_uuid: str, *, is_last: bool) -> bool:
    """Take how one of A's phones ended in a call we placed: A is told of by it, as far as was heard.

    Whether it was: nobody has ordered such a call otherwise. ``is_last``: no other phone of A can answer any more.
    """
    order = context.store.get(keys.order(domain.domain_uuid, call_uuid), CallOrder)
    if order is None:
        return False
    if is_last:
        meters.stop(context, order)
    leg = leg.model_copy(update={"xml_cdr_uuid": call_uuid, "heard": leg.answer_stamp is None})
    _recorded(context, domain, leg, order)
    return True


def _recorded(context: Context, domain: Domain, leg: Leg, order: CallOrder | None, beside: Sequence[Leg] = ()) -> Call:
    marks = joining.Marks(order.external_id, order.tags) if order else joining.Marks()
    leg = _with_recording(context, domain, joining.with_own_extension(context, domain.domain_uuid, leg))
    return joining.record(context, domain, [leg, *beside], marks)


def _with_recording(context: Context, domain: Domain, leg: Leg) -> Leg:
    """The leg with where it was recorded: first by the switch itself, or as was asked for through here."""
    partition, place = keys.recordings_of_leg(domain.domain_uuid, leg.xml_cdr_uuid)
    asked_for = [one.path for _, one in context.store.everything(partition, RecordedTo, between=place)]
    paths = tuple(dict.fromkeys([*([leg.record_path] if leg.record_path else []), *asked_for]))
    if not asked_for:
        return leg
    recorded = {"record_path": paths[0], "record_name": paths[0].rpartition("/")[2]}
    return leg.model_copy(update=recorded | ({"record_paths": paths} if len(paths) > 1 else {}))
