"""Examining a FreeSWITCH step by step, from here to a registered phone, and saying in words what is wrong."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from functools import partial

from ringpost.model.domain import Domain
from ringpost.model.errors import Problem, SwitchRefused
from ringpost.model.switch import SwitchRecord
from ringpost.switch import Finding
from ringpost.switch.freeswitch import queues
from ringpost.switch.freeswitch.esl import EventSocket
from ringpost.switch.freeswitch.sounds import sounds

MODULES = (
    "mod_xml_curl", "mod_json_cdr", "mod_commands", "mod_db", "mod_hash", "mod_dptools", "mod_dialplan_xml",
    "mod_sofia", "mod_loopback", "mod_conference", "mod_valet_parking", "mod_voicemail", "mod_callcenter",
    "mod_sndfile", "mod_native_file", "mod_tone_stream", "mod_say_en",
)  # fmt: skip
COMMANDS = (
    "status", "show", "module_exists", "xml_locate", "global_getvar", "originate", "uuid_dump", "uuid_kill",
    "uuid_setvar", "uuid_transfer", "uuid_hold", "uuid_audio", "uuid_send_dtmf", "uuid_record", "uuid_buglist",
    "uuid_displace", "uuid_phone_event", "valet_info", "conference", "sofia", "callcenter_config",
)  # fmt: skip
_JOB = "00000000-0000-4000-8000-0000000d0c70"


def examined(
    record: SwitchRecord, place: tuple[str, int], secret: Callable[[str], str], domain: Domain | None
) -> Iterator[Finding]:
    """What was tried, in order. What the next step stands on ends it if it fails."""
    host, port = place
    yield (reached := _address(host))
    if not reached.well:
        return
    try:
        password = secret(record.secret or "")
        yield Finding("secret", well=True, words=f"found where {record.secret} says")
        connect = partial(EventSocket, host, port, user=record.user, password=password)
        with connect() as line:
            yield Finding("event socket", well=True, words=f"answers at {host}:{port} and lets us in")
            yield from _abilities(connect)
            yield from _modules(line)
            yield from _sounds(connect)
            yield _queues(line)
            yield from _telephony(line, domain)
    except Problem as problem:
        yield Finding("event socket", well=False, words=problem.detail)


def _address(host: str) -> Finding:
    """Passwords cross this line in clear: it may not be the open Internet."""
    try:
        found = {ipaddress.ip_address(info[4][0]) for info in socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)}
    except (OSError, UnicodeError):
        return Finding("address", well=False, words=f"{host} is no name that can be found here: check the address")
    public = sorted(str(address) for address in found if address.is_global)
    if public:
        return Finding(
            "address",
            well=False,
            words=f"{public[0]} is a public address, and an event socket is plain text, passwords too:"
            " put a tunnel or a private network between, and give the switch its address there",
        )
    return Finding("address", well=True, words=f"{host} is a private address")


def _abilities(connect: Callable[[], EventSocket]) -> Iterator[Finding]:
    denied = [name for name in COMMANDS if _is_denied(connect, name)]
    words = f"the switch's user may not do {', '.join(denied)}: add what is missing to its esl-allowed-api"
    yield Finding("commands", well=not denied, words=words if denied else "the switch's user may do all it needs")
    with connect() as line:
        try:
            line.background("status", _JOB)
            reports = line.result(_JOB, 5) is not None
        except SwitchRefused:
            reports = False
    words = "background jobs report back" if reports else "no BACKGROUND_JOB comes: add it to its esl-allowed-events"
    yield Finding("events", well=reports, words=words)


def _is_denied(connect: Callable[[], EventSocket], name: str) -> bool:
    """Whether a command is not allowed. Without its arguments each says how it is used, and does nothing."""
    with connect() as line:
        try:
            line.api(name)
        except SwitchRefused:
            return True
    return False


def _modules(line: EventSocket) -> Iterator[Finding]:
    missing = [module for module in MODULES if line.api(f"module_exists {module}") != "true"]
    words = f"{', '.join(missing)} not loaded: add to modules.conf.xml" if missing else "all there"
    yield Finding("modules", well=not missing, words=words)


def _sounds(connect: Callable[[], EventSocket]) -> Iterator[Finding]:
    """On a connection of their own, which a command that is not allowed would end."""
    with connect() as line:
        try:
            yield from sounds(line)
        except SwitchRefused as problem:
            yield Finding("sounds", well=False, words=f"cannot be tried: {problem.detail}")


def _queues(line: EventSocket) -> Finding:
    """Whether it is from here that mod_callcenter knows its queues."""
    asks = queues.DESCRIPTION in line.api(f"xml_locate configuration configuration name {queues.CONFIGURATION}")
    words = (
        "the switch has its queues from here"
        if asks
        else "the switch does not get its queues from here: bindings in xml_curl.conf.xml must have configuration too"
    )
    return Finding("queues", well=asks, words=words)


def _telephony(line: EventSocket, domain: Domain | None) -> Iterator[Finding]:
    profiles = [row for row in line.api("sofia status").splitlines() if "profile" in row and "RUNNING" in row]
    words = "its SIP profiles run" if profiles else "no SIP profile runs: see the switch's log"
    yield Finding("SIP", well=bool(profiles), words=words)
    if domain is None:
        return
    if domain.outbound_gateway is not None:
        gateway = domain.outbound_gateway
        known = not line.api(f"sofia status gateway {gateway}").startswith("Invalid Gateway")
        words = f"{gateway} is there" if known else f"{gateway} is none of the switch's: see sip_profiles/external/"
        yield Finding("gateway", well=known, words=words)
    found = line.api(f"xml_locate directory domain name {domain.domain_name}")
    asks = domain.domain_uuid in found
    yield Finding(
        "directory",
        well=asks,
        words=f"the switch has {domain.domain_name} from here"
        if asks
        else f"the switch does not get {domain.domain_name} from here: check ringpost_url and ringpost_key in"
        " vars.xml, that the key has the scope freeswitch.# and reaches the domain, and the switch's log",
    )
