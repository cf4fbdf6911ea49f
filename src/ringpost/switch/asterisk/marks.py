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
AGENT = "RP_AGENT"
"""The uuid of the agent for whom a queue rings a leg."""
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
MODERATOR = "RP_MODERATOR"
"""``yes`` on the leg of a moderator of the conference room it is in, set by the plan; emptied as it comes in."""
JOINED = "RP_JOINED"
"""When it came into its room, in seconds since 1970."""
DEAF = "RP_DEAF"
"""``true`` on a leg that an action has made hear nothing in its room."""
INVITED = "RP_INVITED"
"""The room into which an action brings this leg, unasked, and ``:yes`` if as a moderator."""
GOES_BACK_TO = "RP_GOES_BACK_TO"
"""The number to which a parked leg goes when its time is over, unless the lot says another."""
PARKS = "RP_PARKS"
"""``yes`` on a leg that an action parks: it takes nobody from a slot."""
CONSULTS = "RP_CONSULTS"
"""On the initiator of a transfer while it asks somebody: ``<transfer>:<number>:<leg it is about>:<own leg>``."""
TAKEN_BACK = "RP_TAKEN_BACK"
"""The same once it talks again with whom it is about."""
THROUGH = "RP_THROUGH"
"""The same on the leg of whoever was asked, once put through."""
TAKES_BACK = "RP_TAKES_BACK_"
"""Before the initiator's uniqueid, a global variable: ``yes`` when an action takes the call back, set before. Whoever
was asked looks there: of a channel that may be gone nothing can be asked without a complaint."""
MONITOR = "RP_MONITOR"
"""A global variable, and no channel's: the folder it records into, ``<astspooldir>/monitor``."""
RECORDS = "RP_RECORDS"
"""A global variable: ``yes`` where each leg hands in its own record when it ends, for there is no link to make one."""

SAID = (
    DOMAIN, DIRECTION, DIALLED, REACHED, CALL, EXTENSION, NUMBER, PHONE_OF, BOX, RECORDED, HUNG_UP, HELD, QUEUED,
    MODERATOR, JOINED, DEAF, CONSULTS, TAKEN_BACK, THROUGH, AGENT,
)  # fmt: skip
"""``channelvars``."""
EMPTIED = frozenset({RECORDED, MODERATOR, CONSULTS})
"""Those that the plan or an action empties again; of the others what was said once holds."""

PLAN = "ringpost"
"""The context in which phones dial, and in which whoever is transferred goes on."""
PHONES = "ringpost-phones"
"""The context, out of any phone's reach, that rings all phones of an extension: ``Local/101@ringpost-phones/n``."""
PHONES_ACL = "ringpost-phones"
"""What acl.conf calls where no phone may say that it is: ``rewrite_contact`` is of its first contact only."""
FROM = "ringpost-from"
"""The family of the switch's database in which is where phones have logged in from: ``100@a.example.net/192.0.2.1``."""
ROOM = "ringpost-room"
"""The one through which one comes into a conference room."""
TIMED_OUT = "ringpost-timed-out"
"""The one whose ``s`` goes on with who has waited in a slot for too long."""
WAITS = "ringpost-waits"
"""The context whose ``s`` plays music to whom a transfer is about."""
CONSULTING = "ringpost-consults"
"""The one in which the initiator dials whom it asks."""
BACK = "ringpost-back"
"""The one whose ``s`` has the initiator talk again with whom the transfer is about."""
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
CONSULTED = "RingpostConsults"
"""The one by which it tells that the initiator of a transfer goes off to ask; its leg is marked."""
BACK_AGAIN = "RingpostTakenBack"
"""The one: it talks again with whom it is about."""
PUT_THROUGH = "RingpostPutThrough"
"""The one, of whoever was asked: it talks with whom the transfer is about."""
ROOM_RECORDED = "RingpostRoomRecorded"
"""The one that says into which file a conference room is recorded: ``Room``, ``File``, ``Leg``."""
ROOM_FILE = "RP_ROOM_"
"""Before a room's name, a global variable: ``<file>:<leg>`` of what is recorded there, or was last."""
STATES = "ringpost-states"
"""The context whose hints say how an extension's phones are: ``<extension>-<domain>``."""

_LEGS = uuid.UUID("6f0c9c5e-5d7a-5b1e-9d5e-0a57e215c0de")


def leg_uuid(uniqueid: str) -> str:
    """The leg a channel is. Ours have uuids of our choice; the others say ``<systemname>-<epoch>.<n>``."""
    lower = uniqueid.lower()
    return lower if is_uuid(lower) else str(uuid.uuid5(_LEGS, uniqueid))
