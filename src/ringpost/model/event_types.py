"""Every type of event there is. ``tests/test_event_types.py`` holds it against what the code tells."""

_WHAT_HAPPENS = {
    "agent": "created deleted logged_in logged_out missed paused unpaused updated",
    "call": "answered cancelled ended held parked placed resumed ringing transferred unparked",
    "cdr": "created updated",
    "conference": "created deafened deleted joined left locked muted record_started record_stopped undeafened unlocked"
    " unmuted updated",
    "command": "answer_asked dtmf_sent held hung_up muted parked record_started record_stopped resumed transferred"
    " unmuted unparked",
    "contact": "created deleted updated",
    "destination": "created deleted updated",
    "domain": "created deleted removing updated",
    "extension": "created deleted unregistered updated",
    "extensiongroup": "created deleted updated",
    "key": "created deleted rotated updated",
    "parking": "abandoned parked taken timed_out",
    "parkinglot": "created deleted updated",
    "permission": "set",
    "queue": "abandoned completed connected created deleted joined left updated",
    "recording": "deleted ready",
    "ringgroup": "created deleted updated",
    "switch": "created deleted updated",
    "token": "created deleted",
    "transfer": "abandoned answered cancelled completed created ringback",
    "user": "created deleted status_changed updated",
    "usergroup": "created deleted updated",
    "voicemail": "created deleted updated",
    "webhook": "created deleted disabled retried rotated test updated",
}
TYPES = frozenset(f"{family}.{what}" for family, all_of_it in _WHAT_HAPPENS.items() for what in all_of_it.split())
