"""Where a number leads, as an Asterisk is answered it: the questions are those of docs/asterisk/extensions.conf."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from tests.actions.asterisk.asking import (
    FORM,
    HOME,
    IN_HOME,
    MEMBERS,
    Steps,
    all_steps,
    dialled,
    marks,
    posted,
    question,
    read,
    with_trunk,
)
from tests.fakes import CountingStore
from tests.harness import CATALOGUE, Caller, House

PLAN = Path(__file__).parents[3] / "docs" / "asterisk" / "extensions.conf"
CLICK = "55555555-5555-4555-8555-555555555555"
ENDED, WITH_PHONES = ("Goto", "ringpost-ended,s,1"), ("Goto", "ringpost-ended,phones,1")
ALONE = "ib(ringpost-callee^s^1)"
OPTIONS = f"{ALONE}${{RP_DIALS}}"
ME, OTHER = f"100@{HOME}", f"101@{HOME}"


def rings(row: str, seconds: int | str, gateway: str = "", options: str = OPTIONS) -> Steps:
    """The steps that put phones together, and ring them."""
    together = ("Gosub", f"ringpost-rings,s,1({HOME},{row},{gateway})")
    return [("Set", "RP_RINGS="), together, ("Dial", f"${{RP_RINGS}},{seconds},{options}")]


def test_the_plan_posts_what_is_read_and_nothing_else() -> None:
    plan = PLAN.read_text()
    [url] = re.findall(r"/asterisk-route,(.*)\)\}\)$", plan, re.MULTILINE)
    names = re.findall(r"(?:^|&)([a-z]+)=(?=[$])", url)
    assert names == ["where", *MEMBERS]
    example = CATALOGUE.load("asterisk-route").EXAMPLE["body"]
    assert [pair.partition("=")[0] for pair in example.split("&")].sort() == names.sort()


def test_the_plan_has_every_context_that_a_step_names() -> None:
    plan = PLAN.read_text()
    for context in ("ringpost", "ringpost-phones", "ringpost-rings", "ringpost-row", "ringpost-callee", "public"):
        assert f"\n[{context}]\n" in plan
    ended = plan.partition("\n[ringpost-ended]\n")[2]
    assert "exten => s,1," in ended
    assert "exten => phones,1," in ended


# phones


def test_an_extension_rings_and_then_takes_a_message(pbx: Caller) -> None:
    assert dialled(pbx, "101") == [
        *rings("101", 30),
        ("Set", "RP_BOX=101"),
        ("Answer", "500"),
        ("VoiceMail", f"101@{HOME},us"),
    ]


def test_one_that_takes_no_messages_ends_as_its_phones_did(pbx: Caller, operator: Caller) -> None:
    operator.done("voicemail-update", **IN_HOME, voicemail="101", enabled=False)
    assert dialled(pbx, "101") == [*rings("101", 30), WITH_PHONES]


def test_every_leg_carries_whose_it_is(pbx: Caller) -> None:
    found = marks(all_steps(pbx, "101"))
    assert (found["__RP_DOMAIN"], found["__RP_DIRECTION"], found["__RP_DIALLED"]) == (
        demo.DOMAIN_UUID, "local", "101",
    )  # fmt: skip
    assert found["RP_REACHED"] == "${RP_REACHED}101:"
    assert found["RP_UNTIL"] == "$[${EPOCH}+30]"


def test_a_call_keeps_its_direction_and_what_was_dialled(pbx: Caller, operator: Caller) -> None:
    with_trunk(operator)
    assert marks(all_steps(pbx, "12025550123"))["__RP_DIRECTION"] == "outbound"
    kept = marks(all_steps(pbx, "101", domain=demo.DOMAIN_UUID, direction="inbound", dialled="12025550100"))
    assert (kept["__RP_DIRECTION"], kept["__RP_DIALLED"]) == ("inbound", "12025550100")
    hostile = marks(all_steps(pbx, "101", direction="${x}", dialled="1,2&a=b"))
    assert (hostile["__RP_DIRECTION"], hostile["__RP_DIALLED"]) == ("local", "101")


def test_nobodys_number_is_noted_for_a_code(pbx: Caller) -> None:
    for code in ("*97", "*98", "*99101", "*3001", "*5900", "600"):
        assert "RP_REACHED" not in marks(all_steps(pbx, code))


@pytest.mark.parametrize(("number", "extension"), [("101", ",Extension: 101"), ("*3001", ""), ("*99101", "")])
def test_it_is_told_that_somebody_who_had_dialled_is_sent_on(pbx: Caller, number: str, extension: str) -> None:
    told = ("UserEvent", f"RingpostSent,Number: {number}{extension}")
    assert told in all_steps(pbx, number, domain=demo.DOMAIN_UUID, dialled="100")
    assert told not in all_steps(pbx, number)
    parked = all_steps(pbx, "*5900", domain=demo.DOMAIN_UUID, dialled="100")
    assert "UserEvent" not in [application for application, _ in parked], "it is parked"


def test_calls_at_once_are_counted_for_who_calls_and_who_is_called(pbx: Caller, operator: Caller) -> None:
    operator.done("extension-update", **IN_HOME, extension="101", limit_max=1)
    mine, theirs = f"{demo.DOMAIN_UUID}-100", f"{demo.DOMAIN_UUID}-101"
    steps = all_steps(pbx, "101")
    assert [one for one in steps if one[1].startswith("GROUP")] == [
        ("Set", f"GROUP(from)={mine}"),
        ("Set", f"GROUP(to)={theirs}"),
    ]
    many = f"$[${{GROUP_COUNT({mine}@from)}}+${{GROUP_COUNT({mine}@to)}}>5 & ${{LEN(${{RP_CONSULTS}})}}=0]"
    assert ("ExecIf", f"{many}?Hangup(17)") in steps
    few = f"$[${{GROUP_COUNT({theirs}@from)}}+${{GROUP_COUNT({theirs}@to)}}>1]"
    assert ("Set", f"RP_FULL=${{IF({few}?101:)}}") in steps
    assert ("ExecIf", "$[${LEN(${RP_FULL})}>0]?Goto(ringpost,101,1)") in steps
    own = all_steps(pbx, "100")
    assert not [one for one in own if "GROUP(to)" in one[1] or "RP_FULL" in one[1]], "he calls himself"


def test_who_has_enough_calls_is_busy(pbx: Caller, operator: Caller) -> None:
    assert dialled(pbx, "101", full="101")[-1] == ("VoiceMail", f"101@{HOME},us")
    operator.done("voicemail-update", **IN_HOME, voicemail="101", enabled=False)
    assert dialled(pbx, "101", full="101") == [("Hangup", "17")]
    assert dialled(pbx, "101", full="100")[-1] == WITH_PHONES


# forwards


def forward(operator: Caller, number: str, **kinds: str) -> None:
    for to in kinds.values():
        if len(to) == 3:
            operator.call("extension-create", **IN_HOME, extension=to)  # unless it is there
    sent = {kind: {"enabled": True, "destination": to} for kind, to in kinds.items()}
    operator.done("extension-forward-set", **IN_HOME, extension=number, **sent)


def test_a_forward_for_always_is_another_number(pbx: Caller, operator: Caller) -> None:
    forward(operator, "101", unconditional="100")
    assert dialled(pbx, "101") == [("Set", "RP_PASSED=101"), ("Goto", "ringpost,100,1")]
    assert dialled(pbx, "101", passed="102:103")[0] == ("Set", "RP_PASSED=102:103:101")
    assert rings("101", 30)[-1] in dialled(pbx, "101", passed="100"), "it comes from there"


@pytest.mark.parametrize(
    ("dialstatus", "cause", "to"),
    [
        ("BUSY", "17", "201"),
        ("NOANSWER", "21", "201"),
        ("NOANSWER", "0", "202"),
        ("NOANSWER", "19", "202"),
        ("CHANUNAVAIL", "20", "203"),
        ("CHANUNAVAIL", "0", "203"),
        ("CHANUNAVAIL", "17", "203"),
        ("CONGESTION", "18", "203"),
        ("CONGESTION", "27", "203"),
    ],
)
def test_phones_that_were_not_reached_are_asked_about_again(
    pbx: Caller, operator: Caller, dialstatus: str, cause: str, to: str
) -> None:
    forward(operator, "101", busy="201", noanswer="202", unregistered="203")
    first = dialled(pbx, "101")
    assert first[0] == ("Set", "RP_TRIED=101")
    assert first[-1] == ("Goto", "ringpost,101,1")
    again = dialled(pbx, "101", tried="101", dialstatus=dialstatus, cause=cause)
    assert again == [("Set", "RP_PASSED=101"), ("Goto", f"ringpost,{to},1")]


def test_without_a_forward_for_that_case_they_end_as_ever(pbx: Caller, operator: Caller) -> None:
    forward(operator, "101", busy="201")
    tried = {"tried": "101", "dialstatus": "NOANSWER", "cause": "0"}
    assert dialled(pbx, "101", **tried)[-1] == ("VoiceMail", f"101@{HOME},us")
    operator.done("voicemail-update", **IN_HOME, voicemail="101", enabled=False)
    assert dialled(pbx, "101", **tried) == [("Hangup", "19")]


@pytest.mark.parametrize(
    "members",
    [
        {"tried": "101", "dialstatus": "ANSWER", "cause": "16"},
        {"tried": "100", "dialstatus": "BUSY", "cause": "17"},
        {"dialstatus": "BUSY", "cause": "17"},
        {"tried": "${x}", "dialstatus": "BUSY", "cause": "17"},
    ],
)
def test_a_number_that_was_not_tried_just_now_rings(pbx: Caller, operator: Caller, members: dict[str, str]) -> None:
    forward(operator, "101", busy="201")
    assert rings("101", 30)[-1] in dialled(pbx, "101", **members)


def test_who_is_tried_and_nobody_says_why_ends_so(pbx: Caller, operator: Caller) -> None:
    operator.done("voicemail-update", **IN_HOME, voicemail="101", enabled=False)
    for said in ({"dialstatus": "", "cause": ""}, {"dialstatus": "${x}", "cause": "x" * 4096}):
        assert dialled(pbx, "101", tried="101", **said) == [("Hangup", "41")]


def test_phones_that_come_again_are_not_sent_on_once_more(pbx: Caller, operator: Caller) -> None:
    again = all_steps(pbx, "101", tried="101", dialstatus="BUSY", cause="17", dialled="101", domain=demo.DOMAIN_UUID)
    assert "UserEvent" not in [application for application, _ in again]
    assert "RP_REACHED" not in marks(again)


def test_who_is_not_to_be_disturbed_does_not_ring(pbx: Caller, operator: Caller) -> None:
    operator.done("extension-dnd-set", **IN_HOME, extension="101", enabled=True)
    assert [application for application, _ in dialled(pbx, "101")] == ["Set", "Answer", "VoiceMail"]
    operator.done("voicemail-update", **IN_HOME, voicemail="101", enabled=False)
    assert dialled(pbx, "101") == [("Hangup", "17")]


# ring groups


def group(operator: Caller, strategy: str, members: list[dict[str, Any]], **more: Any) -> None:
    said = {"name": "g", "extension": "601", "strategy": strategy, "destinations": members}
    operator.done("ringgroup-create", **IN_HOME, **said, **more)


MIXED: list[dict[str, Any]] = [
    {"number": "100", "timeout": 20},
    {"number": "101", "delay": 5, "timeout": 40},
    {"number": "103", "timeout": 30},
    {"number": "12025550123", "delay": 3},
    {"number": "12025550124"},
    {"number": "199"},
    {"number": "102", "enabled": False},
]


@pytest.mark.parametrize(
    ("strategy", "steps"),
    [
        ("simultaneous", rings("100x0x20&101x5x40&103&12025550123x3x30&12025550124-o", 30, "trunk")),
        ("enterprise", rings("100x0x20&101x5x40&103&12025550123x3x30&12025550124-o", 30, "trunk")),
        ("rollover", ["20-100&30-101&30-103&30-12025550123-o&30-12025550124-o"]),
        ("sequence", ["20-100&30-103&30-12025550124-o&30-12025550123-o&30-101"]),
    ],
)
def test_a_ring_group_rings_as_its_strategy_says(
    pbx: Caller, operator: Caller, strategy: str, steps: Steps | list[str]
) -> None:
    with_trunk(operator)
    operator.done("extension-create", **IN_HOME, extension="103")
    group(operator, strategy, MIXED)
    if isinstance(steps[0], str):
        row = ("Gosub", f"ringpost-row,s,1({HOME},{steps[0]},trunk,{OPTIONS})")
        steps = [("Set", "RP_RINGS="), row]
    assert dialled(pbx, "601") == [*steps, WITH_PHONES]


def test_a_random_ring_group_rings_one_after_the_other_in_any_order(pbx: Caller, operator: Caller) -> None:
    for number in range(150, 158):
        operator.done("extension-create", **IN_HOME, extension=str(number))
    group(operator, "random", [{"number": str(number)} for number in range(150, 158)])
    orders = {dict(dialled(pbx, "601"))["Gosub"] for _ in range(20)}
    assert len(orders) > 1
    rows = [order.split(",")[3].split("&") for order in orders]
    assert all(sorted(row) == [f"30-{number}" for number in range(150, 158)] for row in rows)


def test_nobody_of_a_ring_group_who_is_not_to_be_disturbed_rings(pbx: Caller, operator: Caller) -> None:
    operator.done("extension-dnd-set", **IN_HOME, extension="100", enabled=True)
    group(operator, "simultaneous", [{"number": "100"}, {"number": "101"}, {"number": "199"}])
    assert dialled(pbx, "601") == [*rings("101", 30), WITH_PHONES]
    operator.done("extension-dnd-set", **IN_HOME, extension="101", enabled=True)
    assert dialled(pbx, "601") == [("Hangup", "17")]
    for extension in ("100", "101"):
        operator.done("extension-update", **IN_HOME, extension=extension, enabled=False)
    assert dialled(pbx, "601", domain=demo.DOMAIN_UUID)[-1] == ("Hangup", "20")


def test_a_ring_group_nobody_of_which_can_be_rung_says_so(pbx: Caller, operator: Caller) -> None:
    with_trunk(operator)
    group(operator, "random", [{"number": "12025550123"}])
    operator.done("domain-update", **IN_HOME, outbound_gateway=None)
    assert dialled(pbx, "601") == [("Hangup", "3")]


@pytest.mark.parametrize("strategy", ["simultaneous", "rollover"])
def test_a_member_whose_calls_are_recorded_is_rung_by_itself(pbx: Caller, operator: Caller, strategy: str) -> None:
    operator.done("extension-update", **IN_HOME, extension="101", user_record="local")
    group(operator, strategy, [{"number": "100"}, {"number": "101", "timeout": 30}])
    row = dict(dialled(pbx, "601"))["Gosub"].split(",")[3]
    assert row in ("100&101x0x30r", "30-100&30-101x0x30r")
    asked = {"where": "ringpost-phones", "domain": demo.DOMAIN_UUID}
    dial = dict(dialled(pbx, "101x0x30r", **asked))["Dial"]
    assert re.fullmatch(rf"\$\{{RP_RINGS\}},30,ib\(ringpost-callee\^s\^1\({re.escape(HOME)}/[0-9a-f]{{8}}\)\)", dial)


AHEAD, BEHIND = "${CALLERID(name):0:0${RP_AHEAD}}", "${CALLERID(name):0${RP_AHEAD}}"
"""What was put in front of the caller's name before, and the rest of it."""


def test_what_a_ring_group_shows(pbx: Caller, operator: Caller) -> None:
    shown = {"ring_group_cid_name_prefix": "[Sales]", "ring_group_cid_number_prefix": "9"}
    group(operator, "simultaneous", [{"number": "101"}], **shown)
    assert dialled(pbx, "601")[:2] == [
        ("Set", "CALLERID(num)=9${CALLERID(num)}"),
        ("Set", f"CALLERID(name)={AHEAD}Sales {BEHIND}"),
    ]
    named = {"ring_group_caller_id_name": "Berlin, $5", "ring_group_caller_id_number": "5550111"}
    operator.done("ringgroup-update", **IN_HOME, extension="601", **named)
    assert dialled(pbx, "601")[:3] == [
        ("Set", "CALLERID(num)=95550111"),
        ("Set", f"CALLERID(name)={AHEAD}Berlin 5"),
        ("Set", f"CALLERID(name)={AHEAD}Sales {BEHIND}"),
    ]


MOST = 100
HANDED_OVER = 4095
"""Bytes that ``CURL`` hands over of an answer, and that a variable has (measured on 22.10.1)."""


def handed_over(text: str) -> int:
    """How much of that an answer is: with hashcompat the values in a row, commas between, and escaped inside."""
    values = [data for step in read(text) for data in step]
    return len(",".join(value.replace("\\", "\\\\").replace(",", "\\,") for value in values).encode())


LARGE = ".".join(["x" * 60] * 4) + ".net"
EVERYBODY, CALLER = "7" * 32, "8" * 32


def large_group(operator: Caller, kind: str) -> list[str]:
    """The numbers of a group with as much of everything as may be."""
    longest, trunk = "😀" * 128, {"outbound_gateway": "g" * 64, "outbound_prefixes": ["1202"]}
    operator.done("domain-create", domain_name=LARGE, switch="lab", record_announcement=True, **trunk)
    begins = "1202" if kind == "outside" else "9999"
    numbers = [f"{begins}{at:028}" for at in range(MOST)]
    for number in (CALLER, *(numbers if kind != "outside" else ())):
        recorded = {"user_record": "local"} if kind == "recorded" and number != CALLER else {}
        operator.done("extension-create", domain_name=LARGE, extension=number, **recorded)
    own = {"delay": 299, "timeout": 599} if kind == "their own time" else {"timeout": 600}
    operator.done(
        "ringgroup-create", domain_name=LARGE, extension=EVERYBODY, name="g", strategy="random",
        destinations=[{"number": number, **own} for number in numbers],
        ring_group_caller_id_name=longest, ring_group_cid_name_prefix=longest, ring_group_call_timeout=600,
        ring_group_caller_id_number="5" * 32, ring_group_cid_number_prefix="4" * 32,
    )  # fmt: skip
    return numbers


def answers_for_all(pbx: Caller) -> list[Steps]:
    """What is answered for it, as the plan asks once more for what is missing."""
    found: list[Steps] = []
    more, dialled = "", ""
    while not found or more:
        body = question(EVERYBODY, endpoint=f"{CALLER}@{LARGE}", more=more, dialled=dialled)
        text = posted(pbx, "asterisk-route", body).text
        assert handed_over(text) <= HANDED_OVER
        found.append(read(text))
        more, dialled = marks(found[-1]).get("RP_MORE", ""), EVERYBODY
        if more:
            assert found[-1][-1] == ("Goto", f"ringpost,{EVERYBODY},1")
    return found


@pytest.mark.often
@pytest.mark.parametrize("kind", ["phones", "their own time", "outside", "recorded"])
def test_a_hundred_members_with_the_longest_names_and_numbers_are_all_rung(
    house: House, operator: Caller, kind: str
) -> None:
    numbers = large_group(operator, kind)
    pbx = house.key("asterisk.#", switch="lab")
    for strategy in ("simultaneous", "sequence", "enterprise", "rollover", "random"):
        operator.done("ringgroup-update", domain_name=LARGE, extension=EVERYBODY, strategy=strategy)
        answers = answers_for_all(pbx)
        rows = [next(data.split(",")[3] for name, data in steps if name == "Gosub").split("&") for steps in answers]
        rung = [one for row in rows for one in row]
        named = sorted(number for number in numbers for one in rung if number in one)
        assert (named, len(rung), len(rows)) == (numbers, MOST, 4), strategy
        if strategy in ("simultaneous", "enterprise"):
            values = [sum(len("&Local/@ringpost-phones") + len(one) for one in row) for row in rows]
            assert max(values) <= HANDED_OVER
            assert sum(values) < 8000, "what an application is told has 8 KB"
            dial = dict(answers[-1])["Dial"]
            assert dial.startswith("${RP_RINGS_30}${RP_RINGS_60}${RP_RINGS_90}${RP_RINGS},600,")
        assert answers[-1][-1] == WITH_PHONES


def test_what_else_is_asked_for_of_a_group_is_of_that_group_only(pbx: Caller, operator: Caller) -> None:
    group(operator, "rollover", [{"number": "100"}, {"number": "101"}])
    whole = dialled(pbx, "601")
    for more in ("600:30:", "601:x:", "601:30:zz", "${x}:30:", "601:9999:"):
        assert dialled(pbx, "601", more=more) == whole
    assert dialled(pbx, "601", more="601:30:0a") == [WITH_PHONES], "it was larger a moment ago"


# calls from outside, and to there


def comes_in(caller: Caller, number: str) -> Steps:
    return all_steps(caller, number, where="public", endpoint="trunk")


def test_a_call_from_outside_goes_to_the_domain_its_number_belongs_to(pbx: Caller) -> None:
    for spelling in ("12025550100", "+12025550100", "2025550100"):
        steps = comes_in(pbx, spelling)
        assert steps[-1] == ("Goto", "ringpost,600,1")
        found = marks(steps)
        assert (found["__RP_DIRECTION"], found["__RP_DIALLED"]) == ("inbound", spelling)
        assert found["__RP_DOMAIN"] == demo.DOMAIN_UUID
    assert comes_in(pbx, "12025550199") == []


def test_a_stranger_goes_on_in_the_domain_he_came_to(pbx: Caller) -> None:
    stranger = {"endpoint": "trunk", "domain": demo.DOMAIN_UUID, "direction": "inbound", "dialled": "12025550100"}
    assert rings("101", 30)[-1] in dialled(pbx, "101", **stranger)
    assert dialled(pbx, "101", endpoint="trunk") == [], "nobody has sent him anywhere"
    assert dialled(pbx, "101", **stranger | {"domain": demo.EMPTY_DOMAIN_UUID}) == [], "it lives elsewhere"


def test_what_a_destination_shows_and_has_recorded(pbx: Caller, operator: Caller) -> None:
    named = {"destination_cid_name_prefix": "New York:", "destination_caller_id_name": "Alice; $x"}
    operator.done("destination-update", number="12025550100", **named, destination_record=True)
    steps = comes_in(pbx, "12025550100")
    assert ("Set", "CALLERID(name)=Alice x") in steps
    assert ("Set", f"CALLERID(name)={AHEAD}New York: {BEHIND}") in steps
    assert ("Set", f"RP_AHEAD=$[0${{RP_AHEAD}}+{len('New York: ')}]") in steps
    assert re.fullmatch(rf"{re.escape(HOME)}/[0-9a-f]{{8}}-\$\{{UNIQUEID\}}\.wav", marks(steps)["RP_RECORDED"])
    assert ("MixMonitor", "${RP_RECORDED},b") in steps


def test_a_disabled_destination_or_domain_leads_nowhere(pbx: Caller, operator: Caller) -> None:
    operator.done("destination-update", number="12025550100", destination_enabled=False)
    assert comes_in(pbx, "12025550100") == []
    operator.done("destination-update", number="12025550100", destination_enabled=True)
    operator.done("domain-update", **IN_HOME, domain_enabled=False)
    assert comes_in(pbx, "12025550100") == []


def test_a_number_outside_needs_a_gateway_and_an_allowed_prefix(pbx: Caller, operator: Caller) -> None:
    assert dialled(pbx, "12025550123") == []
    with_trunk(operator)
    assert dialled(pbx, "12025550123") == [("Dial", f"PJSIP/12025550123@trunk,,{OPTIONS}"), ENDED]
    assert dialled(pbx, "19005550123") == []
    assert dialled(pbx, "*12025550123") == []


def test_outside_is_shown_what_the_extension_shows_there(pbx: Caller, operator: Caller) -> None:
    with_trunk(operator)
    shown = {"outbound_caller_id_number": "12025550100", "outbound_caller_id_name": "Main & Co <x>"}
    operator.done("extension-update", **IN_HOME, extension="100", **shown)
    assert dialled(pbx, "12025550123")[:2] == [
        ("Set", "CALLERID(num)=12025550100"),
        ("Set", "CALLERID(name)=Main Co x"),
    ]
    placed = {"call": CLICK, "extension": "100", "domain": demo.DOMAIN_UUID}
    assert dialled(pbx, "12025550123", **placed)[0][0] == "Dial", "a call we placed shows what was asked for"
    operator.done("user-update", **IN_HOME, user="alice", outgoing_caller_id="anonymous")
    assert ("Set", "CALLERID(pres)=prohib") in dialled(pbx, "12025550123")


def test_a_transferred_phone_calls_as_itself(pbx: Caller, operator: Caller) -> None:
    with_trunk(operator)
    operator.done("extension-update", **IN_HOME, extension="100", outbound_caller_id_number="12025550100")
    sent_on = {"endpoint": ME, "domain": demo.DOMAIN_UUID, "dialled": "101", "direction": "local"}
    assert ("Set", "CALLERID(num)=12025550100") in dialled(pbx, "12025550123", **sent_on)


@pytest.mark.parametrize("number", ["911", "112", "555"])
def test_emergency_calls_come_before_everything_else(pbx: Caller, operator: Caller, number: str) -> None:
    with_trunk(operator, emergency_numbers=["555"])
    mine = {"emergency_caller_id_number": "12025550111", "outbound_caller_id_number": "12025550100", "limit_max": 1}
    operator.done("extension-update", **IN_HOME, extension="100", **mine)
    steps = all_steps(pbx, number)
    assert [one for one in steps if one[1].startswith("GROUP") or one[0] == "ExecIf"] == [], "no limit stops it"
    assert dialled(pbx, number) == [
        ("Set", "CALLERID(num)=12025550111"),
        ("Dial", f"PJSIP/{number}@trunk,,{OPTIONS}"),
        ENDED,
    ]
    for nobody in ({"domain": demo.DOMAIN_UUID}, {"endpoint": ME, "dialled": "101"}, {"endpoint": ME, "passed": "101"}):
        assert dialled(pbx, number, **nobody) == [], "nobody but a phone that dials it"


def test_without_a_gateway_an_emergency_call_is_told_so(pbx: Caller) -> None:
    assert dialled(pbx, "911") == [("Hangup", "34")]


# codes


@pytest.mark.parametrize(
    ("number", "steps"),
    [
        ("*97", [("Answer", "500"), ("VoiceMailMain", f"100@{HOME},")]),
        ("*98", [("Answer", "500"), ("VoiceMailMain", f"@{HOME},")]),
        ("*99101", [("Set", "RP_BOX=101"), ("Answer", "500"), ("VoiceMail", f"101@{HOME},us")]),
        (
            "*342",
            [
                ("Answer", ""),
                ("Gosub", f"ringpost-room,s,1(*342,42-{demo.DOMAIN_UUID},,,)"),
                ("ConfBridge", f"42-{demo.DOMAIN_UUID},,,ringpost"),
            ],
        ),
        ("*9664", [("Answer", ""), ("MusicOnHold", "")]),
    ],
)
def test_codes_every_domain_has(pbx: Caller, number: str, steps: Steps) -> None:
    assert dialled(pbx, number) == steps


def test_each_domain_has_a_parking_lot_of_its_own(pbx: Caller) -> None:
    lot = [
        ("Set", "RP_PARKS="),
        ("Set", "PARKINGDYNAMIC=default"),
        ("Set", f"PARKINGDYNCONTEXT=park-{HOME}"),
        ("Set", "PARKINGDYNPOS=5901-5999"),
        ("Park", f"park@{HOME},st(0)"),
    ]
    assert dialled(pbx, "*5900") == [("Answer", ""), ("Set", "PARKINGEXTEN="), *lot]
    steps = all_steps(pbx, "*5901")
    takes = (
        "ExecIf",
        f"$[${{DEVICE_STATE(park:5901@park-{HOME})}} = INUSE & x${{RP_PARKS}} = x]?ParkedCall(park@{HOME},5901)",
    )
    assert steps[-7:] == [takes, ("Set", "PARKINGEXTEN=5901"), *lot]


def test_a_room_is_entered_as_it_is_set(pbx: Caller, operator: Caller) -> None:
    plain = operator.done("conference-create", **IN_HOME, name="Plain", extension="885")
    its = f"room-885-{demo.DOMAIN_UUID}"
    alone = ("Set", "CONFBRIDGE(user,music_on_hold_when_empty)=yes")
    goes_in = ("ConfBridge", f"{its},,,ringpost")
    assert plain["announce"]
    assert dialled(pbx, "885") == [("Answer", ""), ("Gosub", f"ringpost-room,s,1(885,{its},,,)"), alone, goes_in]
    operator.done(
        "conference-update", **IN_HOME, conference="885", pin="4711", moderator_pin="4712", most_participants=3,
        announce=False, wait_for_moderator=True, end_with_moderator=True, record=True, music="jazz",
    )  # fmt: skip
    _, (application, asks), *settings, last = dialled(pbx, "885")
    asked = rf"ringpost-room,s,1\(885,{its},4711,4712,{re.escape(HOME)}/[0-9a-f]{{8}}-\$\{{UNIQUEID\}}\.wav\)"
    assert (application, last) == ("Gosub", goes_in)
    assert re.fullmatch(asked, asks)
    assert [one.removeprefix("CONFBRIDGE") for _, one in settings] == [
        "(user,quiet)=yes", "(user,wait_marked)=yes", "(user,end_marked)=yes", "(user,music_on_hold_when_empty)=yes",
        "(user,music_on_hold_class)=jazz", "(bridge,max_members)=3",
    ]  # fmt: skip
    operator.done("conference-update", **IN_HOME, conference="885", enabled=False)
    assert all_steps(pbx, "885") == []


def test_a_lot_s_places_are_counted_from_one(pbx: Caller, operator: Caller) -> None:
    about = {"name": "Far yard", "extension": "0860", "slots_start": "0861", "slots_end": "0868", "timeout": 30}
    uuid = operator.done("parkinglot-create", **IN_HOME, **about, music="jazz")["parkinglot_uuid"]
    its = f"{uuid}-0861-0868"
    made = [
        ("Set", "RP_PARKS="), ("Set", "PARKINGDYNAMIC=default"), ("Set", f"PARKINGDYNCONTEXT={its}"),
        ("Set", "PARKINGDYNPOS=1-8"), ("Set", f"RP_HOME={HOME}"),
    ]  # fmt: skip
    parks = ("Park", f"{its},st(30)c(ringpost-timed-out,s,1)m(jazz)")
    assert dialled(pbx, "0860") == [("Answer", ""), ("Set", "PARKINGEXTEN="), *made, parks]
    operator.done("parkinglot-update", **IN_HOME, parkinglot="0860", timeout_destination="101")
    is_there = f"$[${{DEVICE_STATE(park:3@{its})}} = INUSE & x${{RP_PARKS}} = x]"
    takes = ("ExecIf", f"{is_there}?ParkedCall({its},3)")
    on = ("Set", "RP_GOES_BACK_TO=101")
    steps = [("Answer", ""), takes, ("Set", "PARKINGEXTEN=3"), *made, on, parks]
    assert all_steps(pbx, "0863")[-len(steps) :] == steps


def test_ones_own_box_may_open_without_its_pin(pbx: Caller, operator: Caller) -> None:
    operator.done("voicemail-update", **IN_HOME, voicemail="100", ask_password=False)
    assert dialled(pbx, "*97")[-1] == ("VoiceMailMain", f"100@{HOME},s")
    assert dialled(pbx, "*98")[-1] == ("VoiceMailMain", f"@{HOME},")
    assert dialled(pbx, "*97", endpoint="trunk", domain=demo.DOMAIN_UUID)[-1] == ("VoiceMailMain", f"@{HOME},")


def test_a_box_of_another_number_takes_the_messages(pbx: Caller, operator: Caller) -> None:
    operator.done("voicemail-create", **IN_HOME, name="Sales", number="700")
    operator.done("user-update", **IN_HOME, user="alice", voicemail="700")
    assert dialled(pbx, "100")[-1] == ("VoiceMail", f"700@{HOME},us")
    assert ("Set", "RP_BOX=700") in dialled(pbx, "*99100")
    assert dialled(pbx, "*97")[-1] == ("VoiceMailMain", f"700@{HOME},")


# recordings


def test_a_call_is_recorded_once_whoever_wants_it(pbx: Caller, operator: Caller) -> None:
    operator.done("extension-update", **IN_HOME, extension="101", user_record="local")
    assert ("MixMonitor", "${RP_RECORDED},b") in dialled(pbx, "101")
    assert "MixMonitor" not in dict(dialled(pbx, "101", recorded="1"))
    assert "MixMonitor" not in dict(dialled(pbx, "101", direction="inbound"))
    assert "MixMonitor" not in dict(dialled(pbx, "*99101"))


def test_both_parties_hear_that_they_are_recorded(pbx: Caller, operator: Caller) -> None:
    operator.done("domain-update", **IN_HOME, record_announcement=True)
    assert "A(" not in dict(dialled(pbx, "101"))["Dial"]
    operator.done("extension-update", **IN_HOME, extension="100", user_record="all")
    [milliseconds] = re.findall(r"L\(([0-9]+)\)", dict(dialled(pbx, "101"))["Dial"])
    assert 20 * 86_400_000 < int(milliseconds) < 2**31, "Asterisk counts in an int"
    room = dialled(pbx, "*3001")
    assert [application for application, _ in room[:4]] == ["Answer", "Playback", "Set", "MixMonitor"]
    assert room[3] == ("MixMonitor", "${RP_RECORDED},")


# queues


def queue(operator: Caller, **options: Any) -> str:
    """A queue with the number 790, and its name on the switch."""
    members = [{"extension": "101"}]
    made = operator.done("queue-create", **IN_HOME, name="Helpers", extension="790", members=members, **options)
    return f"{demo.DOMAIN_UUID}.{made['queue_uuid']}"


def ways(steps: Steps) -> dict[str, str]:
    """Where a caller goes on, by why."""
    found = (re.fullmatch(r"\$\[x\$\{QUEUESTATUS\}=x([A-Z]+)\]\?Goto\(ringpost,(.+),1\)", data) for _, data in steps)
    return {one[1]: one[2] for one in found if one}


def test_a_caller_waits_in_a_queue_and_why_it_left_is_told(pbx: Caller, operator: Caller) -> None:
    name = queue(operator)
    assert dialled(pbx, "790") == [
        ("Answer", ""),
        ("Set", f"RP_QUEUED={name.partition('.')[2]}"),
        ("Set", "QUEUESTATUS="),
        ("Queue", f"{name},i${{RP_QUEUES}},,,"),
        ("UserEvent", f"RingpostUnqueued,Queue: {name},Status: ${{QUEUESTATUS}}"),
        ("Set", "RP_PASSED=790"),
    ]


def test_who_waits_too_long_or_comes_to_nobody_goes_on(pbx: Caller, operator: Caller) -> None:
    to = {"timeout_destination": "101", "full_destination": "600", "empty_destination": "*99101"}
    queue(operator, longest_wait=30, most_waiting=5, join_empty=False, **to)
    steps = all_steps(pbx, "790")
    assert dict(steps)["Queue"].endswith(",i${RP_QUEUES},,,30")
    empty = dict.fromkeys(("JOINEMPTY", "LEAVEEMPTY", "WITHDRAW", "UNKNOWN"), "*99101")
    assert ways(steps) == {"TIMEOUT": "101", "FULL": "600", **empty}


def test_nobody_goes_round_through_queues(pbx: Caller, operator: Caller) -> None:
    queue(operator, longest_wait=30, timeout_destination="101")
    assert ways(all_steps(pbx, "790", passed="101")) == {}
    assert marks(all_steps(pbx, "790", passed="600"))["RP_PASSED"] == "600:790"


def test_a_prefix_stands_before_the_caller_s_name(pbx: Caller, operator: Caller) -> None:
    queue(operator, name_prefix="Support")
    assert marks(dialled(pbx, "790"))["CALLERID(name)"].startswith("${CALLERID(name):0:0${RP_AHEAD}}Support ")


def test_a_queue_s_calls_are_recorded_and_both_are_told_if_it_says_so(pbx: Caller, operator: Caller) -> None:
    queue(operator, record=True)
    steps = dialled(pbx, "790")
    assert ("MixMonitor", "${RP_RECORDED},b") in steps
    assert "Playback" not in dict(steps)
    operator.done("domain-update", **IN_HOME, record_announcement=True)
    steps = dialled(pbx, "790")
    assert ("Playback", "conf-now-recording") in steps
    assert dict(steps)["Queue"].split(",")[3] == "conf-now-recording"


def test_a_queue_that_is_disabled_leads_nowhere(pbx: Caller, operator: Caller) -> None:
    queue(operator, enabled=False)
    assert dialled(pbx, "790") == []


@pytest.mark.parametrize(
    ("code", "told", "sound"),
    [
        ("*227001", "log_in,Agent: 7001", "agent-loginok"),
        ("*23", "log_out", "agent-loggedoff"),
        ("*24", "pause", "de-activated"),
        ("*257001", "unpause,Agent: 7001", "activated"),
    ],
)
def test_a_code_of_an_agent_is_told_and_answered(pbx: Caller, code: str, told: str, sound: str) -> None:
    steps = dialled(pbx, code)
    assert ("UserEvent", f"RingpostAgentCode,What: {told}") in steps
    assert steps[-1] == ("Playback", sound)


def test_a_member_of_a_queue_that_is_not_to_be_disturbed_is_busy(pbx: Caller, operator: Caller) -> None:
    operator.done("extension-dnd-set", **IN_HOME, extension="101", enabled=True)
    assert dialled(pbx, "101", **IN_PHONES) == [("Hangup", "17")]


# the plan's own numbers


IN_PHONES = {"where": "ringpost-phones", "domain": demo.DOMAIN_UUID}


def test_all_phones_of_an_extension_ring_for_a_call_that_was_placed(pbx: Caller, operator: Caller) -> None:
    forward(operator, "100", unconditional="101")
    operator.done("extension-dnd-set", **IN_HOME, extension="100", enabled=True)
    [sets, puts, dial] = rings("100", "", options=ALONE)
    unseen = ("Dial", f"{dial[1]}I")
    assert dialled(pbx, "100", call=CLICK, **IN_PHONES) == [("Set", f"__RP_A={CLICK}"), sets, puts, unseen, WITH_PHONES]


def test_a_member_of_a_ring_group_rings_in_its_own_time(pbx: Caller, operator: Caller) -> None:
    assert dialled(pbx, "101x5x20", **IN_PHONES) == [("Wait", "5"), *rings("101", 20, options=ALONE), WITH_PHONES]
    with_trunk(operator)
    assert dialled(pbx, "12025550123x3x30", **IN_PHONES) == [
        ("Wait", "3"), *rings("12025550123-o", 30, "trunk", ALONE), WITH_PHONES,
    ]  # fmt: skip
    operator.done("extension-dnd-set", **IN_HOME, extension="101", enabled=True)
    assert "Gosub" not in dict(dialled(pbx, "101x5x20", **IN_PHONES)), "it was not a moment ago"


def test_a_leg_that_a_queue_rings_says_whose_it_is(pbx: Caller, operator: Caller) -> None:
    agent = operator.done("agent-create", **IN_HOME, number="7005", firstname="Eve")["agent_uuid"]
    operator.done("agent-login", **IN_HOME, agent="7005", extension="101")
    assert dialled(pbx, "101", **IN_PHONES)[0] == ("Set", f"_RP_AGENT={agent}")
    for other in ({"number": "101x0x20"}, {"number": "101", "call": CLICK}):
        number = other.pop("number")
        assert "_RP_AGENT" not in str(dialled(pbx, number, **other, **IN_PHONES)), "it is rung for somebody else"
    operator.done("agent-logout", **IN_HOME, agent="7005")
    assert dialled(pbx, "101", **IN_PHONES) == [*rings("101", "", options=ALONE), WITH_PHONES]


@pytest.mark.parametrize(
    "number",
    ["199", "600", "102", "911", "9911", "101x", "101x5", "101x5x20x", "101x5x20R", "*97", "101x9999x1", "x1x1"],
)
def test_nothing_else_rings_there(pbx: Caller, operator: Caller, number: str) -> None:
    with_trunk(operator, outbound_prefixes=["9"])
    operator.done("extension-create", **IN_HOME, extension="102", enabled=False)
    assert all_steps(pbx, number, **IN_PHONES) == []


def test_nor_for_whom_no_domain_is_known(pbx: Caller) -> None:
    for said in ("", "${x}", demo.EMPTY_DOMAIN_UUID, HOME):
        assert all_steps(pbx, "101", where="ringpost-phones", domain=said) == []


# bad questions


@pytest.mark.parametrize("number", ["", "alice", "1" * 33, "${EXTEN}", "101&x=1", "+", "101\n", "１０１", "1" * 4096])
@pytest.mark.parametrize("where", ["ringpost", "public", "ringpost-phones"])
def test_what_is_no_number_leads_nowhere_and_costs_the_store_nothing(
    house: House, pbx: Caller, where: str, number: str
) -> None:
    house.store = counting = CountingStore(house.store)
    house.restart()
    posted(pbx, "asterisk-route", question(""))
    counting.calls.clear()
    assert all_steps(pbx, number, where=where, endpoint=ME) == []
    assert counting.calls == []


@pytest.mark.parametrize("where", ["", "default", "ringpost-none", "ringpost-ask", "${x}", "PUBLIC"])
def test_no_other_context_is_ours(pbx: Caller, where: str) -> None:
    assert all_steps(pbx, "101", where=where, endpoint=ME) == []


@pytest.mark.parametrize("number", ["*99199", "*99600", "*6000", "*3", "*31234567", "*5899", "199", "0", "*", "602"])
def test_a_number_nobody_has_leads_nowhere(pbx: Caller, number: str) -> None:
    assert all_steps(pbx, number) == []


def test_what_is_disabled_leads_nowhere(pbx: Caller, operator: Caller) -> None:
    operator.done("extension-update", **IN_HOME, extension="101", enabled=False)
    operator.done("ringgroup-update", **IN_HOME, extension="600", ring_group_enabled=False)
    for number in ("101", "*99101", "600"):
        assert all_steps(pbx, number) == []


def test_a_phone_that_was_deleted_or_disabled_a_second_ago_calls_nobody(pbx: Caller, operator: Caller) -> None:
    assert all_steps(pbx, "101")
    operator.done("extension-update", **IN_HOME, extension="100", enabled=False)
    assert all_steps(pbx, "101") == []
    assert all_steps(pbx, "911") == []
    operator.done("extension-update", **IN_HOME, extension="100", enabled=True)
    assert all_steps(pbx, "101")
    operator.done("user-delete", **IN_HOME, user="alice", cascade=True)
    assert all_steps(pbx, "101") == []
    operator.done("domain-update", **IN_HOME, domain_enabled=False)
    assert all_steps(pbx, "100", endpoint=OTHER) == []


def test_a_ring_group_is_no_phone(pbx: Caller) -> None:
    assert all_steps(pbx, "101", endpoint=f"600@{HOME}") == []


def test_a_leg_that_is_marked_with_another_domain_than_its_phones_goes_nowhere(pbx: Caller, operator: Caller) -> None:
    operator.done("domain-update", domain_name="empty.example.net", switch="lab")
    assert all_steps(pbx, "101", endpoint=ME, domain=demo.DOMAIN_UUID)
    assert all_steps(pbx, "101", endpoint=ME, domain=demo.EMPTY_DOMAIN_UUID) == []
    assert all_steps(pbx, "101", endpoint="100@empty.example.net", domain=demo.DOMAIN_UUID) == []


def test_a_phone_is_nobody_but_itself(pbx: Caller, operator: Caller) -> None:
    with_trunk(operator)
    for extension, shown in (("100", "12025550100"), ("101", "12025550101")):
        operator.done("extension-update", **IN_HOME, extension=extension, outbound_caller_id_number=shown)
    says = {"endpoint": ME, "extension": "101", "domain": demo.DOMAIN_UUID}
    assert ("Set", "CALLERID(num)=12025550100") in dialled(pbx, "12025550123", **says)
    assert ("Set", f"GROUP(from)={demo.DOMAIN_UUID}-100") in all_steps(pbx, "101", **says)
    assert dialled(pbx, "*97", **says)[-1] == ("VoiceMailMain", f"100@{HOME},")


def test_two_domains_have_the_same_numbers_and_do_not_meet(house: House, operator: Caller) -> None:
    for name in ("one.example.net", "two.example.net"):
        operator.done("domain-create", domain_name=name, switch="lab")
        for extension in ("100", "101"):
            operator.done("extension-create", domain_name=name, extension=extension)
    lab = house.key("asterisk.#", switch="lab")
    for name in ("one.example.net", "two.example.net"):
        steps = all_steps(lab, "101", endpoint=f"100@{name}")
        assert ("Gosub", f"ringpost-rings,s,1({name},101,)") in steps
        uuid = operator.done("domain-details", domain_name=name)["domain_uuid"]
        assert marks(steps)["__RP_DOMAIN"] == uuid


def test_a_phone_that_spells_its_domain_otherwise_is_the_same_phone(pbx: Caller) -> None:
    assert all_steps(pbx, "101", endpoint=f"100@{HOME.upper()}") == all_steps(pbx, "101", endpoint=ME)


def test_the_domains_of_another_switch_have_no_plan(house: House, pbx: Caller, operator: Caller) -> None:
    operator.done("switch-create", name="other", kind="sandbox")
    other = house.key("asterisk.#", switch="other")
    assert all_steps(other, "101", endpoint=ME) == []
    assert all_steps(other, "101", domain=demo.DOMAIN_UUID) == []
    assert comes_in(other, "12025550100") == []
    assert all_steps(other, "101", **IN_PHONES) == []


def test_who_has_no_key_of_a_switch_is_told_no_step(house: House, tenant: Caller) -> None:
    nobody = Caller(house, demo.PUBLIC_KEY_UUID, "0" * 64)
    for caller, status in ((tenant, 403), (house.key("cdr.#", domains=(HOME,)), 403), (nobody, 401)):
        reply = caller.post(question("101", endpoint=ME), path="/asterisk-route", headers=FORM)
        assert reply.status == status
        assert "&" not in reply.text, "Asterisk reads it, whatever the status: it is one member, and not a1"
        assert not reply.text.startswith("a1")


def test_nobody_asks_for_ever(pbx: Caller) -> None:
    """How often is counted in the plan, and inherited by each leg that is dialled."""
    plan = PLAN.read_text()
    assert "Set(__RP_ASKED=$[0${RP_ASKED}+1])" in plan
    assert "GotoIf($[${RP_ASKED}>50]?loop)" in plan


WORDS = st.sampled_from(
    ["100", "101", "600", "601", ME, OTHER, f"100@{HOME.upper()}", "trunk", demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID,
     CLICK, "inbound", "BUSY", "NOANSWER", "ANSWER", "17", "21", "0", "1", "600:1:", "101x5x20r", "12025550100", "911"]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    where=st.sampled_from(["ringpost", "public", "ringpost-phones", ""]),
    number=st.one_of(WORDS, st.text(max_size=20)),
    members=st.dictionaries(st.sampled_from(MEMBERS), st.one_of(WORDS, st.text(max_size=20)), max_size=6),
    noise=st.binary(max_size=100),
)
def test_whatever_is_posted_is_answered(
    pbx: Caller, where: str, number: str, members: dict[str, str], noise: bytes
) -> None:
    members.pop("number", None)
    body = question(number, **{"where": where, **members}).encode(errors="replace") + b"&" + noise
    reply = pbx.post(body, path="/asterisk-route", headers=FORM)
    assert reply.status in {200, 400}
    if reply.status == 200:
        assert handed_over(reply.text) <= HANDED_OVER
