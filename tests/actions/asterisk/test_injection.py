"""Nothing that an operator, a caller or a phone can write is read by Asterisk as anything but what it is.

``Exec`` expands each step once more, and applications read their arguments: so each step is taken apart here as
Asterisk takes it apart, and where somebody's text stands, none of it is a letter that steers.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from ringpost.model.conference import Conference
from ringpost.model.destination import Destination, DestinationAction
from ringpost.model.domain import Domain
from ringpost.model.extension import Extension
from ringpost.model.parking import ParkingLot
from ringpost.model.queue import Queue, QueueMemberOrder, QueueOrder
from ringpost.model.ring_group import RingGroup
from ringpost.model.route import (
    AgentCode,
    Emergency,
    Forwarded,
    Group,
    Inbound,
    Messages,
    Outside,
    Phone,
    Queued,
    Refused,
    Ringing,
    Room,
    Route,
    Slot,
)
from ringpost.model.telephone.spelling import NUMBER
from ringpost.model.values import EXTENSION
from ringpost.model.voicemail import Voicemail
from ringpost.switch.asterisk import names, plan, realtime
from ringpost.switch.asterisk.plan import Caller as Dialling
from ringpost.switch.asterisk.plan import Member, Rest
from tests.actions.asterisk.asking import Steps, decoded, read

HOME = demo.DOMAIN_NAME
UUID = demo.DOMAIN_UUID
APPLICATIONS = {
    "Answer", "ConfBridge", "Dial", "ExecIf", "Gosub", "Goto", "Hangup", "MixMonitor", "MusicOnHold", "Park",
    "Playback", "Queue", "Set", "UserEvent", "VoiceMail", "VoiceMailMain", "Wait",
}  # fmt: skip
OURS = re.compile(
    r"\$\{(?:RP_RINGS(?:_[0-9]+)?|RP_REACHED|RP_RECORDED|RP_FULL|RP_AHEAD|RP_DIALS|RP_QUEUES|RP_PARKS|RP_CONSULTS|QUEUESTATUS|UNIQUEID|EPOCH|CALLERID\((?:num|name)\)"
    r"|GROUP_COUNT\([0-9a-f-]{36}-[0-9*#]{1,32}@(?:from|to)\)|DEVICE_STATE\(park:[0-9]{1,4}@[A-Za-z0-9.-]+\))\}"
)
_IN_PARTS = re.compile(r"\$\{CALLERID\(name\):0(?::0)?\$\{RP_AHEAD\}\}")
"""What a step of ours may have expanded; the two of the caller are only where they are the whole end of a ``Set``."""
EXPRESSION = re.compile(r"\$\[[-+>=& 0-9A-Zx~]*\]|\$\{IF\(~\?[0-9*#]{1,32}:\)\}|\$\{LEN\(~\)\}")
"""The same, once all inside is a ``~``."""
STEERS = re.compile(r"""[$\\"{}\[\];`|<>^]""")
ROW = re.compile(r"(?:[0-9]+-)?[0-9*#+]+(?:-o|x[0-9]+x[0-9]+r?)?")
NAME = re.compile(r"[A-Za-z0-9.-]{1,253}")
OPTIONS = re.compile(
    r"ib\(ringpost-callee\^s\^1(?:\([A-Za-z0-9.-]+/[0-9a-f]{8}\))?\)(?:L\(2073600000\))?(?:I|\$\{RP_DIALS\})?"
)
SOUNDS = {"conf-now-recording", "agent-loginok", "agent-loggedoff", "activated", "de-activated"}
QUEUE = re.compile(r"[0-9a-f-]{36}\.[0-9a-f-]{36},i\$\{RP_QUEUES\},,(conf-now-recording)?,[0-9]{0,5}")
ROOM = re.compile(
    rf"1\((\*3)?[0-9*#]{{1,32}},[0-9a-z*#-]+-{UUID},[0-9]{{0,20}},[0-9]{{0,20}},"
    rf"({re.escape(HOME)}/[0-9a-f]{{8}}-\$\{{UNIQUEID\}}\.wav)?\)"
)
CONFERENCE = re.compile(rf"[0-9a-z*#-]+-{UUID},,,ringpost")
PARKED = re.compile(
    r"[0-9a-z@.-]+,st\([0-9]{1,5}\)(c\(ringpost-timed-out,s,1\)(m\([A-Za-z0-9][A-Za-z0-9_-]*\))?)?", re.IGNORECASE
)
CHOSEN = re.compile(r"\]\?(Hangup\(17\)|Goto\(ringpost,[+0-9*#]+,1\)|ParkedCall\([A-Za-z0-9@.-]+,[0-9]{1,4}\))$")
TOLD = (
    re.compile(r"RingpostSent,Number: [0-9*#+]+(,Extension: [0-9*#+]+)?"),
    re.compile(r"RingpostUnqueued,Queue: [0-9a-f-]{36}\.[0-9a-f-]{36},Status: \$\{QUEUESTATUS\}"),
    re.compile(r"RingpostAgentCode,What: [a-z_]+(,Agent: [0-9*#]+)?"),
)

hostile = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="${}()[],;&=\\\"'|<>^`:%@-~!? \n\x00aA1", max_size=30),
    st.sampled_from([
        "${SHELL(id)}", "${CURL(http://x)}", "x,5,g)&a9=System&d9=id", '",System(id)', "\\,\\${x}", "$[1+1]",
        "%24%7Bx%7D", "a\r\nAction: x", "&Local/1@public", "^s^1", "😀" * 30, "\ud800",
    ]),
)  # fmt: skip
number = st.text(alphabet="0123456789*#", min_size=1, max_size=32)
outside = st.one_of(number, number.map(lambda digits: f"+{digits}"))
shown = st.one_of(st.just(""), outside)
music = st.one_of(st.none(), st.from_regex("[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True))
gateway = st.text(alphabet="abcXYZ019_.-", min_size=1, max_size=64)


@st.composite
def extensions(draw: Callable[..., Any]) -> Extension:
    """Whatever an operator, or a row from before, has of an extension."""
    return Extension.model_construct(
        extension_uuid=UUID, domain_uuid=UUID, user_context=HOME, extension=draw(number),
        effective_caller_id_name=(name := draw(hostile)), effective_caller_id_number=draw(shown),
        outbound_caller_id_name=name[::-1], outbound_caller_id_number=draw(shown),
        emergency_caller_id_name=name, emergency_caller_id_number=draw(shown),
        outbound_anonymous=draw(st.booleans()), user_record=draw(st.sampled_from([None, "all", "local"])),
        voicemail_number=draw(st.one_of(st.none(), number)), do_not_disturb=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def groups(draw: Callable[..., Any]) -> Group:
    """The same of a ring group."""
    group = RingGroup.model_construct(
        ring_group_uuid=UUID, domain_uuid=UUID, ring_group_name=draw(hostile), ring_group_extension=draw(number),
        ring_group_strategy=draw(st.sampled_from(["simultaneous", "sequence", "enterprise", "rollover", "random"])),
        ring_group_caller_id_name=draw(hostile), ring_group_cid_name_prefix=draw(hostile),
        ring_group_caller_id_number=draw(st.one_of(st.none(), outside)),
        ring_group_cid_number_prefix=draw(st.one_of(st.none(), outside)), ring_group_context=HOME,
        ring_group_destinations=(),
    )  # fmt: skip
    members = st.one_of(
        st.tuples(outside, gateway, st.integers(0, 300), st.integers(1, 600)).map(lambda one: Ringing(*one)),
        st.tuples(st.integers(0, 300), st.integers(1, 600), extensions()).map(
            lambda one: Ringing(one[2].extension, None, *one)
        ),
    )
    return Group(group, tuple(draw(st.lists(members, max_size=4))))


@st.composite
def queues(draw: Callable[..., Any]) -> Queued:
    """The same of a queue."""
    queue = Queue.model_construct(
        queue_uuid=UUID, domain_uuid=UUID, name=draw(hostile), extension=draw(number), record=draw(st.booleans()),
        name_prefix=draw(hostile), longest_wait=draw(st.one_of(st.none(), st.integers(1, 86_400))),
    )  # fmt: skip
    member = QueueMemberOrder.model_construct(extension=draw(number), name=draw(hostile), pause_reason=draw(hostile))
    way = st.one_of(st.none(), outside)
    passed = draw(st.lists(number, min_size=1, max_size=5).map(tuple))
    order = QueueOrder.model_construct(queue=queue, members=(member,))
    return Queued(order, passed, draw(way), draw(way), draw(way))


@st.composite
def rooms(draw: Callable[..., Any]) -> Room:
    """The same of a conference room; of one that is made on the spot nothing is configured."""
    pin, flag = st.one_of(st.none(), st.from_regex("[0-9]{1,20}", fullmatch=True)), st.booleans()
    conference = Conference.model_construct(
        conference_uuid=UUID, domain_uuid=UUID, name=draw(hostile), extension=draw(number), pin=draw(pin),
        moderator_pin=draw(pin), most_participants=draw(st.one_of(st.none(), st.integers(1, 1000))),
        announce=draw(flag), wait_for_moderator=draw(flag), end_with_moderator=draw(flag), record=draw(flag),
        music=draw(music), description=draw(hostile),
    )  # fmt: skip
    return draw(st.sampled_from([Room(conference.extension, conference), Room("*31")]))


@st.composite
def slots(draw: Callable[..., Any]) -> Slot:
    """The same of a slot."""
    start, count = draw(st.integers(0, 9_999_999_900)), draw(st.integers(0, 39))
    lot = ParkingLot.model_construct(
        parkinglot_uuid=UUID, domain_uuid=UUID, name=draw(hostile), extension=draw(number), slots_start=f"{start:010}",
        slots_end=f"{start + count:010}", timeout=draw(st.integers(0, 86_400)), music=draw(music),
        description=draw(hostile),
    )  # fmt: skip
    way = draw(st.one_of(st.none(), outside))
    taken = st.one_of(st.none(), st.sampled_from(lot.slots))
    return draw(st.sampled_from([Slot(draw(taken), lot, way), Slot("5901"), Slot(None)]))


routes: st.SearchStrategy[Route] = st.one_of(
    queues(),
    rooms(),
    slots(),
    st.builds(AgentCode, st.sampled_from(["log_in", "log_out", "pause", "unpause"]), st.one_of(st.none(), number)),
    st.builds(Phone, extensions(), st.booleans(), st.booleans()),
    groups(),
    st.builds(Outside, outside, gateway),
    st.builds(Emergency, outside, st.one_of(st.none(), gateway)),
    st.builds(Messages, st.one_of(st.none(), number), st.booleans(), st.booleans(), st.booleans()),
    st.builds(Forwarded, outside, st.lists(number, min_size=1, max_size=5).map(tuple)),
    st.builds(Refused, st.sampled_from(["USER_BUSY", "NO_ANSWER", "NO_ROUTE_DESTINATION", "X"])),
)
domains = st.builds(
    lambda announces: Domain(domain_uuid=UUID, domain_name=HOME, record_announcement=announces), st.booleans()
)
callers = st.builds(
    Dialling,
    extension=st.one_of(st.none(), extensions()),
    direction=st.sampled_from(["", "inbound", "local", "outbound"]),
    is_placed=st.booleans(),
    is_recorded=st.booleans(),
    dialled=st.one_of(st.just(""), outside),
    has_dialled=st.booleans(),
    comes_again=st.booleans(),
    rest=st.sampled_from([Rest(), Rest(30, "0a")]),
)
MANY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def arguments(data: str) -> list[str]:
    """As ``AST_STANDARD_APP_ARGS`` divides them: at commas outside of parentheses, brackets and quotes."""
    parts, depth, is_quoted, at = [""], 0, False, 0
    while at < len(data):
        letter = data[at]
        if letter == "\\" and at + 1 < len(data):
            at += 1
            parts[-1] += data[at]
        elif letter == '"':
            is_quoted = not is_quoted
        elif letter == "," and depth <= 0 and not is_quoted:
            parts.append("")
        else:
            depth += 0 if is_quoted else (letter in "([{") - (letter in ")]}")
            parts[-1] += letter
        at += 1
    return parts


def assert_harmless(steps: Steps) -> None:
    """Whatever was written, these are steps of ours, of which each says what it is to say."""
    assert 0 < len(steps) <= 50
    for application, data in steps:
        assert application in APPLICATIONS
        assert data.isprintable() or not set(data) & {"\r", "\n", "\0"}
        assert '"' not in data, "it would be lost, and what is between is taken for one"
        assert "\\" not in data
        told = _CHECKS[application](data) if application in _CHECKS else True
        assert told, (application, data)
        left = OURS.sub("~", _IN_PARTS.sub("~", data))
        while (again := EXPRESSION.sub("~", left)) != left:
            left = again
        left = re.sub(r"\^s\^1", "", left) if application in ("Dial", "Gosub") else left
        assert not STEERS.search(left), (application, data)


def _sets(data: str) -> bool:
    name, _, value = data.partition("=")
    if re.fullmatch(r"CALLERID\((num|name)\)", name):
        for ours in (f"${{{name}}}", "${CALLERID(name):0:0${RP_AHEAD}}", "${CALLERID(name):0${RP_AHEAD}}"):
            value = value.removeprefix(ours).removesuffix(ours)
        theirs = value
        return not STEERS.search(theirs) and not set(theirs) & set("(),&")
    known = r"CONFBRIDGE\((user|bridge),[a-z_]+\)|"
    known += r"QUEUESTATUS|_{0,2}RP_[A-Z]+(_[A-Z]+)*(_[0-9]+)?|GROUP\((from|to)\)|PARKING[A-Z]+|CALLERID\(pres\)"
    return re.fullmatch(known, name) is not None and not set(OURS.sub("", value)) & set(",&")


def _dials(data: str) -> bool:
    [rung, seconds, options] = arguments(data)
    trunk = re.fullmatch(r"PJSIP/\+?[0-9*#]{1,32}@[A-Za-z0-9_.-]{1,64}", rung)
    ours = re.fullmatch(r"(\$\{RP_RINGS(_[0-9]+)?\})+", rung)
    return bool(trunk or ours) and re.fullmatch("[0-9]{0,3}", seconds) is not None and _are_options(options)


def _are_options(options: str) -> bool:
    return OPTIONS.fullmatch(options) is not None


def _goes_into(data: str) -> bool:
    [context, start, given] = arguments(data)
    assert (start, given[:2], given[-1]) == ("s", "1(", ")")
    if context == "ringpost-room":
        return ROOM.fullmatch(given) is not None
    [home, row, trunk, *options] = arguments(given[2:-1])
    assert context == ("ringpost-row" if options else "ringpost-rings")
    assert all(map(_are_options, options))
    assert re.fullmatch("[A-Za-z0-9_.-]{0,64}", trunk)
    return home == HOME and all(ROW.fullmatch(one) for one in row.split("&"))


def _goes_to(data: str) -> bool:
    [context, place, first] = arguments(data)
    ended = context == "ringpost-ended" and place in ("s", "phones")
    return first == "1" and (ended or (context == "ringpost" and NUMBER.fullmatch(place) is not None))


def _leaves(data: str) -> bool:
    box, options = arguments(data)
    number, _, home = box.partition("@")
    return home == HOME and re.fullmatch("[0-9*#]{0,32}", number) is not None and options in ("us", "s", "")


_CHECKS: dict[str, Callable[[str], bool]] = {
    "Set": _sets,
    "Dial": _dials,
    "Gosub": _goes_into,
    "Goto": _goes_to,
    "VoiceMail": _leaves,
    "VoiceMailMain": _leaves,
    "Hangup": lambda data: re.fullmatch("[0-9]{1,3}", data) is not None,
    "Wait": lambda data: re.fullmatch("[0-9]{1,3}", data) is not None,
    "Answer": lambda data: data in ("", "500"),
    "MixMonitor": lambda data: data in ("${RP_RECORDED},b", "${RP_RECORDED},"),
    "Playback": lambda data: data in SOUNDS,
    "Queue": lambda data: QUEUE.fullmatch(data) is not None,
    "ConfBridge": lambda data: CONFERENCE.fullmatch(data) is not None,
    "Park": lambda data: PARKED.fullmatch(data) is not None,
    "UserEvent": lambda data: any(one.fullmatch(data) for one in TOLD),
    "ExecIf": lambda data: CHOSEN.search(data) is not None,
}


@MANY
@given(domain=domains, dialled=outside, route=routes, caller=callers, parties=st.lists(extensions(), max_size=1))
def test_no_step_for_a_number_is_anybodys_but_ours(
    domain: Domain, dialled: str, route: Route, caller: Dialling, parties: list[Extension]
) -> None:
    assert_harmless(read(plan.dialled(domain, dialled, route, caller, parties=parties).decode()))


@MANY
@given(domain=domains, dialled=outside, name=hostile, prefix=hostile, leads_to=outside, is_recorded=st.booleans())
def test_nor_for_one_that_is_called_from_outside(
    domain: Domain, dialled: str, name: str, prefix: str, leads_to: str, is_recorded: bool
) -> None:
    destination = Destination.model_construct(
        domain_uuid=UUID, destination_uuid=UUID, destination_number=dialled, destination_caller_id_name=name,
        destination_cid_name_prefix=prefix, destination_record=is_recorded, destination_name=name,
        destination_actions=(DestinationAction(destination_app="transfer", destination_data=leads_to),),
    )  # fmt: skip
    assert_harmless(read(plan.called_from_outside(dialled, Inbound(destination, domain, leads_to)).decode()))


@MANY
@given(
    domain=domains, extension=extensions(), trunk=st.one_of(st.none(), gateway), said=hostile, recorded=st.booleans()
)
def test_nor_for_somebody_who_rings_by_himself(
    domain: Domain, extension: Extension, trunk: str | None, said: str, recorded: bool
) -> None:
    found = plan.Asked({"number": f"{extension.extension}x5x20{'r' if recorded else ''}", "call": said}).member
    assert found == Member(extension.extension, 5, 20, recorded)
    ringing = Ringing(extension.extension, trunk, 0, 0, None if trunk else extension)
    call = plan.Asked({"call": said}).placed_call
    assert_harmless(read(plan.phones(domain, ringing, found, call).decode()))


SAID = (
    "number", "endpoint", "domain", "call", "direction", "dialled", "passed", "tried", "full", "dialstatus", "cause",
    "more",
)  # fmt: skip


@MANY
@given(members=st.dictionaries(st.sampled_from(SAID), hostile))
def test_of_what_a_question_says_only_what_has_its_form_is_taken(members: dict[str, str]) -> None:
    asked = plan.Asked(members)
    assert NUMBER.fullmatch(asked.number) or asked.number == ""
    assert NUMBER.fullmatch(asked.dialled) or asked.dialled == ""
    assert all(EXTENSION.fullmatch(one) for one in asked.passed)
    assert asked.direction in ("", "inbound", "outbound", "local")
    for uuid in (asked.domain_uuid, asked.placed_call):
        assert re.fullmatch("([0-9a-f-]{36})?", uuid)
    assert re.fullmatch("[A-Z_]{1,40}", asked.failed("100") or "NONE")
    assert asked.account is None or (EXTENSION.fullmatch(asked.account[0]) and NAME.fullmatch(asked.account[1]))
    assert re.fullmatch("[0-9a-f]*", asked.more("100").order)


@MANY
@given(
    domain=domains,
    extension=extensions(),
    name=hostile,
    email=hostile,
    pin=number,
)
def test_no_row_has_a_member_or_a_value_of_anybodys(
    domain: Domain, extension: Extension, name: str, email: str, pin: str
) -> None:
    row = decoded(realtime.endpoint(domain, extension).decode())
    assert row["context"] == "ringpost"
    assert re.fullmatch(r'"[^"\\<>]*" <\+?[0-9*#]{1,32}>', row["callerid"])
    assert re.fullmatch(r"__RP_DOMAIN=[0-9a-f-]{36}", row["set_var"])
    box = Voicemail.model_construct(number="100", name=name, email=email, pager=email)
    kept = decoded(realtime.voicemail(domain, box, pin).decode())
    assert (kept["mailbox"], kept["context"], kept["password"]) == ("100", HOME, pin)
    assert kept.get("email") in (None, email)
    for value in (*row.values(), *kept.values()):
        assert not set(value) & set("\r\n\0$`|;\\{}[]")


@MANY
@given(hostile)
def test_a_name_is_shown_as_far_as_it_is_one(name: str) -> None:
    shown = names.shown(name)
    assert not set(shown) & set('$[]{},;\\<>()|^`&"\r\n\0')
    assert names.shown(shown) == shown
    shown.encode()


@pytest.mark.parametrize("name", ["Alice Müller", "O'Hara & Söhne", "😀", "50% off!", "a/b:c@d", "Ж"])
def test_what_steers_nothing_is_kept(name: str) -> None:
    assert names.shown(name).replace("  ", " ") == " ".join(name.replace("&", "").split())
