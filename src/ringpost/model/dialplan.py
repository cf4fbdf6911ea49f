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


def lot(domain_name: str) -> str:
    """The name of a domain's parking lot."""
    return f"park@{domain_name}"
