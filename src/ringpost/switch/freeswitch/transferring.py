"""Attended transfers on a FreeSWITCH: one party asks somebody while the other waits, and the switch sees to the rest.

Who asks runs the domain's dialplan with marks on it. Whatever that leads to, at the end it fetches who waits. Whoever
answers carries what fetches who waits when the one who asked is gone, and until somebody has answered that one carries
what sends who waits to the number itself. So nobody else need be there: neither we nor a link.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ringpost.model.domain import Domain
from ringpost.model.notices import What
from ringpost.model.transfer import Consultation
from ringpost.model.values import is_number, is_uuid
from ringpost.switch.said import Said

CONSULTS = "ringpost_consults"
"""The variable of who asks, while it does."""
TAKEN_BACK = "ringpost_taken_back"
"""The same text, once it talks with who has waited again."""
ASKED = "ringpost_asked"
"""The same text and the leg of who asks: the variable of whoever has answered."""
IF_IT_HANGS_UP = "api_hangup_hook"
"""Whoever asks has it until somebody has answered."""
BRIDGED = "CHANNEL_BRIDGE"
"""The event that two talk."""

Step = tuple[str, str]
WAITING = "endless_playback"
"""The application of who waits meanwhile."""
_PLAIN = re.compile(r"[A-Za-z0-9_.:;/%(),=+-]{1,500}")
_RINGBACK = "%(2000,4000,440,480)"
_ANSWERED = "execute_on_pre_bridge_ringpost_answered"
_AFTER = "transfer_after_bridge"
_ON_RECIPIENT = "bridge_pre_execute_bleg"
_OURS = (
    CONSULTS, IF_IT_HANGS_UP, _ANSWERED, _AFTER, f"{_ON_RECIPIENT}_app", f"{_ON_RECIPIENT}_data", "transfer_ringback",
    "ringpost_tried", "ringpost_full", "ringpost_passed",
)  # fmt: skip
"""What is on the leg of who asks, while it does; and whom it has tried, for it may ask the same once more."""
_BY_PHONE = (":att_xfer:", ':bl_xfer:m:":endless_playback:', ":bl_xfer:park/")
"""What comes before two talk that a phone has put through: it talked with both, or one rang (Sofia's own music)."""
_WITH_INITIATOR = 5


class Mark(NamedTuple):
    """A transfer, as legs carry it: who waits and on which channel, whom it goes to; on who was asked also who asks."""

    transfer_uuid: str
    transferred: str
    channel: str
    number: str
    initiator: str = ""

    @classmethod
    def of(cls, consultation: Consultation, channel: str) -> "Mark":
        """The mark of a consultation; ``channel`` is that of who waits."""
        return cls(consultation.transfer_uuid, consultation.transferred, channel, consultation.number)

    def __str__(self) -> str:
        return ":".join(filter(None, self))


def mark(text: str) -> Mark | None:
    """The mark a variable holds; None: it is none."""
    parts = text.split(":")
    if len(parts) not in (_WITH_INITIATOR - 1, _WITH_INITIATOR) or not is_number(parts[3]):
        return None
    return Mark(*parts) if all(map(is_uuid, (*parts[:3], *parts[4:]))) else None


# what the switch is told


def to_ask(mark: Mark, domain_name: str) -> dict[str, str]:
    """The variables that make one who talks ask the number, as soon as it talks no more.

    It goes there by itself: were it told to when the other is gone, the switch may have hung it up by then
    (``audio_bridge_on_exchange_media``).
    """
    return {
        CONSULTS: str(mark),
        IF_IT_HANGS_UP: goes_on_itself(mark, domain_name),
        _AFTER: f"{mark.number}:XML:{domain_name}",
    }


def waits(mark: Mark, music: str) -> str:
    """The command that has one who talks hear the switch's music on hold instead.

    That is written out: of a variable in it the switch would complain, were the two to talk again within milliseconds.
    """
    is_plain = _PLAIN.fullmatch(music) and not music.startswith("-")
    return f"uuid_transfer {mark.channel} {_inline([(WAITING, music if is_plain else '${hold_music}')])} inline"


def goes_on_itself(mark: Mark, domain_name: str) -> str:
    """The command that has who waits call the number itself."""
    return f"uuid_transfer {mark.channel} {mark.number} XML {domain_name}"


def takes_back(initiator: str, mark: Mark) -> str:
    """The command that has who asks leave whoever rings, and talk with who waits."""
    return f"uuid_transfer {initiator} {_inline(_comes_back(mark)).replace(' ', _BLANK)} inline"


_BLANK = r"\s"


def _inline(steps: Iterable[Step]) -> str:
    return "m:^:" + "^".join(f"{application}:{data}" for application, data in steps)


def _as_extension(steps: Iterable[Step]) -> str:
    """Steps as a variable has them that says where a leg goes when it talks no more."""
    return f"{_inline(steps).replace(':', _COLON)}:inline"


_COLON = r"\:"


def rings(leg: Mapping[str, Any]) -> bool:
    """Whether who asks is connected with nobody yet, by what the switch knows of its leg."""
    return f"variable_{IF_IT_HANGS_UP}" in leg


# what the dialplan has


def asks(domain: Domain, mark: Mark, initiator: str) -> list[Step]:
    """What goes before the steps to a number, for who asks; ``initiator`` is its leg."""
    carried = {
        _AFTER: _as_extension([("intercept", mark.channel), _HANGS_UP]),
        "intercept_unbridged_only": "true",  # who asks may have fetched it already
        ASKED: str(mark._replace(initiator=initiator)),
    }
    variables = {
        TAKEN_BACK: "",
        "continue_on_fail": "true",
        "transfer_ringback": _RINGBACK,
        IF_IT_HANGS_UP: goes_on_itself(mark, domain.domain_name),
        _ANSWERED: f"unset {IF_IT_HANGS_UP}",
        _AFTER: _as_extension(_comes_back(mark)),
        f"{_ON_RECIPIENT}_app": "multiset",
        f"{_ON_RECIPIENT}_data": f"^^;{';'.join(f'{name}={value}' for name, value in carried.items())}",
    }
    return [("set", f"{name}={value}") for name, value in variables.items()]


def led_back(steps: Iterable[Step], mark: Mark) -> list[Step]:
    """Steps that lead back to who waits instead of hanging up, unless they lead on to another number."""
    found: list[Step] = []
    for step in steps:
        if step[0] in ("hangup", "respond"):
            break
        found.append(step)
        if step[0] == "transfer":
            return found
    return [*found, *_comes_back(mark)]


_HANGS_UP = ("hangup", "NORMAL_CLEARING")


def _comes_back(mark: Mark) -> list[Step]:
    """The last steps of who asks: it talks with who has waited again."""
    return [
        ("multiunset", " ".join(_OURS)),
        ("set", f"{TAKEN_BACK}={mark._replace(initiator='')}"),
        ("set", "hangup_after_bridge=true"),
        ("intercept", mark.channel),
        _HANGS_UP,
    ]


# what it tells


class Met(NamedTuple):
    """Two talk because of a transfer: who of them is told of (None: the channel the event is about), and with whom."""

    what: What
    leg_uuid: str | None
    other_uuid: str | None
    taken_by: str | None = None
    transfer_uuid: str | None = None


def met(event: Mapping[str, Any], said: Said, leg_uuid: str, other: str | None) -> Met | None:
    """What it means that a leg talks with another channel: by our own marks, or by what a phone has done itself."""
    if other is None:
        return None
    asked, back = mark(said.verbatim(ASKED)), mark(said.verbatim(TAKEN_BACK))
    if asked is not None and asked.channel == other:
        return Met("put_through", asked.transferred, asked.initiator or None, leg_uuid, asked.transfer_uuid)
    if back is not None and back.channel == other:
        return Met("taken_back", None, back.transferred, None, back.transfer_uuid)
    *_, before, last = ("", "", *_history(event.get("variable_transfer_history")))
    if any(one in before for one in _BY_PHONE) and last.endswith(f":uuid_br:{other}"):
        return Met("put_through", None, said.uuid("last_bridge_to"), other)
    return None


def _history(said: object) -> Sequence[str]:
    """Where a leg was transferred to, the last last: a list, or one entry as it is."""
    return [one for one in said if isinstance(one, str)] if isinstance(said, list) else [str(said)]


def put_through_with(said: Said) -> str | None:
    """The other leg of a phone that has put through whom it had on this one to whom it had on that (Replaces)."""
    return said.uuid("refer_uuid") if said.verbatim("transfer_disposition") == "recv_replace" else None
