"""An Asterisk and the link beside it: what it is told of that, what it knows of it, and what it is to forget."""

from collections.abc import Iterable, Mapping, Sequence

from ringpost.switch.asking import Fields
from ringpost.switch.asterisk import realtime
from ringpost.switch.asterisk.ami import Manager
from ringpost.switch.kinds import Place

GLOBALS, ROWS = "asterisk/ringpost-link-globals.conf", "asterisk/ringpost-link-extconfig.conf"
"""Below /etc; ``extensions.conf`` and ``extconfig.conf`` of docs/asterisk include them."""
URL = "RP_URL"
_TABLES = ("ps_endpoints", "ps_auths", "ps_aors", "ps_domain_aliases", "voicemail")
CACHES = {"ps_endpoints": "res_pjsip/endpoint", "ps_auths": "res_pjsip/auth", "ps_aors": "res_pjsip/aor"}
"""What Asterisk remembers of the rows of each table."""


def pointing(url: str, _socket: str) -> Mapping[str, str]:
    """The files that have it ask at that address."""
    told = "; Written by ringpost link: where {} asked for.\n"
    rows = "".join(f"{table} => curl,{url}/asterisk-realtime?{table}\n" for table in _TABLES)
    return {
        GLOBALS: f"{told.format('numbers are')}{URL}={url}\n",
        ROWS: f"{told.format('phones and boxes are')}{rows}",
    }


def pointed_at(place: Place) -> str:
    """Where its plan asks. ``SwitchUnreachable``, ``SwitchRefused``."""
    with line_to(place) as line:
        return line.ask("Getvar", Variable=URL).get("Value").strip()


def forget(place: Place, asked: Sequence[Fields] | None) -> None:
    """Have it ask again for these rows, or for all, when it needs them. ``SwitchUnreachable``, ``SwitchRefused``."""
    found = None if asked is None else list(_objects(asked))
    if found == []:
        return
    with line_to(place) as line:
        if found is None:
            for cache in CACHES.values():
                line.ask("SorceryMemoryCacheExpire", Cache=cache)
        for cache, name in dict.fromkeys(found or ()):
            line.ask("SorceryMemoryCacheExpireObject", Cache=cache, Object=name)


def _objects(asked: Iterable[Fields]) -> Iterable[tuple[str, str]]:
    """What of these questions is remembered: that an object is not remembered is an answer like any other."""
    for fields in asked:
        cache = CACHES.get(fields.get(realtime.TABLE, "").partition("/")[0])
        account = realtime.Asked(fields).account()
        if cache and account:
            yield cache, fields["id"]


def line_to(place: Place) -> Manager:
    """A connection as the link's own user."""
    return Manager(place.host, place.port, user=place.user or "", password=place.password)
