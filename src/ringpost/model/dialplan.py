"""Numbers that mean the same in every domain, unless an extension, a ring group or a queue has one of them."""

OWN_MESSAGES = "*97"
MESSAGES = "*98"
MESSAGE_TO = "*99"
"""With an extension's number after it: its voicemail, without ringing."""
ROOM = "*3"
"""With one to six digits after it: a conference room."""
PARK = "*5900"
"""A free slot; ``*5901`` to ``*5999`` are the slots: who dials one takes whoever waits there, or waits there."""
HOLD_MUSIC = "*9664"
LOG_IN = "*22"
"""With an agent's number after it: that agent is logged in at the phone that dials."""
LOG_OUT = "*23"
PAUSE = "*24"
UNPAUSE = "*25"
"""Of whoever is logged in at the phone that dials; or of the agent whose number comes after it."""
SLOTS = range(5901, 6000)
_HAS_A_NUMBER = "room-"
_ROOM_DIGITS = 6


def is_slot(digits: str) -> bool:
    """Whether that is one of the domain's own slots, as it is written."""
    return len(digits) == len(str(SLOTS[0])) and digits.isascii() and digits.isdecimal() and int(digits) in SLOTS


def is_on_the_spot(room: str) -> bool:
    """Whether that is dialled for a conference room that is made on the spot."""
    digits = room.removeprefix(ROOM)
    return room.startswith(ROOM) and 1 <= len(digits) <= _ROOM_DIGITS and digits.isascii() and digits.isdecimal()


def lot(domain_name: str) -> str:
    """The name of a domain's own parking lot."""
    return f"park@{domain_name}"


def room_name(domain_name: str, room: str) -> str:
    """What a switch calls a conference room: one made on the spot, or the one that has a number."""
    on_the_spot = room.removeprefix(ROOM) if room.startswith(ROOM) else None
    return f"{on_the_spot}-{domain_name}" if on_the_spot else f"{_HAS_A_NUMBER}{room}-{domain_name}"


def room_of(name: str, domain_name: str) -> str | None:
    """What is dialled in a domain for the room a switch calls so; None: it is no room of that domain."""
    front, end = name[: -len(domain_name) - 1], name[-len(domain_name) - 1 :]
    if not front or end != f"-{domain_name}":
        return None
    number = front.removeprefix(_HAS_A_NUMBER)
    if number != front:
        return number if number and "-" not in number else None  # it may be of a domain whose name ends like this one's
    return ROOM + front if front.isascii() and front.isdecimal() else None
