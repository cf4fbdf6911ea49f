"""Asterisk's lists: what is read of them, whatever is in them."""

import json

from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.domain import Domain
from ringpost.switch.asterisk import lists, marks
from ringpost.switch.asterisk.ami import Message, Messages
from ringpost.switch.asterisk.lots import Waits
from tests.fakes import NOON
from tests.switch.asterisk.scripted import answered
from tests.switch.asterisk.stage import RECORDED_DOMAIN, RECORDED_NAME, at_home
from tests.switch.staging import CALL, HOME, NOBODY

DOMAIN = Domain(domain_uuid=RECORDED_DOMAIN, domain_name=RECORDED_NAME)
A, B = "pbx2-1795762185.47", "pbx2-1795762185.49"


def nothing(_: str) -> None:
    return None


def read(text: str) -> list[Message]:
    messages, found = Messages(), []
    messages.feed(b"Asterisk Call Manager/11.0.0\r\n" + text.encode())
    while (message := messages.take()) is not None:
        found.append(message)
    return found


def row(
    name: str, uniqueid: str, linkedid: str = "", state: str = "6", bridge: str = "", marked: str = "", **more: str
) -> str:
    """A row of ``CoreShowChannels`` as Asterisk writes one, of our own plan's channels."""
    members = {
        "Event": "CoreShowChannel", "ActionID": "a", "Channel": name, "ChannelState": state, "CallerIDNum": "",
        "CallerIDName": "", "ConnectedLineNum": "", "ConnectedLineName": "", "Language": "en", "AccountCode": "",
        "Context": "", "Exten": "", "Priority": "1", "Uniqueid": uniqueid, "Linkedid": linkedid or uniqueid,
    } | more  # fmt: skip
    said = "".join(f"{member}: {value}\r\n" for member, value in members.items())
    variables = {marks.DOMAIN: RECORDED_DOMAIN} | dict(pair.split("=") for pair in marked.split())
    listed = "".join(f"ChanVariable: {variable}={value}\r\n" for variable, value in variables.items())
    return f"{said}{listed}Application: Dial\r\nDuration: 00:00:05\r\nBridgeId: {bridge}\r\n\r\n"


PLACED = f"RP_CALL={CALL} RP_EXTENSION=100"
HALF = "Local/100@ringpost-phones-00000003"


def placed(state: str = "6", phones: str = "") -> str:
    """A call we placed: A's two halves, and whatever phones ring."""
    return (
        row(f"{HALF};1", CALL, state=state, marked=PLACED, bridge="b2", CallerIDNum="5550100", Exten="101")
        + row(f"{HALF};2", NOBODY, CALL, marked=PLACED, bridge="b1")
        + phones
    )


def phone(number: int, state: str, bridge: str = "") -> str:
    return row(
        f"PJSIP/100@{RECORDED_NAME}-0000001{number}", f"pbx2-1795762186.{number}", CALL, state, bridge, f"RP_A={CALL}",
        CallerIDName=f"Phone {number}",
    )  # fmt: skip


def parties(text: str) -> list[lists.Party]:
    return lists.parties(DOMAIN, lists.channels(read(text), NOON, nothing))


def calls(text: str, held: frozenset[str] = frozenset()) -> list[lists.LiveCall]:
    return lists.calls(DOMAIN, parties(text), {}, held)


def test_a_call_is_the_legs_of_one_linkedid_and_has_the_uuid_of_its_first() -> None:
    found = calls(answered("ev-reconnect", "CoreShowChannels"))
    assert [[leg.extension for leg in call.legs] for call in found] == [["100", "101"], ["105"], ["104"]]
    assert found[0].call_uuid == found[0].legs[0].leg_uuid == marks.leg_uuid(A)
    assert (found[0].caller_id_number, found[0].destination_number) == ("100", "101")
    assert [leg.name for leg in found[0].legs] == ["Alice Example", "Bob Example"]
    assert {call.direction for call in found} == {"local"}


def test_a_leg_begins_when_its_id_says() -> None:
    [first, *_] = calls(answered("ev-reconnect", "CoreShowChannels"))
    assert first.start_stamp == "2026-11-27T06:49:45.000Z"


def test_no_channel_of_another_domain_and_none_that_is_not_marked_is_listed() -> None:
    rows = lists.channels(read(answered("ami-privileges", "CoreShowChannels")), NOON, nothing)
    other = Domain(domain_uuid=NOBODY, domain_name=RECORDED_NAME)
    assert lists.parties(other, rows) == []
    assert [leg.channel.kind for leg in lists.parties(DOMAIN, rows)] == ["PJSIP", "PJSIP"]


def test_an_a_that_was_placed_is_one_leg_however_many_phones_it_has() -> None:
    [leg] = parties(placed("5", phone(1, "5") + phone(2, "5")))
    assert leg.leg_uuid == CALL
    assert [one.name[-2:] for one in leg.telephones] == ["11", "12"]
    [call] = calls(placed("5", phone(1, "5") + phone(2, "5")))
    assert (call.call_uuid, call.state, call.caller_id_number) == (CALL, "ringing", "5550100")
    assert (call.first.extension, call.first.number) == ("100", "100")


def test_of_a_s_phones_the_one_that_has_answered_is_its_telephone() -> None:
    [leg] = parties(placed(phones=phone(1, "5") + phone(2, "6", "b1")))
    assert [one.name[-2:] for one in leg.telephones] == ["12"]
    [call] = calls(placed(phones=phone(1, "5") + phone(2, "6", "b1")))
    assert call.first.name == "Phone 2"


def test_a_channel_that_is_listed_again_and_again_is_one_leg() -> None:
    """As Asterisk 22.10.1 does while the phone of an A takes A's place."""
    [call] = calls(placed() * 8 + phone(1, "6"))
    assert [leg.number for leg in call.legs] == ["100"]


def test_a_phone_that_outlives_its_a_is_a_leg_of_its_own() -> None:
    [leg] = parties(phone(1, "6"))
    assert leg.leg_uuid == marks.leg_uuid("pbx2-1795762186.1")


def test_a_plain_channel_under_our_uuid_is_an_a_that_was_placed_too() -> None:
    marked = f"RP_CALL={CALL} RP_NUMBER=+12025550123 RP_DIRECTION=outbound"
    [call] = calls(row("PJSIP/trunk-00000001", CALL, marked=marked, CallerIDNum="5550100"))
    assert (call.call_uuid, call.direction) == (CALL, "outbound")
    assert (call.first.extension, call.first.number) == (None, "+12025550123")


def test_local_channels_between_the_legs_are_nobody() -> None:
    member = "Local/101@ringpost-phones-00000009"
    text = (
        row(f"PJSIP/100@{RECORDED_NAME}-00000006", A)
        + row(f"{member};1", "pbx2-1795762185.48", A, "5")
        + row(f"{member};2", "pbx2-1795762185.49", A, "4")
        + row(f"PJSIP/101@{RECORDED_NAME}-00000007", "pbx2-1795762185.50", A, "5")
    )
    [call] = calls(text)
    assert [(leg.extension, leg.state) for leg in call.legs] == [("100", "answered"), ("101", "ringing")]


def test_an_extension_is_whose_endpoint_it_is_and_not_what_it_says() -> None:
    [call] = calls(row("PJSIP/trunk-00000006", A, CallerIDNum="100", CallerIDName="100", Exten="15550100"))
    assert (call.first.extension, call.first.number, call.direction) == (None, "100", "inbound")
    [call] = calls(row("PJSIP/100@other.example.net-00000006", A, CallerIDNum="1,2&x"))
    assert (call.first.extension, call.first.number) == (None, None)


def test_whom_a_leg_talks_to_being_on_hold_is_how_a_leg_holds() -> None:
    legs = parties(answered("ev-reconnect", "CoreShowChannels"))
    devices = read(f"Event: DeviceStateChange\r\nDevice: PJSIP/100@{RECORDED_NAME}\r\nState: ONHOLD\r\n\r\n")
    assert lists.holding(legs, devices) == {marks.leg_uuid(B)}
    assert lists.holding(legs, read(answered("ev-reconnect", "DeviceStateList"))) == set()


def test_whom_a_leg_talks_to_is_seen_through_a_pair_of_local_channels() -> None:
    member = "Local/101@ringpost-phones-00000009"
    text = (
        row(f"PJSIP/100@{RECORDED_NAME}-00000006", A, bridge="b1")
        + row(f"{member};1", "pbx2-1795762185.48", A, bridge="b1")
        + row(f"{member};2", "pbx2-1795762185.49", A, bridge="b2")
        + row(f"PJSIP/101@{RECORDED_NAME}-00000007", "pbx2-1795762185.50", A, bridge="b2")
    )
    legs = parties(text)
    assert [[one.endpoint[:3] for one in leg.company] for leg in legs] == [["101"], ["100"]]
    waits = read(f"Event: DeviceStateChange\r\nDevice: PJSIP/100@{RECORDED_NAME}\r\nState: ONHOLD\r\n\r\n")
    assert lists.holding(legs, waits) == {legs[1].leg_uuid}


def test_a_placed_a_is_held_by_its_phone() -> None:
    b = row(f"PJSIP/101@{RECORDED_NAME}-00000020", "pbx2-1795762187.9", CALL, bridge="b2")
    legs = parties(placed(phones=phone(1, "6", "b1") + b))
    waits = read(f"Event: DeviceStateChange\r\nDevice: PJSIP/101@{RECORDED_NAME}\r\nState: ONHOLD\r\n\r\n")
    assert lists.holding(legs, waits) == {CALL}
    waits = read(f"Event: DeviceStateChange\r\nDevice: PJSIP/100@{RECORDED_NAME}\r\nState: ONHOLD\r\n\r\n")
    assert lists.holding(legs, waits) == {marks.leg_uuid("pbx2-1795762187.9")}


def test_a_mark_says_that_a_leg_holds() -> None:
    legs = parties(row(f"PJSIP/100@{RECORDED_NAME}-00000006", A, marked="RP_HELD=true"))
    assert lists.marked_as_holding(legs) == {marks.leg_uuid(A)}


def test_who_waits_alone_may_be_parked_and_who_talks_may_not() -> None:
    legs = parties(answered("ev-reconnect", "CoreShowChannels"))
    assert [leg.channel.endpoint[:3] for leg in legs if lists.may_be_parked(leg)] == ["105"]


def test_a_slot_is_of_the_domains_own_lot() -> None:
    rows = read(at_home(answered("ev-reconnect", "ParkedCalls")))
    assert lists.slots(rows, HOME.domain_name) == {"pbx2-1795762186.50": Waits("5901")}
    assert lists.slots(rows, "other.example.net") == {}


def test_a_row_that_cannot_be_read_costs_itself_only() -> None:
    odd: list[str] = []
    good = row(f"PJSIP/100@{RECORDED_NAME}-00000006", A)
    bad = row("PJSIP/100@x", A) + row("PJSIP/1@x-00000006", "a b") + row("PJSIP/1@x-00000006", "none", Uniqueid="")
    text = bad + good + row("PJSIP/1@x-00000006", "ours").replace("00:00:05", "for ever")
    found = lists.channels(read(text), NOON, odd.append)
    assert [one.uniqueid for one in found] == [A]
    assert len(odd) == 4


def test_what_is_none_of_ours_is_left_out_without_a_word() -> None:
    odd: list[str] = []
    text = row("Message/ast_msg_queue", "pbx2-1795762185.1", marked="RP_DOMAIN=")
    assert lists.channels(read(text), NOON, odd.append) == []
    assert odd == []


def test_a_registration_has_what_the_phone_said_of_itself() -> None:
    rows = read(answered("registration-delete", "DBGetTree"))
    found = lists.contacts(rows, 1795762251.0, nothing)
    assert [one.number for one in found if one.is_in(DOMAIN)] == ["100", "101", "102", "104", "105"]
    assert found[0].key == "contact/100@example.net;@6c836dfca53c04d5f072c9b773bd460f"
    first = lists.registration(found[0])
    assert (first.extension, first.agent, first.contact) == ("100", "lab-phone", "sip:100@127.0.0.1:58880")
    assert (first.network_ip, first.network_port, first.network_proto) == ("127.0.0.1", 58880, "udp")
    assert first.expires_at == "2026-11-27T07:50:51.000Z"


def test_a_registration_whose_time_has_run_out_is_none() -> None:
    rows = read(answered("registration-delete", "DBGetTree"))
    assert [one.number for one in lists.contacts(rows, 1795765852.0, nothing)] == ["101", "102", "104", "105"]


VALUES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=60)
LIKELY = ("", A, B, CALL, "6", "5", f"PJSIP/100@{RECORDED_NAME}-00000006", f"{HALF};1", f"{HALF};2", "b1", "00:00:05")
SAID = (
    "Channel",
    "ChannelState",
    "CallerIDNum",
    "CallerIDName",
    "Exten",
    "Uniqueid",
    "Linkedid",
    "BridgeId",
    "Duration",
)
ROWS = st.fixed_dictionaries(dict.fromkeys((*SAID, *marks.SAID), VALUES | st.sampled_from([*LIKELY, "9" * 30])))
PHONES = st.dictionaries(
    st.sampled_from(["uri", "via_addr", "via_port", "user_agent", "expiration_time"]),
    VALUES | st.integers() | st.none() | st.just("sip:1@[::1]:99999;transport=TCP") | st.lists(VALUES, max_size=2),
)


@given(st.lists(ROWS, max_size=6))
def test_whatever_is_listed_comes_out_as_calls_that_can_be_answered(rows: list[dict[str, str]]) -> None:
    messages = [
        Message(
            (
                ("Event", "CoreShowChannel"),
                *((name, value) for name, value in one.items() if name not in marks.SAID),
                *(("ChanVariable", f"{name}={one[name]}") for name in marks.SAID),
                ("ChanVariable", f"{marks.DOMAIN}={RECORDED_DOMAIN}"),
            )
        )
        for one in rows
    ]
    legs = lists.parties(DOMAIN, lists.channels(messages, NOON, nothing))
    for call in lists.calls(DOMAIN, legs, {}, lists.marked_as_holding(legs)):
        assert lists.LiveCall.model_validate_json(call.model_dump_json()) == call
    for leg in legs:
        assert lists.NAME.fullmatch(leg.channel.name)
        assert not set(leg.channel.uniqueid.removesuffix(";2")) & set("/,;&|$\r\n")


@given(PHONES)
def test_whatever_a_phone_registers_it_is_a_registration(members: dict[str, object]) -> None:
    key = f"/registrar/contact/100@{RECORDED_NAME};@{'0' * 32}"
    event = Message((("Event", "DBGetTreeResponse"), ("Key", key), ("Val", json.dumps(members))))
    for contact in lists.contacts([event], 0.0, nothing):
        assert lists.registration(contact).extension == "100"


@given(VALUES, VALUES)
def test_whatever_a_database_holds_is_no_registration_unless_it_is_one(key: str, value: str) -> None:
    event = Message((("Event", "DBGetTreeResponse"), ("Key", f"/registrar/contact/{key}"), ("Val", value)))
    for contact in lists.contacts([event], 0.0, nothing):
        lists.registration(contact)
