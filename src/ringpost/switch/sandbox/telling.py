"""What is told of a call of the sandbox that was acted out: its legs, and what a switch would have told of them."""

from ringpost.clock import stamp
from ringpost.model.call import EndedBy, Leg
from ringpost.model.notices import Notice, What
from ringpost.switch.sandbox.play import AT_ONCE, TOO_LATE, Party, Play, Queued

_FIRST: dict[What, int] = {"room_left": -3000, "sent": -2000, "consults": -2000, "put_through": -1}
"""Where what is told of one moment stands; the rest comes behind what became of the parties."""
_MANY = 1000
"""More than a call has queues behind it, or legs."""
_REFUSES = ("USER_BUSY", "CALL_REJECTED")


def legs(play: Play) -> list[Leg]:
    """The legs it will have had, if nothing more is done to it."""
    return [
        _leg(play, party, is_first=place == 0)
        for place, party in enumerate(play.parties)
        if place == 0 or party.start < party.ends
    ]


def notices(play: Play) -> list[Notice]:
    """What a switch would have told of it, in order."""
    order = play.script.order
    told: list[tuple[float, float, Notice]] = []
    for place, party in enumerate(play.parties):
        if place and party.start >= party.ends:
            continue
        for at, what in _moments(party):
            is_last = what == "ended" and party.left == TOO_LATE  # another one has answered before
            told.append((at, place + len(play.parties) * is_last, _notice(play, party, what, at)))
    for at, what, party, about in play.turned:
        ends_with_it = at == party.ends and about.get("timed_out", False)
        if at < party.ends or ends_with_it or what == "consults":  # it may hang up in the same moment
            notice = _notice(play, party, what, at).model_copy(update=about)
            told.append((at, -1 if ends_with_it else _FIRST.get(what, len(play.parties)), notice))
    for place, one in enumerate(play.queued):
        told += _of_queue(play, one, place)
    told.sort(key=lambda one: (one[0], one[1]))
    return [
        notice.model_copy(update={"core": order.call_uuid, "sequence": number})
        for number, (_, _, notice) in enumerate(told, 1)
    ]


def _of_queue(play: Play, one: Queued, place: int) -> list[tuple[float, float, Notice]]:
    """What a switch tells of a queue: that somebody joins it, and why he leaves if nobody has taken the call.

    Of what happens in one moment these come first: out of one queue before into the next.
    """
    if one.joins > one.caller.ends:
        return []
    joins, leaves = 2 * place - _MANY, 2 * place - _MANY + 1
    joined = _notice(play, one.caller, "queued", one.joins).model_copy(update={"queue_uuid": one.queue_uuid})
    found: list[tuple[float, float, Notice]] = [(one.joins, joins, joined)]
    if one.because not in ("answered", "abandoned") and one.leaves <= one.caller.ends:
        why = {"queue_uuid": one.queue_uuid, "left_because": one.because}
        found.append((one.leaves, leaves, _notice(play, one.caller, "unqueued", one.leaves).model_copy(update=why)))
    return found


def _moments(party: Party) -> list[tuple[float, What]]:
    """What becomes of a party, and when. Who is busy at once does not ring."""
    found: list[tuple[float, What]] = [(party.start, "made")]
    if party.fate.after > AT_ONCE and party.ends > party.start and not party.calls:
        found.append((party.start, "ringing"))
    if party.answered is not None:
        found.append((party.answered, "answered"))
    return [*found, (party.ends, "ended")]


def _notice(play: Play, party: Party, what: What, at: float) -> Notice:
    order, answered = play.script.order, party.answered
    cause, _ = _why_ended(play, party)
    return Notice(
        what=what,
        at=stamp(at),
        domain_uuid=order.domain_uuid,
        leg_uuid=party.leg_uuid,
        source_uuid=party.source,
        start_stamp=stamp(party.start),
        answer_stamp=stamp(answered) if answered is not None and answered <= at else None,
        extension=party.number if party.number in play.script.extensions else None,
        number=party.number,
        caller_id_number=order.caller_id_number,
        caller_id_name=_name_shown(play, party),
        dialled=order.destination_b,
        cause=cause if what == "ended" else None,
        hung_up=what == "ended" and _hangs_up(play, party),
        placed=party is play.parties[0] and not party.calls,
        agent_uuid=party.agent_uuid,
        ended_by=_ended_by(play, party) if what == "ended" else None,
    )


def _name_shown(play: Play, party: Party) -> str:
    """The caller's name, behind what was called."""
    order = play.script.order
    if not party.name_prefix:
        return order.caller_id_name
    return f"{party.name_prefix} {order.caller_id_name or order.caller_id_number}"


def _hangs_up(play: Play, party: Party) -> bool:
    """Who is called last hangs up when all is said, or refuses; nobody else, if it is the switch that ends it."""
    if play.queued and play.line == [play.queued[-1].caller]:
        return play.gave_up and party is play.line[0]
    is_last = bool(play.line) and party is play.line[-1]
    does = party.answered is not None or party.fate.cause in _REFUSES
    return is_last and does and not play.was_hung_up and not play.was_sent_away and play.slot is None


def _ended_by(play: Play, party: Party) -> EndedBy:
    """Who ended a party's leg: an action that of the first who was on the line then."""
    if play.was_hung_up and play.line and party is play.line[0]:
        return "api"
    if play.gave_up and party is play.parties[0]:
        return "party"
    return "party" if _hangs_up(play, party) else "switch"


def _why_ended(play: Play, party: Party) -> tuple[str, int]:
    """Why a party's leg ended, in FreeSWITCH's word and as Q.850 has it."""
    if party.left:
        return party.left
    return (play.cause, play.q850) if party in play.line else ("NORMAL_CLEARING", 16)


def _leg(play: Play, party: Party, *, is_first: bool) -> Leg:
    order, answered = play.script.order, party.answered
    cause, q850 = _why_ended(play, party)
    return Leg(
        xml_cdr_uuid=party.leg_uuid,
        leg="a" if is_first else "b",
        start_stamp=stamp(party.start),
        answer_stamp=None if answered is None else stamp(answered),
        end_stamp=stamp(party.ends),
        duration=int(party.ends) - int(party.start),
        billsec=0 if answered is None else int(party.ends) - int(answered),
        hangup_cause=cause,
        hangup_cause_q850=q850,
        caller_id_name=_name_shown(play, party),
        caller_id_number=order.caller_id_number,
        caller_destination=order.destination_b,
        source_number=play.caller,
        destination_number=order.destination_b if is_first else party.number,
        bridge_uuid=party.spoke_to,
        originating_leg_uuid=None if is_first else order.call_uuid,
        waited=any(one.caller is party for one in play.queued),
        ended_by=_ended_by(play, party),
    )
