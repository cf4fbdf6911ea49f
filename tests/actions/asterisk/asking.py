"""How an Asterisk asks, as a real 22.10.1 does, and how it reads the answers."""

from typing import Any
from urllib.parse import quote, unquote

from ringpost.entry import demo
from tests.harness import Caller, Reply

HOME = demo.DOMAIN_NAME
IN_HOME = {"domain_name": HOME}
FORM = {"content-type": "application/x-www-form-urlencoded"}
MEMBERS = (
    "endpoint", "number", "domain", "call", "extension", "direction", "dialled", "tried", "full", "dialstatus", "cause",
    "passed", "more", "recorded",
)  # fmt: skip
"""What docs/asterisk/extensions.conf posts to /asterisk-route, beside ``where``."""

Steps = list[tuple[str, str]]


def posted(caller: Caller, action: str, body: str, query: str | None = None) -> Reply:
    """The answer to a switch's question, which must be one."""
    reply = caller.post(body, path=f"/{action}", headers=FORM, query={query: ""} if query else None)
    assert reply.status == 200, reply
    assert reply.content_type == "text/plain; charset=utf-8"
    return reply


def asked_for(caller: Caller, table: str, **members: str) -> dict[str, str]:
    """The row that res_config_curl is answered; empty if there is none."""
    body = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in members.items())
    return decoded(posted(caller, "asterisk-realtime", body, f"{table}/single").text)


def decoded(text: str) -> dict[str, str]:
    """A form on one line, as Asterisk reads it: a plus is a plus."""
    assert not set(text) & set('\r\n" ')
    pairs = [pair.partition("=") for pair in text.split("&") if pair]
    found = {unquote(name): unquote(value) for name, _, value in pairs}
    assert len(found) == len(pairs), "no member is there twice"
    return found


def question(number: str, **members: str) -> str:
    """What the plan posts for a number that was dialled."""
    said = {"where": "ringpost", **dict.fromkeys(MEMBERS, ""), **members, "number": number}
    assert said.keys() == {"where", *MEMBERS}
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in said.items())


def read(text: str) -> Steps:
    """The steps of an answer, as the plan runs them."""
    members = decoded(text)
    steps = [(members[f"a{at}"], members[f"d{at}"]) for at in range(1, len(members) // 2 + 1)]
    assert len(members) == 2 * len(steps) <= 100, "HASH() has a hundred members"
    return steps


def all_steps(caller: Caller, number: str, **members: str) -> Steps:
    """What is answered for a number that a phone of the domain dials, unless it is said who does."""
    who: dict[str, str] = {} if members.keys() & {"endpoint", "where", "domain"} else {"endpoint": f"100@{HOME}"}
    return read(posted(caller, "asterisk-route", question(number, **who, **members)).text)


_MARKS = ("__RP_DOMAIN=", "__RP_DIRECTION=", "__RP_DIALLED=", "RP_REACHED=", "RP_UNTIL=", "GROUP(", "RP_FULL=")


def dialled(caller: Caller, number: str, **members: str) -> Steps:
    """The same, without marks that every leg gets, and counting."""
    steps = all_steps(caller, number, **members)
    return [one for one in steps if one[0] != "ExecIf" and not one[1].startswith(_MARKS)]


def marks(steps: Steps) -> dict[str, str]:
    """What is set by steps."""
    return dict(data.split("=", 1) for application, data in steps if application == "Set")


def with_trunk(operator: Caller, **more: Any) -> None:
    """The demo domain may call numbers outside that begin with 1202."""
    operator.done("domain-update", **{**IN_HOME, "outbound_gateway": "trunk", "outbound_prefixes": ["1202"], **more})
