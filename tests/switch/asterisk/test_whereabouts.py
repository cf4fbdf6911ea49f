"""Where phones have logged in from, noted for the plan: that nobody's word is taken for it but the switch's own."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.errors import SwitchRefused
from ringpost.switch.asterisk.ami import Message
from ringpost.switch.asterisk.whereabouts import KEPT, NOTED_AGAIN, Whereabouts, _place
from ringpost.switch.kinds import Place, kinds
from tests.switch.asterisk.scripted import PASSWORD, REFUSED, SUCCESS, USER, Asked, ScriptedAsterisk, listed, told

ACCOUNT = "100@tenant.example.net"
[OURS, *_] = told("ami-eventfilter", "SuccessfulAuth")
"""What Asterisk tells of a login at its manager interface."""
NOBODY = REFUSED.format("Database entry not found")
NOW = 1_800_000_000


def login(account: str = ACCOUNT, remote: str = "IPV4/UDP/192.0.2.7/5062", event: str = "SuccessfulAuth") -> str:
    """The same of a phone's."""
    members = {"Service: AMI": "Service: PJSIP", "AccountID: ami": f"AccountID: {account}"}
    found = OURS.replace("IPV4/TCP/127.0.0.1/58962", remote).replace("SuccessfulAuth", event)
    for before, after in members.items():
        found = found.replace(before, after)
    return found


def message(text: str) -> Message:
    lines = (line.partition(": ") for line in text.strip().split("\r\n"))
    return Message(tuple((name, value) for name, _, value in lines))


def noted(rows: dict[str, int]) -> str:
    found = (
        f"Event: DBGetTreeResponse\r\nActionID: a\r\nKey: /ringpost-from/{key}\r\nVal: {at}\r\n\r\n"
        for key, at in rows.items()
    )
    return listed(found, "DBGetTreeComplete")


class Telling(ScriptedAsterisk):
    """One that tells of logins: of the link's own, then of those that are set."""

    def __init__(self, *logins: str, tells: bool = True) -> None:
        super().__init__()
        self.tells = [OURS, *logins] if tells else []
        self.answers |= {
            "Filter": SUCCESS.format("Added"),
            "Events": self._told,
            "DBGetTree": NOBODY,
            "DBPut": SUCCESS.format("Updated database successfully"),
            "DBDel": SUCCESS.format("Key deleted successfully"),
        }

    def _told(self, asked: Asked) -> str:
        return "".join([SUCCESS.format("Events: On"), *self.tells])

    @property
    def put(self) -> list[str]:
        return [one.get("Key") for one in self.heard if one.action == "DBPut"]


def written(switch: Telling) -> None:
    place = Place(switch.host, switch.port, USER, PASSWORD)
    with Whereabouts.at(place, lambda: NOW, told_within=0.2) as book:
        book.write(0.2)


@pytest.fixture
def switch() -> Iterator[Telling]:
    with Telling(login()) as found:
        yield found


def test_where_a_phone_has_logged_in_from_is_noted(switch: Telling) -> None:
    written(switch)
    assert switch.put == [f"{ACCOUNT}/192.0.2.7"]


def test_only_logins_are_told_before_anything_is(switch: Telling) -> None:
    written(switch)
    assert switch.actions[:2] == [
        "Action=Filter Operation=Add Filter=Event: SuccessfulAuth",
        "Action=Events EventMask=security",
    ]


def test_a_switch_that_does_not_tell_of_logins_is_found_out() -> None:
    with Telling(tells=False) as switch, pytest.raises(SwitchRefused, match="add security to read="):
        written(switch)


def test_who_logs_in_while_it_begins_is_noted_too() -> None:
    with Telling() as switch:
        switch.tells = [login(), OURS]
        written(switch)
    assert switch.put == [f"{ACCOUNT}/192.0.2.7"]


def test_what_was_noted_lately_is_not_noted_again() -> None:
    phone = f"{ACCOUNT}/192.0.2.7"
    with Telling(login(), login()) as switch:
        written(switch)
        switch.answers["DBGetTree"] = noted({phone: NOW})
        written(switch)
    assert switch.put == [phone]


def test_a_phone_that_is_still_there_after_half_a_day_is_noted_again(switch: Telling) -> None:
    switch.answers["DBGetTree"] = noted({f"{ACCOUNT}/192.0.2.7": int(NOW - NOTED_AGAIN)})
    written(switch)
    assert switch.put == [f"{ACCOUNT}/192.0.2.7"]


def test_where_nobody_has_been_for_a_month_is_forgotten(switch: Telling) -> None:
    before, since = f"{ACCOUNT}/192.0.2.8", f"{ACCOUNT}/192.0.2.9"
    switch.answers["DBGetTree"] = noted({before: int(NOW - KEPT - 1), since: int(NOW - KEPT + 1)})
    written(switch)
    assert [one.get("Key") for one in switch.heard if one.action == "DBDel"] == [before]


def test_what_the_switch_did_not_note_is_no_secret(switch: Telling) -> None:
    switch.answers["DBPut"] = REFUSED.format("Failed to update database")
    with pytest.raises(SwitchRefused, match="DBPut: Failed to update"):
        written(switch)


@pytest.mark.parametrize(
    ("remote", "host"),
    [
        ("IPV4/TLS/192.0.2.7/1", "192.0.2.7"),
        ("IPV6/UDP/2001:DB8:0::1/5060", "2001:db8::1"),
        ("IPV6/TCP/2001:db8::1/5060", "2001:db8::1"),
    ],
)
def test_an_address_is_noted_as_a_contact_has_it(remote: str, host: str) -> None:
    assert _place(message(login(remote=remote))) == f"{ACCOUNT}/{host}"


@pytest.mark.parametrize(
    "told",
    [
        OURS,
        login().replace("Service: PJSIP", "Service: AMI"),
        login(event="InvalidPassword"),
        login(account="trunk"),
        login(account="<unknown>"),
        login(account="100@a/../b"),
        login(remote="IPV4/UDP/provider.example.net/5060"),
        login(remote="IPV4/UDP/1.2.3/5060"),
        login().replace("SessionID: ", "RemoteAddress: IPV4/UDP/198.51.100.9/5060\r\nSessionID: "),
        login().replace("SessionID: ", "AccountID: 101@tenant.example.net\r\nSessionID: "),
    ],
)
def test_nothing_else_is_noted(told: str) -> None:
    assert _place(message(told)) is None


@given(st.text(), st.text())
def test_whatever_is_said_a_place_has_one_account_and_one_address(account: str, remote: str) -> None:
    found = _place(
        Message((("Event", "SuccessfulAuth"), ("Service", "PJSIP"), ("AccountID", account), ("RemoteAddress", remote)))
    )
    assert found is None or (found.partition("/")[0] == account and "/" not in found.partition("/")[2])


def test_a_kind_whose_plan_looks_there_has_a_notebook() -> None:
    assert kinds()["asterisk"].notebook is not None
    assert kinds()["freeswitch"].notebook is None
