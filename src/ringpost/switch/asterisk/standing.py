"""What an Asterisk asks of a link that stands in, and what of our answers may be kept and used again."""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ringpost.switch.asking import Asks, Fields, Posted, Question
from ringpost.switch.asterisk import names, plan, posted, realtime
from ringpost.switch.asterisk.marks import PHONES, PLAN

_PIN = re.compile(rb"(?<=&password=)[^&]*")
_OUR_FILE = re.compile(rb"(?<=%2F)[0-9a-f]{8}(?=-%24%7BUNIQUEID|%29)")
_ENDS = (("NOANSWER", ""), ("NOANSWER", "21"), ("BUSY", ""), ("CHANUNAVAIL", ""), ("CHANUNAVAIL", "21"))
"""How dialling phones ends, with the cause where that says more."""
_INHERITED = ("domain", "direction", "dialled")
_MOST_FOLLOWING = 4
"""Numbers in a row to which a call is sent on."""
_DEPTH = "ringpost-depth"
"""A member of our own, which no answer looks at."""
_TABLES = ("ps_endpoints", "ps_auths", "ps_aors")
_ON = re.compile(rf"{PLAN},([^,]+),1")
_FULL = re.compile(rf"RP_FULL.*\?Goto\({PLAN},([^,]+),1\)")
_LEFT = re.compile(rf"QUEUESTATUS.*\?Goto\({PLAN},([^,]+),1\)")
"""Where a caller goes on who has left a queue."""
_ALONE = re.compile(r"(?<=[,&-])[+0-9*#]{1,32}x[0-9]{1,3}x[0-9]{1,3}r?(?=[&,])")
"""A member of a group that is rung by itself, in the list that ``ringpost-rings`` or ``ringpost-row`` is given."""


def _read_row(asked: Posted) -> Fields:
    """The table stands in the query, without a value."""
    return realtime.read(asked.query, asked.body)


def _written_row(fields: Fields) -> Posted:
    members = {name: value for name, value in fields.items() if name != realtime.TABLE}
    return Posted(posted.written(members), fields.get(realtime.TABLE, ""))


def _read_route(asked: Posted) -> Fields:
    return posted.read(asked.body)


def _written_route(fields: Fields) -> Posted:
    return Posted(posted.written(fields))


def _is_nothing(answer: bytes) -> bool:
    return not answer.strip()


def _kept_row(answer: bytes) -> bytes:
    """Nobody opens a box by an answer that was kept."""
    return _PIN.sub(lambda _: secrets.token_hex(16).encode(), _checked(answer))


def _checked(answer: bytes) -> bytes:
    if b"=" not in answer:
        raise ValueError("no answer to an Asterisk's")
    return answer


def _anew(answer: bytes) -> bytes:
    """A leg that is recorded twice has two files."""
    return _OUR_FILE.sub(lambda _: secrets.token_hex(4).encode(), answer)


def _rows_ahead(named: Iterable[Mapping[str, Any]]) -> Iterator[Fields]:
    """What each phone registers with, and the box of its number."""
    for one in named:
        if one["what"] == "extension":
            account = names.account(one["number"], one["domain_name"])
            yield from ({realtime.TABLE: f"{table}/single", "id": account} for table in _TABLES)
            box = {"mailbox": one["number"], "context": one["domain_name"]}
            yield {realtime.TABLE: "voicemail/single", **box}


def _routes_ahead(named: Iterable[Mapping[str, Any]]) -> Iterator[Fields]:
    """Whatever each phone may dial, then what comes from outside, then the phones for whoever is to ring them."""
    items = list(named)
    phones = [one for one in items if one["what"] == "extension"]
    for one in items:
        if one["what"] == "destination":
            yield {"where": plan.PUBLIC, "number": one["number"]}
        else:
            yield from (_from_a_phone(phone, one["number"]) for phone in phones)
    if any(one["what"] == "queue" for one in items):
        yield from ({"where": PHONES, "number": one["number"], "domain": one["domain_uuid"]} for one in phones)


def _from_a_phone(phone: Mapping[str, Any], number: str) -> Fields:
    """A phone's leg is marked with its domain from its birth."""
    account = names.account(phone["number"], phone["domain_name"])
    return {"where": PLAN, "endpoint": account, "number": number, "domain": phone["domain_uuid"]}


def _follows(asked: Fields, answer: bytes) -> Iterator[Fields]:
    """The questions to which an answer's steps lead, with the variables they set; whatever came of a call before."""
    depth = int(asked.get(_DEPTH, "0"))
    if depth >= _MOST_FOLLOWING:
        return
    fields = {**asked, _DEPTH: str(depth + 1)}
    for application, data in plan.read(answer):
        if application == "Set":
            name, _, value = data.partition("=")
            fields |= {_MEMBERS[name]: value} if name in _MEMBERS else {}
        elif application == "Goto" and (onward := _ON.fullmatch(data)):
            onto = fields | {"where": PLAN, "number": onward[1]}
            if fields.get("tried") == onward[1]:
                yield from (onto | {"dialstatus": status, "cause": cause} for status, cause in _ENDS)
            else:
                yield onto
        elif application == "ExecIf" and (left := _LEFT.search(data)):
            yield fields | {"where": PLAN, "number": left[1]}
        elif application == "ExecIf" and (full := _FULL.search(data)):
            yield fields | {"where": PLAN, "number": full[1], "full": full[1]}
        elif application == "Gosub":
            members = dict.fromkeys(_ALONE.findall(data))
            yield from ({**_of_a_member(fields), "number": member} for member in members)


def _of_a_member(fields: Fields) -> Fields:
    """What is asked of a leg that rings somebody for a ring group: it has what is inherited."""
    inherited = {name: fields[name] for name in _INHERITED if fields.get(name)}
    return {**inherited, "where": PHONES, _DEPTH: fields[_DEPTH]}


_MEMBERS = {
    "__RP_DOMAIN": "domain",
    "__RP_DIRECTION": "direction",
    "__RP_DIALLED": "dialled",
    "RP_TRIED": "tried",
    "RP_PASSED": "passed",
    "RP_MORE": "more",
}
"""The variables that our steps set, and the members in which the plan says them."""

ASKS = Asks(
    questions=(
        Question(
            action="asterisk-realtime",
            content_type="application/x-www-form-urlencoded",
            answer_type="text/plain; charset=utf-8",
            nothing=realtime.NOTHING,
            read=_read_row,
            written=_written_row,
            is_nothing=_is_nothing,
            kept=_kept_row,
            used_again=_checked,
            ahead=_rows_ahead,
            follows=lambda *_: iter(()),
            says=(realtime.TABLE, "id", "mailbox", "context"),
        ),
        Question(
            action="asterisk-route",
            content_type="application/x-www-form-urlencoded",
            answer_type="text/plain; charset=utf-8",
            nothing=plan.NOTHING,
            read=_read_route,
            written=_written_route,
            is_nothing=_is_nothing,
            kept=_checked,
            used_again=_anew,
            ahead=_routes_ahead,
            follows=_follows,
            says=("where", "endpoint", "number"),
        ),
    ),
    records=("asterisk-cdr",),
)
