"""Examining an Asterisk step by step, from here to a registered phone, and saying in words what is wrong."""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterator, Mapping

from ringpost.clock import Clock
from ringpost.model.domain import Domain
from ringpost.model.errors import Problem, SwitchRefused
from ringpost.model.switch import SwitchRecord
from ringpost.model.values import is_uuid
from ringpost.switch import Finding
from ringpost.switch.asterisk import lists, marks, queues
from ringpost.switch.asterisk.ami import Manager, Message, Unlisted
from ringpost.switch.asterisk.place import Address, connected

MODULES = (
    "res_curl", "res_config_curl", "func_curl", "res_pjsip", "res_pjsip_session", "res_pjsip_registrar",
    "res_pjsip_authenticator_digest", "res_pjsip_endpoint_identifier_user", "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_sdp_rtp", "res_pjsip_notify", "res_rtp_asterisk", "chan_pjsip", "res_sorcery_config",
    "res_sorcery_astdb", "res_sorcery_realtime", "res_sorcery_memory_cache", "pbx_config", "app_dial", "app_exec",
    "app_stack", "app_playback", "app_playtones", "app_userevent", "app_mixmonitor", "app_chanspy", "app_senddtmf",
    "app_confbridge", "app_read", "app_channelredirect", "app_voicemail", "res_parking", "res_manager_devicestate",
    "res_musiconhold", "res_mutestream", "bridge_simple", "bridge_holding", "bridge_softmix", "func_channel",
    "func_logic", "func_db", "func_global", "func_strings", "func_uri", "func_volume", "func_pjsip_endpoint",
)  # fmt: skip
ACTIONS = (
    "ConfbridgeKick", "ConfbridgeList", "CoreSettings", "CoreShowChannels", "CoreStatus", "DBGetTree",
    "DeviceStateList", "Events", "Getvar", "Hangup", "Originate", "ParkedCalls", "Ping", "PlayDTMF", "Redirect",
    "Setvar", "ShowDialPlan",
)  # fmt: skip
"""What the driver asks of any Asterisk."""
SYSTEM_ACTIONS = (
    "DBDel", "DBPut", "Filter", "MixMonitor", "ModuleCheck", "PJSIPNotify", "SorceryMemoryCacheExpireObject",
)  # fmt: skip
"""What only a user with the class ``system`` may do: beyond loopback nobody should."""
_QUEUE_ACTIONS = (
    "GetConfig", "QueueAdd", "QueuePause", "QueuePenalty", "QueueReload", "QueueRemove", "QueueStatus",
    "QueueWithdrawCaller", "UpdateConfig",
)  # fmt: skip
CONTEXTS = (marks.PLAN, marks.PHONES, marks.ANNOUNCES, marks.ROOM, marks.TIMED_OUT, marks.CONSULTING)
LEAST_VERSION = 20
_SECONDS_OFF = 60
_VERSION = re.compile(r"(?:certified[/-])?([0-9]{1,4})[.-].*", re.DOTALL)
_TIMESTAMP = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_TRUE = frozenset({"yes", "true", "y", "t", "1", "on"})
_PUBLIC = "public"
_NO_302 = "![[:cntrl:]]Forward:"


def examined(
    record: SwitchRecord, place: Address, secret: Callable[[str], str], clock: Clock, domain: Domain | None
) -> Iterator[Finding]:
    """What was tried, in order. What the next step stands on ends it if it fails."""
    yield (reached := _address(place))
    if not reached.well:
        return
    try:
        password = secret(record.secret or "")
        yield Finding("secret", well=True, words=f"found where {record.secret} says")
        with connected(place, record, password) as line:
            how = "with TLS" if place.is_encrypted else "in plain text"
            yield Finding("AMI", well=True, words=f"answers at {place.host}:{place.port} {how} and lets us in")
            yield _user(line, place)
            yield from _core(line, record, clock)
            yield from _settings(line)
            yield from _told(line, record, place)
            yield _modules(line)
            yield from _plan(line)
            if place.is_loopback:
                yield _queues(line)
            yield from _telephony(line, clock, domain)
    except Problem as problem:
        yield Finding("AMI", well=False, words=problem.detail)


def _address(place: Address) -> Finding:
    """Without TLS passwords cross this line in clear: it may not be the open Internet."""
    try:
        told = socket.getaddrinfo(place.host, None, proto=socket.IPPROTO_TCP)
        found = {ipaddress.ip_address(info[4][0]) for info in told}
    except (OSError, UnicodeError):
        return Finding(
            "address", well=False, words=f"{place.host} is no name that can be found here: check the address"
        )
    public = sorted(str(address) for address in found if address.is_global)
    if public and not place.is_encrypted:
        return Finding(
            "address",
            well=False,
            words=f"{public[0]} is a public address, and AMI is plain text, passwords too: put a tunnel or a private"
            " network between, or set tlsenable in manager.conf and tls:// in front of the address",
        )
    kind = "a public address, spoken to with TLS" if public else "a private address"
    return Finding("address", well=True, words=f"{place.host} is {kind}")


def _may(line: Manager) -> frozenset[str]:
    """The actions this user may do: Asterisk lists no others."""
    return frozenset(name for name, _ in line.ask("ListCommands").members)


def _user(line: Manager, place: Address) -> Finding:
    may = _may(line)
    if not place.is_loopback and (shell := sorted(may & {*SYSTEM_ACTIONS, "Command"})):
        return Finding(
            "user",
            well=False,
            words=f"the switch's user may do {shell[0]}: its class system or command may run a shell, and whoever reads"
            " this line has it: take it from write= in manager.conf, or run a link beside the switch",
        )
    needed = (*ACTIONS, *(SYSTEM_ACTIONS if place.is_loopback else ()))
    missing = [name for name in needed if name not in may]
    classes = "call,agent,reporting,originate" + (",system" if place.is_loopback else "")
    words = (
        f"the switch's user may not do {', '.join(missing)}: give it write = {classes} in manager.conf, and load the"
        " modules that do it"
    )
    return Finding("user", well=not missing, words=words if missing else "the switch's user may do all it needs")


def _core(line: Manager, record: SwitchRecord, clock: Clock) -> Iterator[Finding]:
    core = line.ask("CoreSettings")
    version, name = core.get("AsteriskVersion")[:64], core.get("SystemName")[:64]
    found = _VERSION.fullmatch(version)
    yield Finding(
        "version",
        well=bool(found and int(found[1]) >= LEAST_VERSION),
        words=f"Asterisk {version or 'of an unknown version'}"
        + ("" if found and int(found[1]) >= LEAST_VERSION else f": it needs {LEAST_VERSION} or later"),
    )
    same = bool(name) if is_uuid(record.switch_name) else name == record.switch_name  # a link may know it by its uuid
    words = (
        f"its systemname is {name}"
        if same
        else (
            f"its systemname is {name or 'empty'}: set systemname={record.switch_name} in asterisk.conf and restart it,"
            " for calls of two switches with one name cannot be told apart"
        )
    )
    yield Finding("systemname", well=same, words=words)
    yield _clock(line, clock)


def _clock(line: Manager, clock: Clock) -> Finding:
    told = line.ask("Ping").get("Timestamp")
    if not _TIMESTAMP.fullmatch(told):
        return Finding("clock", well=False, words="it does not say what time it is: see its log")
    off = float(told) - clock.now()
    if abs(off) > _SECONDS_OFF:
        way = "ahead of" if off > 0 else "behind"
        words = f"its clock is {abs(off):.0f} seconds {way} ours: set it by NTP, or calls have wrong times"
        return Finding("clock", well=False, words=words)
    return Finding("clock", well=True, words="its clock agrees with ours")


def _settings(line: Manager) -> Iterator[Finding]:
    """What cannot be read by this user is looked for in a channel, if there is one."""
    general = _general(line, "manager.conf")
    said = {one.strip() for one in general.get("channelvars", "").split(",")} if general else _in_a_row(line)
    missing = [name for name in marks.SAID if name not in said] if said is not None else []
    words = "all there" if said is not None else "cannot be seen by this user while there is no call"
    if missing:
        words = f"{', '.join(missing)} missing: set channelvars={','.join(marks.SAID)} in manager.conf"
    yield Finding("channelvars", well=not missing, words=words)
    if general:
        yield _is_set("events", general, "timestampevents", "manager.conf")
    if parking := _general(line, "res_parking.conf"):
        yield _is_set("parking", parking, "parkeddynamic", "res_parking.conf")


def _is_set(step: str, general: Mapping[str, str], name: str, file: str) -> Finding:
    is_set = general.get(name, "").lower() in _TRUE
    return Finding(step, well=is_set, words=f"{name} is set" if is_set else f"set {name}=yes in {file}")


def _told(line: Manager, record: SwitchRecord, place: Address) -> Iterator[Finding]:
    """What this user is told, and what must be kept away from it."""
    user = _said(line, "manager.conf", record.user or "")
    if not user:
        return
    heard = {one.strip() for one in user.get("read", "").split(",")}
    words = "the switch tells where its phones log in from"
    is_told = not place.is_loopback or bool(heard & {"security", "all"})
    if not is_told:
        words = "where phones log in from is not told, so none is rung: add security to read= in manager.conf"
    elif user.get("eventfilter") != _NO_302:
        words = f"a phone may tell us events of its making: set eventfilter={_NO_302} in manager.conf"
        is_told = False
    yield Finding("told", well=is_told, words=words)


def _general(line: Manager, file: str) -> dict[str, str]:
    """What ``[general]`` of a file says; empty if it cannot be read."""
    return _said(line, file, "general")


def _said(line: Manager, file: str, section: str) -> dict[str, str]:
    try:
        answer = line.ask("GetConfig", Filename=file, Category=section)
    except SwitchRefused:
        return {}
    lines = (value.partition("=") for name, value in answer.members if name.startswith("Line-"))
    return {name.strip(): value.strip() for name, _, value in lines}


def _in_a_row(line: Manager) -> set[str] | None:
    rows = _rows(line, "CoreShowChannels")
    return set(rows[0].variables()) if rows else None


def _rows(line: Manager, action: str, **members: str) -> list[Message]:
    try:
        return line.listed(action, **members)
    except Unlisted:
        return []


def _modules(line: Manager) -> Finding:
    try:
        missing = [name for name in MODULES if not line.ask("ModuleCheck", Module=f"{name}.so").is_good]
    except SwitchRefused:
        return Finding("modules", well=True, words="cannot be seen by this user: its log says what is missing")
    words = f"{', '.join(missing)} not loaded: add to modules.conf" if missing else "all there"
    return Finding("modules", well=not missing, words=words)


def _plan(line: Manager) -> Iterator[Finding]:
    missing = [name for name in CONTEXTS if not _rows(line, "ShowDialPlan", Context=name)]
    words = f"no context {', '.join(missing)}: take extensions.conf from the guide" if missing else "the plan is there"
    yield Finding("plan", well=not missing, words=words)
    url = line.ask("Getvar", Variable="RP_URL").get("Value")
    words = f"it asks at {url[:200]}" if url else "RP_URL is empty: set it in [globals] of extensions.conf"
    yield Finding("asks", well=bool(url), words=words)


def _queues(line: Manager) -> Finding:
    """Whether there can be queues; a switch may well be without."""
    if not line.ask("ModuleCheck", Module="app_queue.so").is_good:
        return Finding("queues", well=True, words="there can be none: for some, load app_queue as the guide does")
    may = _may(line)
    missing = [name for name in _QUEUE_ACTIONS if name not in may]
    general = _general(line, "queues.conf")
    if missing:
        words = f"the switch's user may not do {', '.join(missing)}: add agent,config to its write= in manager.conf"
    elif not _rows(line, "ShowDialPlan", Context=marks.STATES):
        words = f"no context {marks.STATES}: take extensions.conf from the guide"
    elif general.get("autofill", "").lower() not in _TRUE or general.get("persistentmembers", "").lower() in _TRUE:
        words = "set autofill=yes and persistentmembers=no in queues.conf"
    elif not line.ask("GetConfig", Filename=queues.FILE).is_good:
        words = f"there is no {queues.FILE}: take it and queues.conf, which includes it, from the guide"
    else:
        return Finding("queues", well=True, words="app_queue is there, and is told what it needs")
    return Finding("queues", well=False, words=words)


def _telephony(line: Manager, clock: Clock, domain: Domain | None) -> Iterator[Finding]:
    if domain is None:
        return
    if domain.outbound_gateway is not None:
        yield _gateway(line, domain.outbound_gateway)
    rows = _rows(line, "DBGetTree", Family="registrar")
    phones = [one for one in lists.contacts(rows, clock.now(), lambda _: None) if one.is_in(domain)]
    if not phones:
        words = f"no phone of {domain.domain_name} is registered: register one, and try again"
        yield Finding("phones", well=False, words=words)
        return
    account = f"{phones[0].number}@{domain.domain_name}"
    context = _context(line, account)
    words = (
        f"{len(phones)} registered"
        if context == marks.PLAN
        else (
            f"{account} is registered, and the switch does not get it from here: check extconfig.conf, sorcery.conf and"
            " res_curl.conf, that the key has the scope asterisk.# and reaches the domain, and the switch's log"
        )
    )
    yield Finding("phones", well=context == marks.PLAN, words=words)


def _gateway(line: Manager, gateway: str) -> Finding:
    context = _context(line, gateway)
    is_by_name = "username" in _of_endpoint(line, gateway, "identify_by") and not _of_endpoint(line, gateway, "auth")
    words = f"{gateway} is there"
    if not context:
        words = f"{gateway} is none of the switch's: make an endpoint of that name in pjsip.conf"
    elif context != _PUBLIC:
        words = f"calls from {gateway} go to the context {context[:64]}: set context={_PUBLIC} in pjsip.conf"
    elif is_by_name:
        words = f"whoever says that he is {gateway} calls in, from anywhere: set identify_by=ip in pjsip.conf"
    return Finding("gateway", well=context == _PUBLIC and not is_by_name, words=words)


def _context(line: Manager, endpoint: str) -> str:
    """The context an endpoint dials in; empty if there is none of that name."""
    return _of_endpoint(line, endpoint, "context")


def _of_endpoint(line: Manager, endpoint: str, member: str) -> str:
    return line.ask("Getvar", Variable=f"PJSIP_ENDPOINT({endpoint},{member})").get("Value")
