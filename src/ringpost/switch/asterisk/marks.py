"""What marks a channel of an Asterisk: variables that its plan, our originate and our rows put there, and its uuid.

``channelvars`` in manager.conf has Asterisk say them with every event and in every list. Two underscores in front of a
name, where it is set, have each leg that is dialled inherit it.
"""

import uuid

from ringpost.model.values import is_uuid

DOMAIN = "RP_DOMAIN"
"""The uuid of the domain a leg belongs to: of one of its phones from the start (``set_var`` of its endpoint)."""
DIRECTION = "RP_DIRECTION"
"""Which way the call goes; inherited."""
DIALLED = "RP_DIALLED"
"""What was dialled to begin with; inherited."""
REACHED = "RP_REACHED"
"""The extensions a leg was sent to, with colons between."""
CALL = "RP_CALL"
"""The uuid of a call that an action placed: on both halves of the Local channel that is its A, and not inherited."""
EXTENSION = "RP_EXTENSION"
"""The extension that such an A is."""
NUMBER = "RP_NUMBER"
"""The number outside that such an A is."""
PHONE_OF = "RP_A"
"""The uuid of a placed call of which a leg is one of A's phones."""
BOX = "RP_BOX"
"""The voicemail box a leg was left to."""
RECORDED = "RP_RECORDED"
"""The file a leg is recorded into, below ``monitor``."""
HUNG_UP = "RP_HUNG_UP"
"""Set once an action has hung the leg up."""
QUEUED = "RP_QUEUED"
"""The uuid of the queue a leg waits in, or has waited in last."""
HELD = "RP_HELD"
"""``true`` on the channel of a phone that holds its call, set by whoever hears it: an Asterisk's lists do not say."""
MONITOR = "RP_MONITOR"
"""A global variable, and no channel's: the folder it records into, ``<astspooldir>/monitor``."""
RECORDS = "RP_RECORDS"
"""A global variable: ``yes`` where each leg hands in its own record when it ends, for there is no link to make one."""

SAID = (
    DOMAIN, DIRECTION, DIALLED, REACHED, CALL, EXTENSION, NUMBER, PHONE_OF, BOX, RECORDED, HUNG_UP, HELD, QUEUED,
)  # fmt: skip
"""``channelvars``."""

PLAN = "ringpost"
"""The context in which phones dial, and in which whoever is transferred goes on."""
PHONES = "ringpost-phones"
"""The context, out of any phone's reach, that rings all phones of an extension: ``Local/101@ringpost-phones/n``."""
PHONES_ACL = "ringpost-phones"
"""What acl.conf calls where no phone may say that it is: ``rewrite_contact`` is of its first contact only."""
FROM = "ringpost-from"
"""The family of the switch's database in which is where phones have logged in from: ``100@a.example.net/192.0.2.1``."""
NOWHERE = "ringpost-none"
"""A context with nothing in it."""
ANNOUNCES = "ringpost-announces"
"""The context whose ``s`` answers and says that the call is recorded: what comes from it is put into the call."""
SENT = "RingpostSent"
"""The ``UserEvent`` by which the plan tells where a leg is sent that had dialled before: ``Number``, ``Extension``."""

UNQUEUED = "RingpostUnqueued"
"""The ``UserEvent`` by which the plan tells why a leg waits in a queue no more: ``Queue``, ``Status``."""
AGENT_CODE = "RingpostAgentCode"
"""The one by which it tells that a phone has dialled an agent's code: ``What``, ``Agent``."""
STATES = "ringpost-states"
"""The context whose hints say how an extension's phones are: ``<extension>-<domain>``."""

_LEGS = uuid.UUID("6f0c9c5e-5d7a-5b1e-9d5e-0a57e215c0de")


def leg_uuid(uniqueid: str) -> str:
    """The leg a channel is. Ours have uuids of our choice; the others say ``<systemname>-<epoch>.<n>``."""
    lower = uniqueid.lower()
    return lower if is_uuid(lower) else str(uuid.uuid5(_LEGS, uniqueid))
