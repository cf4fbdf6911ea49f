"""The manager interface: framing, whatever comes, and what a switch that does not play along comes to."""

import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.errors import SwitchRefused, SwitchUnreachable
from ringpost.switch.asterisk import ami
from ringpost.switch.asterisk.ami import BadMessage, Manager, Message, Messages, Unlisted, variables
from tests.authority import Authority
from tests.switch.asterisk.scripted import (
    PASSWORD,
    REFUSED,
    SUCCESS,
    USER,
    Mode,
    ScriptedAsterisk,
    answered,
    blocks,
    listed,
    told,
)

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-()/@;.0123456789", min_size=1, max_size=40)
VALUES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=200)
MEMBERS = st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=12)


def written(members: list[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in members).encode() + b"\r\n"


def taken(*slices: bytes) -> list[Message]:
    messages, found = Messages(), []
    for one in slices:
        messages.feed(one)
        while (message := messages.take()) is not None:
            found.append(message)
    return found


@given(st.lists(MEMBERS, max_size=5), st.data())
def test_messages_come_out_as_they_went_in_however_the_bytes_are_cut(
    sent: list[list[tuple[str, str]]], data: st.DataObject
) -> None:
    wire = GREETING + b"".join(map(written, sent))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=20)))
    slices = [wire[start:end] for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    assert [list(message.members) for message in taken(*slices)] == sent


@given(st.binary(max_size=2000), st.data())
def test_whatever_bytes_come_they_are_messages_or_are_refused(noise: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(noise)))
    try:
        found = taken(GREETING, noise[:cut], noise[cut:])
    except BadMessage:
        return
    for message in found:
        assert all("\r\n" not in value for _, value in message.members)


@given(st.binary(min_size=64, max_size=200).filter(lambda noise: not noise.startswith(b"Asterisk Call Manager/")))
def test_what_greets_otherwise_is_no_manager_interface(noise: bytes) -> None:
    messages = Messages()
    messages.feed(noise)
    with pytest.raises(BadMessage):
        messages.take()


def of_a_call(number: str, exten: str = "101") -> bytes:
    """What Asterisk tells of a call whose caller calls itself that."""
    named = {
        "Event": "Newchannel", "Channel": "PJSIP/trunk-00000001", "ChannelState": "4", "ChannelStateDesc": "Ring",
        "CallerIDNum": number, "CallerIDName": "x", "ConnectedLineNum": "<unknown>", "ConnectedLineName": "<unknown>",
        "Language": "en", "AccountCode": "", "Context": "public", "Exten": exten, "Priority": "1",
        "Uniqueid": "pbx1-1795808947.12", "Linkedid": "pbx1-1795808947.12", "ChanVariable": "RP_DOMAIN=",
    }  # fmt: skip
    return GREETING + written(list(named.items()))


def test_a_call_is_told_of() -> None:
    [message] = taken(of_a_call("5550199"))
    assert message.get("CallerIDNum") == "5550199"


HANGUP = GREETING + written([("Event", "Hangup"), ("Uniqueid", "pbx1-1795808947.12")])
HOSTILE = [
    "1\r\nEvil: 5",
    "1\r\nUniqueid: pbx1-1795808947.99",
    "1\r\nCallerIDName: a\r\nUniqueid: pbx1-1795808947.99",
    "1\r\n\r\nEvent: Hangup\r\nUniqueid: pbx1-1795808947.99",
    "1\r\nCallerIDName: \r\n\r\nEvent: Hold\r\nUniqueid: pbx1-1.12\r\nCallerIDNum: 1",
    "1\r\n\r\nEvent: Hold\r\n\r\nResponse: Success\r\n\r\n",
    "1\r\nCallerIDNum: 2\r\nCallerIDName: 3\r\n\r\nEvent: Hold",
    "1\r\n\r\nResponse: Success",
    "\r\n\r\n",
    "1\0\r\n\r\n\0",
]


def is_told_once(number: str, *slices: bytes) -> None:
    """That it was told of a call of that number, in one event and no other, and of what came next."""
    before, called, after = taken(*slices)
    assert before.event == after.event == "Hangup"
    assert (called.event, called.all("CallerIDNum")) == ("Newchannel", [re.sub("[\r\n]+", "?", number)])
    assert called.all("Uniqueid") == called.all("Linkedid") == ["pbx1-1795808947.12"]
    assert len(called.members) == 16


@pytest.mark.parametrize("number", HOSTILE)
def test_a_line_break_in_a_callers_number_is_no_event_of_its_own(number: str) -> None:
    """Asterisk passes on what a trunk says, ``%0D%0A`` too (tried on 22.10.1): of 79 letters at most."""
    assert len(number) < 80
    wire = HANGUP + of_a_call(number).removeprefix(GREETING)
    after = HANGUP.removeprefix(GREETING)
    is_told_once(number, wire + after)
    for cut in range(len(HANGUP), len(wire)):
        is_told_once(number, wire[:cut], wire[cut:], after)


@given(
    st.lists(st.sampled_from(["\r\n", "\r\n\r\n", "Event: Hold", "CallerIDName: ", "Linkedid: 1", "x", "\r", "\n"]))
    .map("".join)
    .filter(lambda number: len(number) < 80 and "\r\n" in number and not number.endswith("\r")),
    st.data(),
)
def test_whatever_a_number_is_its_call_is_told_once(number: str, data: st.DataObject) -> None:
    wire = HANGUP + of_a_call(number).removeprefix(GREETING) + HANGUP.removeprefix(GREETING)
    cut = data.draw(st.integers(0, len(wire)))
    is_told_once(number, wire[:cut], wire[cut:])


@pytest.mark.parametrize("exten", ["1\r\nUniqueid: pbx1-1795808947.99", "1\r\n\r\nEvent: Hangup\r\nUniqueid: pbx1-1.9"])
def test_nor_is_one_in_what_was_dialled(exten: str) -> None:
    """The plan refuses that; nothing is told until so much has come that it is none of a number's."""
    assert taken(of_a_call("100", exten)) == []
    with pytest.raises(BadMessage):
        taken(of_a_call("100", exten) + of_a_call("100").removeprefix(GREETING) * 20)


@pytest.mark.parametrize(
    "forward",
    [
        "Local/1\r\n\r\nEvent: Hangup\r\nUniqueid: pbx1-1795808947.9",
        "Local/1\r\nDialStatus:\r\n\r\nEvent:Hold\r\nUniqueid:pbx1-1795808947.12\r\nForward:",
    ],
)
def test_nor_is_one_in_whom_a_phone_names_instead_of_itself(forward: str) -> None:
    """Its 302 may do that: ``<sip:1%0D%0A…@x>`` (tried on 22.10.1)."""
    members = [("Event", "DialEnd"), ("Privilege", "call,all"), ("DestLinkedid", "pbx1-1.1"), ("Forward", forward)]
    with pytest.raises(BadMessage):
        taken(GREETING, written([*members, ("DialStatus", "CANCEL")]))
    assert (
        len(taken(GREETING, written([*members[:-1], ("Forward", "Local/1@ringpost"), ("DialStatus", "CANCEL")]))) == 1
    )


def test_an_event_that_does_not_say_to_whom_it_is_told_is_none_of_the_switchs() -> None:
    with ScriptedAsterisk() as server:
        server.answers["Ping"] = "Event: Hangup\r\nUniqueid: pbx1-1.1\r\n\r\n" + answered("ami-login", "Ping", 1)
        with connect(server) as manager, pytest.raises(SwitchUnreachable):
            manager.ask("Ping")


def test_a_message_without_end_is_refused_and_not_kept() -> None:
    messages = Messages()
    messages.feed(GREETING + b"Value: ")
    assert messages.take() is None
    messages.feed(b"x" * (ami.MOST_MESSAGE - 7))
    assert messages.take() is None
    messages.feed(b"xxxx")
    with pytest.raises(BadMessage):
        messages.take()


def test_of_members_that_are_repeated_the_first_is_said_and_all_can_be_had() -> None:
    [message] = taken(GREETING, b"Event: X\r\nLine: a: b\r\nLine:c\r\nLine:\r\n\r\n")
    assert (message.get("Line"), message.all("Line"), message.get("Other")) == ("a: b", ["a: b", "c", ""], "")


def test_a_value_with_a_line_break_in_it_is_no_member_of_another_name() -> None:
    [message] = taken(GREETING, b"Event: Newchannel\r\nCallerIDName: x\r\ny\nUniqueid\r\nChannel: PJSIP/1\r\n\r\n")
    assert (message.get("Channel"), message.get("Uniqueid")) == ("PJSIP/1", "")


def test_variables_are_of_the_channel_it_is_about_or_of_the_other() -> None:
    dialled = next(block for block in blocks("orig-answered") if block.get("Event") == "DialBegin")
    [message] = taken(GREETING, dialled.text.encode())
    assert message.variables() == {}
    assert message.variables("Dest")["RP_EXTENSION"] == "101"


@pytest.mark.parametrize("capture", ["ami-login", "ami-phones", "ev-reconnect", "orig-local", "ami-privileges"])
def test_all_that_was_recorded_is_read(capture: str) -> None:
    received = [block for block in blocks(capture) if block.side == "S" and "Call Manager" not in block.text]
    wire = "".join(block.text for block in received).encode()
    found = taken(GREETING, wire[:1000], wire[1000:])
    assert [message.event for message in found] == [block.get("Event") for block in received]


# a connection


def connect(server: ScriptedAsterisk, *, answer_seconds: float = 5.0, hears: bool = False) -> Manager:
    return Manager(server.host, server.port, user=USER, password=PASSWORD, answer_seconds=answer_seconds, hears=hears)


@pytest.fixture
def server() -> Iterator[ScriptedAsterisk]:
    with ScriptedAsterisk() as server:
        server.answers["Ping"] = answered("ami-login", "Ping", 1)
        yield server


def test_logs_in_and_is_answered(server: ScriptedAsterisk) -> None:
    with connect(server) as line:
        assert line.ask("Ping").get("Ping") == "Pong"
    assert [asked.action for asked in server.heard] == ["Login", "Ping"]
    assert server.heard[0].get("Events") == "off"


def test_no_two_connections_give_an_action_the_same_number(server: ScriptedAsterisk) -> None:
    for _ in range(2):
        with connect(server) as line:
            line.ask("Ping")
    assert len({asked.get("ActionID") for asked in server.heard}) == 4


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        ("hang", "did not answer in time"),
        ("hang after login", "did not answer in time"),
        ("late", "did not answer in time"),
        ("dribble", "did not answer in time"),
        ("half", "closed the connection"),
        ("close", "closed the connection"),
        ("other id", "does not speak as"),
        ("flood", "did not answer in time"),
    ],
)
def test_a_switch_that_does_not_play_along_is_left_in_time(mode: Mode, says: str) -> None:
    with ScriptedAsterisk(mode) as server:
        server.answers["Ping"] = answered("ami-login", "Ping", 1)
        began = time.monotonic()
        with pytest.raises(SwitchUnreachable, match=says), connect(server, answer_seconds=0.3) as line:
            line.ask("Ping")
        assert time.monotonic() - began < 5


def test_after_an_answer_that_did_not_come_nothing_is_sent() -> None:
    with ScriptedAsterisk("late") as server:
        server.answers["Ping"] = answered("ami-login", "Ping", 1)
        line = connect(server, answer_seconds=0.2)
        for _ in range(2):
            with pytest.raises(SwitchUnreachable):
                line.ask("Ping")
        assert server.actions == ["Action=Ping"]


def test_a_wrong_password_is_refused_in_words() -> None:
    with ScriptedAsterisk("refuse") as server, pytest.raises(SwitchRefused, match="refused the password"):
        connect(server)


@pytest.mark.parametrize("password", ["a\r\nAction: Command", "a\nb", "a\0"])
def test_a_secret_that_is_no_line_is_not_sent(server: ScriptedAsterisk, password: str) -> None:
    with pytest.raises(SwitchRefused, match="no single line") as refused:
        Manager(server.host, server.port, user=USER, password=password)
    assert refused.value.__cause__ is None
    assert server.heard == []


def test_an_action_the_user_may_not_do_is_refused_and_the_connection_stays(server: ScriptedAsterisk) -> None:
    server.denied = {"DBDel"}
    with connect(server) as line:
        with pytest.raises(SwitchRefused, match=r"manager\.conf"):
            line.ask("DBDel", Family="x", Key="y")
        assert line.ask("Ping").is_good


@given(value=st.text(max_size=40), name=NAMES, breaks=st.sampled_from("\r\n\0"))
def test_no_value_becomes_a_line_of_its_own(value: str, name: str, breaks: str) -> None:
    with pytest.raises(ValueError, match="line break or a NUL"):
        ami._lines("Setvar", [("Value", f"{value}{breaks}{name}: x")], "1")


def test_a_line_longer_than_asterisk_takes_is_not_sent(server: ScriptedAsterisk) -> None:
    with connect(server) as line, pytest.raises(ValueError, match="too long"):
        line.ask("Setvar", Value="x" * 1000)
    assert server.actions == []


@pytest.mark.parametrize("value", ["1,B=2", 'q"', "x\\"])
def test_a_value_that_would_set_two_variables_sets_none(value: str) -> None:
    with pytest.raises(ValueError, match="parts variables"):
        variables({"A": value})


def test_a_list_has_its_rows_and_what_lists_nothing_says_why(server: ScriptedAsterisk) -> None:
    server.answers["CoreShowChannels"] = answered("ev-reconnect", "CoreShowChannels")
    server.answers["ParkedCalls"] = answered("ami-park-errors", "ParkedCalls")
    with connect(server) as line:
        assert [row.event for row in line.listed("CoreShowChannels")] == ["CoreShowChannel"] * 4
        with pytest.raises(Unlisted, match="could not be found"):
            line.listed("ParkedCalls", ParkingLot="nosuch")
        assert line.ask("Ping").is_good


def test_a_list_that_never_completes_is_left_in_time(server: ScriptedAsterisk) -> None:
    whole = answered("ev-reconnect", "CoreShowChannels")
    server.answers["CoreShowChannels"] = whole[: whole.index("Event: CoreShowChannelsComplete")]
    with connect(server, answer_seconds=0.3) as line, pytest.raises(SwitchUnreachable, match="in time"):
        line.listed("CoreShowChannels")


LONG = "Event: X\r\nPrivilege: call,all\r\n{}Value: " + "x" * (ami.MOST_MESSAGE - 100) + "\r\n\r\n"
MANY = ami.MOST_HELD // ami.MOST_MESSAGE + 2


def test_a_list_is_bounded_by_its_bytes(server: ScriptedAsterisk) -> None:
    server.answers["CoreShowChannels"] = listed([LONG.format("ActionID: a\r\n")] * MANY)
    with connect(server) as manager, pytest.raises(SwitchUnreachable, match="does not speak"):
        manager.listed("CoreShowChannels")


def test_so_are_events_that_nobody_takes(server: ScriptedAsterisk) -> None:
    server.answers["Ping"] = LONG.format("") * MANY + answered("ami-login", "Ping", 1)
    with connect(server, hears=True) as manager, pytest.raises(SwitchUnreachable, match="does not speak"):
        manager.ask("Ping")


def test_what_was_taken_is_held_no_more(server: ScriptedAsterisk) -> None:
    server.answers["Ping"] = LONG.format("") * (MANY // 2) + answered("ami-login", "Ping", 1)
    with connect(server, hears=True) as manager:
        for _ in range(3):
            manager.ask("Ping")
            while manager.event(0.0) is not None:
                pass


def test_a_list_takes_no_row_that_another_connection_has_asked_for(server: ScriptedAsterisk) -> None:
    whole = answered("ev-reconnect", "CoreShowChannels")
    end = whole.index("Event: CoreShowChannelsComplete")
    server.answers["CoreShowChannels"] = whole[:end] + told("orig-busy", "OriginateResponse")[0] + whole[end:]
    with connect(server, hears=True) as line:
        assert len(line.listed("CoreShowChannels")) == 4
        event = line.event(1)
        assert event is not None
        assert event.event == "OriginateResponse"


def test_events_are_told_once_they_are_wanted_and_in_their_order(server: ScriptedAsterisk) -> None:
    hold, unhold = (f"Event: {one}\r\nPrivilege: call,all\r\nUniqueid: 1\r\n\r\n" for one in ("Hold", "Unhold"))
    server.answers["Ping"] = hold + answered("ami-login", "Ping", 1) + unhold
    with connect(server) as line:
        line.ask("Ping")
        line.hear()
        line.hear()
        line.ask("Ping")
        told = [line.event(1), line.event(1), line.event(1), line.event(0.05)]
    assert [event.event if event else None for event in told] == ["Unhold", "Hold", "Unhold", None]
    assert [words for words in server.actions if "Events" in words] == ["Action=Events EventMask=call"]


def test_what_is_awaited_is_passed_over_to(server: ScriptedAsterisk) -> None:
    server.answers["Ping"] = answered("ami-login", "Ping", 1) + "".join(
        f"Event: {one}\r\nPrivilege: call,all\r\n\r\n" for one in "AB"
    )
    with connect(server, hears=True) as line:
        line.ask("Ping")
        found = line.awaited(lambda event: event.event == "B", 2)
        assert found is not None
        assert line.awaited(lambda event: event.event == "B", 0.05) is None


def test_an_answer_nobody_has_asked_for_ends_it(server: ScriptedAsterisk) -> None:
    server.answers["Ping"] = answered("ami-login", "Ping", 1) * 2
    with connect(server) as line:
        line.ask("Ping")
        with pytest.raises(SwitchUnreachable, match="does not speak as"):
            line.event(1)


def test_what_says_that_a_line_was_too_long_ends_it(server: ScriptedAsterisk) -> None:
    server.answers["Ping"] = "Response: Error\r\nMessage: Failed to parse message: line too long\r\n\r\n"
    with connect(server) as line, pytest.raises(SwitchUnreachable):
        line.ask("Ping")


def test_nobody_listens_there() -> None:
    with ScriptedAsterisk() as server:
        pass
    with pytest.raises(SwitchUnreachable, match="cannot be reached"):
        connect(server)


@pytest.mark.parametrize("said", [SUCCESS, REFUSED])
def test_an_answer_says_whether_it_was_done(server: ScriptedAsterisk, said: str) -> None:
    server.answers["Park"] = said.format("Park it\n")
    with connect(server) as line:
        answer = line.ask("Park")
    assert (answer.is_good, answer.says) == (said is SUCCESS, "Park it")


# with TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


def trusting(monkeypatch: pytest.MonkeyPatch, authority: Authority) -> None:
    file = authority.folder / "ca.pem"
    file.write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


def test_speaks_tls_with_who_is_certified_for_that_name(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    trusting(monkeypatch, authority)
    with ScriptedAsterisk(tls=authority.server("localhost")) as server:
        server.answers["Ping"] = answered("ami-login", "Ping", 1)
        with Manager("localhost", server.port, user=USER, password=PASSWORD, is_encrypted=True) as line:
            assert line.ask("Ping").is_good


@pytest.mark.parametrize(("certified", "is_trusted"), [("pbx.example.net", True), ("localhost", False)])
def test_no_password_goes_to_who_is_not(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, certified: str, is_trusted: bool
) -> None:
    if is_trusted:
        trusting(monkeypatch, authority)
    with ScriptedAsterisk(tls=authority.server(certified)) as server:
        with pytest.raises(SwitchUnreachable, match="certificate is not to be trusted"):
            Manager("localhost", server.port, user=USER, password=PASSWORD, is_encrypted=True)
        assert server.heard == []


def test_no_password_goes_to_who_speaks_no_tls(server: ScriptedAsterisk) -> None:
    with pytest.raises(SwitchUnreachable, match="does not speak TLS"):
        Manager(server.host, server.port, user=USER, password=PASSWORD, is_encrypted=True, connect_seconds=1)
    assert server.heard == []
