"""From what becomes of a call's legs to what became of its transfers: who was asked, who was put through.

One story on every kind of switch, and for transfers that a phone makes itself: of a switch only that somebody goes off
to ask is taken, that two talk again, and that two others talk now. The rest is what the legs did.
"""

import uuid
from collections.abc import Iterator
from typing import NamedTuple

from ringpost.model.notices import Notice, TrackedCall, TrackedLeg
from ringpost.model.transfer import Transfer, TransferStatus

_TOLD_AS: dict[TransferStatus, str] = {
    "ringback": "transfer.ringback",
    "answered": "transfer.answered",
    "completed": "transfer.completed",
    "cancelled": "transfer.cancelled",
    "abandoned": "transfer.abandoned",
}
_TRANSFERS = uuid.UUID("3c9a5b1e-6f1d-4d0b-9a57-72696e67706f")


class OfTransfer(NamedTuple):
    """Something to tell of a transfer: what, and about which leg."""

    type: str
    transfer: Transfer
    leg: TrackedLeg


def followed(call: TrackedCall, notice: Notice) -> tuple[TrackedCall, list[OfTransfer]]:
    """The call with its transfers as its legs are now, and what that is to be told as. Again: nothing more."""
    told: list[OfTransfer] = []
    call = _with_unheard(call)
    open_now = (_gone_on(call, one, notice, told) for one in call.transfers)
    transfers = (*open_now, *_begun(call, notice, told))
    begun = {one.transfer_uuid for one in transfers}
    ordered = tuple(one for one in call.ordered if one.transfer_uuid not in begun)
    return call.model_copy(update={"transfers": transfers, "ordered": ordered}), told


def _with_unheard(call: TrackedCall) -> TrackedCall:
    """The call with those of its ordered transfers that nobody will tell of any more: one of the two is gone."""
    gone = {leg.leg_uuid for leg in call.legs if leg.state == "ended"}
    unheard = (one for one in call.ordered if gone & {one.initiator_leg_uuid, one.transferred_leg_uuid})
    return call.model_copy(update={"transfers": (*call.transfers, *unheard)})


def _begun(call: TrackedCall, notice: Notice, told: list[OfTransfer]) -> Iterator[Transfer]:
    leg = call.leg(notice.leg_uuid)
    if leg is None:
        return
    if notice.what == "consults" and notice.transfer_uuid and notice.other_uuid:
        if all(one.transfer_uuid != notice.transfer_uuid for one in call.transfers):
            begun = _new(call, notice, notice.transfer_uuid, initiator=notice.leg_uuid, transferred=notice.other_uuid)
            yield begun.model_copy(update={"created_at": _since(call, begun)})
    elif (notice.what == "put_through" and notice.taken_by) or (notice.what == "sent" and notice.by_phone):
        if any(one.transferred_leg_uuid == leg.leg_uuid and _is_told_so(one, notice) for one in call.transfers):
            return
        made = str(uuid.uuid5(_TRANSFERS, f"{call.call_uuid} {leg.leg_uuid} {len(call.transfers)}"))
        begun = _new(call, notice, made, initiator=notice.other_uuid, transferred=leg.leg_uuid)
        about = {"by_phone": True, "flow": "blind" if notice.what == "sent" else "attended"}
        done = _with_recipient(call, begun.model_copy(update=about), notice.taken_by).went("completed", notice.at)
        told.append(OfTransfer(_TOLD_AS[done.status], done, leg))
        yield done


def _since(call: TrackedCall, begun: Transfer) -> str:
    """Since when it is under way: whom it goes to may have been rung before anybody told that it had begun."""
    ordered = (one.created_at for one in call.ordered if one.transfer_uuid == begun.transfer_uuid)
    return min((begun.created_at, *ordered))


def _is_told_so(one: Transfer, notice: Notice) -> bool:
    """Whether that two talk was told of this transfer, or is by now."""
    return one.recipient_leg_uuid == notice.taken_by or one.ended_at == notice.at


def _new(call: TrackedCall, notice: Notice, transfer_uuid: str, *, initiator: str | None, transferred: str) -> Transfer:
    who, whom = call.leg(initiator), call.leg(transferred)
    return Transfer(
        transfer_uuid=transfer_uuid,
        domain_uuid=call.domain_uuid,
        call_uuid=call.call_uuid,
        destination=notice.sent_to,
        initiator_leg_uuid=initiator,
        initiator_extension=who.extension if who else None,
        transferred_leg_uuid=transferred,
        transferred_number=whom.number if whom else None,
        created_at=notice.at,
        sandbox=call.sandbox,
    )


def _gone_on(call: TrackedCall, one: Transfer, notice: Notice, told: list[OfTransfer]) -> Transfer:
    if one.is_over:
        return one
    for after in _steps(call, one, notice):
        if after.status != one.status:
            about = call.leg(after.recipient_leg_uuid) or call.leg(after.transferred_leg_uuid)
            if about is not None:
                told.append(OfTransfer(_TOLD_AS[after.status], after, about))
        one = after
        if one.is_over:
            break
    return one


def _steps(call: TrackedCall, one: Transfer, notice: Notice) -> Iterator[Transfer]:
    """What it comes to, one after the other: whom it is about may have answered and been put through at once.

    Of an initiator that is lost nobody knows whether the others are lost, too: what is told next says so.
    """
    initiator, transferred = call.leg(one.initiator_leg_uuid), call.leg(one.transferred_leg_uuid)
    recipient = _recipient(call, one)
    if recipient is not None:
        one = _with_recipient(call, one, recipient.leg_uuid)
        if one.status == "starting" and (recipient.rang or recipient.answer_stamp):
            one = one.went("ringback", notice.at)
            yield one
        if one.status == "ringback" and recipient.answer_stamp:
            one = one.went("answered", recipient.answer_stamp)
            yield one
    if notice.what == "put_through" and notice.leg_uuid == one.transferred_leg_uuid:
        yield _with_recipient(call, one, notice.taken_by).went("completed", notice.at)
    elif notice.what == "taken_back" and notice.leg_uuid in (one.initiator_leg_uuid, one.transferred_leg_uuid):
        yield one.went("cancelled", notice.at)
    elif initiator is not None and initiator.state == "ended" and notice.what != "lost":
        yield one.went(_without_initiator(one, recipient, notice), notice.at, **_flow(one))
    elif transferred is not None and transferred.state == "ended":
        yield one.went("abandoned", notice.at)


def _without_initiator(one: Transfer, recipient: TrackedLeg | None, notice: Notice) -> TransferStatus:
    """Who hangs up puts through, whoever was asked has answered or not; unless that one was gone before."""
    if notice.leg_uuid != one.initiator_leg_uuid:
        return "completed"  # that one was lost, and the others have gone on
    is_gone = one.status == "answered" and recipient is not None and recipient.state == "ended"
    return "cancelled" if is_gone else "completed"


def _flow(one: Transfer) -> dict[str, object]:
    return {} if one.status == "answered" else {"flow": "blind"}


def _recipient(call: TrackedCall, one: Transfer) -> TrackedLeg | None:
    """Whom it goes to: of those that were rung for the initiator since, who has answered, or was rung first."""
    rung = [
        leg for leg in call.rung_for(one.initiator_leg_uuid, one.created_at) if leg.leg_uuid != one.transferred_leg_uuid
    ]
    answered = [leg for leg in rung if leg.answer_stamp]
    return next(iter(answered or [leg for leg in rung if leg.state != "ended"] or rung), None)


def _with_recipient(call: TrackedCall, one: Transfer, leg_uuid: str | None) -> Transfer:
    leg = call.leg(leg_uuid)
    if leg is None:
        return one
    return one.model_copy(update={"recipient_leg_uuid": leg.leg_uuid, "recipient_extension": leg.extension})
