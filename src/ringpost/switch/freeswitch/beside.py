"""A FreeSWITCH and the link beside it: what it is told of that, and what it knows of it."""

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from ringpost.switch.freeswitch.esl import EventSocket
from ringpost.switch.kinds import Place

FILE = "freeswitch/ringpost-link.xml"
"""Below /etc; ``freeswitch.xml`` of docs/freeswitch includes it after ``vars.xml``."""


def pointing(url: str, socket: str) -> Mapping[str, str]:
    """The file that has it ask at that address, and its event socket listen on loopback, if that is where it is."""
    values = {"ringpost_url": url, "ringpost_key": "link:none"}
    if socket in ("127.0.0.1", "::1"):
        values |= {"esl_address": socket, "esl_clients": f"{socket}/{128 if ':' in socket else 32}"}
    lines = [
        f"  <X-PRE-PROCESS cmd={quoteattr('set')} data={quoteattr(f'{name}={value}')}/>"
        for name, value in values.items()
    ]
    told = "  <!-- Written by ringpost link. It counts instead of vars.xml: this switch asks the link beside it. -->"
    return {FILE: "\n".join(["<include>", told, *lines, "</include>", ""])}


def pointed_at(place: Place) -> str:
    """Where it asks who may register and where a number leads. ``SwitchUnreachable``, ``SwitchRefused``."""
    with EventSocket(place.host, place.port, user=place.user, password=place.password) as line:
        return line.api("global_getvar ringpost_url").strip()
