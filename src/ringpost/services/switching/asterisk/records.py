"""Call records of an Asterisk: as its link has heard them, or its hang-up handler posts them, or both."""

from ringpost.context import Context
from ringpost.model.call import Leg
from ringpost.model.cause import ANSWERED_ELSEWHERE
from ringpost.model.domain import Domain
from ringpost.services.switching import leg_records
from ringpost.switch.asterisk import cdr


def taken(context: Context, body: bytes) -> tuple[str, bool]:
    """Take the record of one leg: its uuid, and whether it was kept.

    One is not that belongs to no domain, is older than its domain keeps records, or is inside the switch, where nobody
    speaks.
    """
    post = cdr.read(body)
    domain = leg_records.domain_of(context, post.domain_uuid, post.domain_name) if post.leg else None
    if post.leg is None or domain is None or not leg_records.is_kept(context, domain, post.leg):
        return post.leg_uuid, False
    if post.placed_call is not None and post.placed_call != post.leg_uuid:
        return post.leg_uuid, _taken_of_a(context, domain, post.leg, post.placed_call)
    leg_records.take(context, domain, post.leg)
    return post.leg_uuid, True


def _taken_of_a(context: Context, domain: Domain, phone: Leg, call_uuid: str) -> bool:
    """Take how one of A's phones ended in a call we placed, if that is why A was not reached.

    One that has answered tells nothing: A has a record of its own, of the pair for which its phones were rung.
    """
    if phone.answer_stamp is not None or phone.hangup_cause in ANSWERED_ELSEWHERE:
        return False
    a = {"leg": "a", "originating_leg_uuid": None, "missed_call": False, "destination_number": phone.caller_destination}
    leg = phone.model_copy(update={**a, "source_number": phone.extension or phone.destination_number})
    return leg_records.take_of_a(context, domain, leg, call_uuid, is_last=False)
