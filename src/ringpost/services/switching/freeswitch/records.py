"""Call records as a FreeSWITCH hands them in."""

from ringpost.context import Context
from ringpost.model.cause import ANSWERED_ELSEWHERE
from ringpost.model.domain import Domain
from ringpost.model.errors import InvalidRequest
from ringpost.services.switching import leg_records
from ringpost.switch.freeswitch import cdr


def taken(context: Context, body: bytes, query_uuid: str | None) -> tuple[str, bool]:
    """Take the record of one leg: its uuid, and whether it was kept.

    One that belongs to no domain, or is older than its domain keeps records, is not: nor need the switch keep it.
    """
    post = cdr.read(body)
    leg = post.leg
    if query_uuid is not None and query_uuid.lower() != leg.xml_cdr_uuid:
        raise InvalidRequest("the uuid in the address is not the one in the record", parameter="uuid")
    domain = leg_records.domain_of(context, post.domain_uuid, post.domain_name)
    if domain is None or not leg_records.is_kept(context, domain, leg):
        return leg.xml_cdr_uuid, False
    if post.placed_call is not None:
        return leg.xml_cdr_uuid, _taken_of_a(context, domain, post, post.placed_call)
    leg_records.take(context, domain, leg, *([post.beside] if post.beside else []))
    return leg.xml_cdr_uuid, True


def _taken_of_a(context: Context, domain: Domain, post: cdr.Post, call_uuid: str) -> bool:
    """Take how one of A's phones ended in a call we placed: the one that answered was A.

    As one ended that did not answer A may have ended, until another answers or more is known. Whether it was kept: of a
    phone that was too late it is not.
    """
    if post.leg.hangup_cause in ANSWERED_ELSEWHERE:
        return False
    return leg_records.take_of_a(context, domain, post.leg, call_uuid, is_last=post.is_last)
