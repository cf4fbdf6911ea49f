"""What a FreeSWITCH can do of queues."""

from ringpost.switch.queue_abilities import OPTIONS, QueueAbilities

_NOT_SAID = "a FreeSWITCH tells callers neither their place nor how long it may take: leave it out"
ABILITIES = QueueAbilities(
    strategies=("ringall", "leastrecent", "fewestcalls", "random", "rrmemory", "linear"),
    options=tuple(one for one in OPTIONS if one not in ("announce_position", "announce_wait")),
    instead={
        "wrandom": "take random: those of a lower penalty are rung first then",
        "announce_position": _NOT_SAID,
        "announce_wait": _NOT_SAID,
    },
)
