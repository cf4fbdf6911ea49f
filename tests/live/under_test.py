"""Which kind of switch the live suite plays on, by its environment: a FreeSWITCH, an Asterisk, or the sandbox."""

import os

import pytest

_KINDS = {"ASTERISK_AMI": "asterisk", "FREESWITCH_ESL": "freeswitch", "RINGPOST_SANDBOX": "sandbox"}
KIND = next((kind for name, kind in _KINDS.items() if name in os.environ), "freeswitch")
IS_SANDBOX = KIND == "sandbox"
NEEDS_PHONES = pytest.mark.skipif(IS_SANDBOX, reason="the sandbox has no phones, and nothing is heard there")
NEEDS_A_LINK = pytest.mark.skipif(IS_SANDBOX, reason="the sandbox has no link")
VIA_LINK = os.environ.get(f"{KIND.upper()}_VIA") == "link"
NAMESPACE = os.environ.get("RINGPOST_NAMESPACE", "")
"""The network Ringpost is in, if the switch is behind NAT."""
LINK_DOES_ALL = bool(NAMESPACE) or (KIND == "asterisk" and VIA_LINK)
"""One link is beside the switch all the time: the switch asks it, is heard and told by it; Ringpost is elsewhere."""
IS_DIRECT_ASTERISK = KIND == "asterisk" and not LINK_DOES_ALL
"""Each leg hands in its own record: docs/asterisk.md."""
NEEDS_QUEUES = pytest.mark.skipif(IS_DIRECT_ASTERISK, reason="without a link it has no queues")
_SOCKETS = {"freeswitch": "ESL", "asterisk": "AMI"}
NEEDED_OF = {
    "freeswitch": ("ESL", "PASSWORD", "LINK_PASSWORD", "SIP", "TRUNK", "PROVIDER", "KEY", "LOG"),
    "asterisk": ("AMI", "PASSWORD", "SIP", "TRUNK", "PROVIDER", "KEY", "LOG", "CONF", "PROGRAM", "SPOOL"),
    "sandbox": (),
}
"""Settings of a kind that each name a variable: ``FREESWITCH_ESL``, …"""
NEEDED = NEEDED_OF[KIND]
OURS = () if IS_SANDBOX else ("RINGPOST_LISTEN", *(("RINGPOST_ELSEWHERE",) if LINK_DOES_ALL else ()))


def setting(name: str, kind: str = KIND) -> str:
    """What the environment says of the switch."""
    return os.environ.get(f"{kind.upper()}_{name}", "")


def way() -> dict[str, str]:
    """How Ringpost speaks to the switch, for ``switch-create``."""
    return {"via": "link"} if VIA_LINK else straight(KIND)


def straight(kind: str) -> dict[str, str]:
    """The same without a link."""
    user = "ringpost" if kind == "asterisk" else "ringpost@ringpost.internal"
    return {"address": setting(_SOCKETS[kind], kind), "user": user, "secret": f"env:RINGPOST_SECRET_{kind.upper()}"}


def listening(kind: str = KIND) -> tuple[list[str], dict[str, str]]:
    """The options of a link that listens to the switch, and what is in its environment."""
    if kind == "asterisk":
        options = ["--kind", "asterisk", "--at", setting("AMI", kind), "--user", "ringpost"]
        return options, {"RINGPOST_AMI_PASSWORD": setting("PASSWORD", kind)}
    options = ["--esl", setting("ESL", kind), "--user", "link@ringpost.internal"]
    return options, {"RINGPOST_ESL_PASSWORD": setting("LINK_PASSWORD", kind)}


def commanding() -> tuple[list[str], dict[str, str]]:
    """The same for one that does what is asked, too."""
    options, environment = listening()
    if KIND == "asterisk":
        return options, environment
    more = ["--commands-user", "ringpost@ringpost.internal"]
    return [*options, *more], {**environment, "RINGPOST_COMMANDS_PASSWORD": setting("PASSWORD")}


def standing() -> tuple[list[str], dict[str, str]]:
    """The same for one that is where the switch looks for Ringpost, too."""
    options, environment = commanding()
    return [*options, "--listen", os.environ["RINGPOST_LISTEN"]], environment
