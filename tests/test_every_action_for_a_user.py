"""The fence: what a key or token that acts for a user reaches, whatever its scopes say.

Alice's things are hidden from Bob: her extension is in a group he is not in, her calls are forbidden him. To every
action he may call, what is hers is not there; the others are for no user. A new action is for none until it says so,
and then it is here.
"""

import fnmatch
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ringpost.contract import RawRequest
from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.model.conference import LiveRoom, Participant
from ringpost.model.domain import Domain
from ringpost.model.live import LiveCall, LiveLeg, Registration
from ringpost.model.parking import ParkingPlace
from ringpost.model.transfer import Transfer
from ringpost.services.happenings.call_telling import keep_transfer
from tests.fakes import RecordingSwitch
from tests.harness import CATALOGUE, Caller, House, Reply

HER_CALL, HER_LEG, HER_PARKED = (f"c{n}c{n}c{n}c{n}-0000-4000-8000-00000000000a" for n in (1, 2, 3))
HER_TRANSFER = "f2f2f2f2-0000-4000-8000-00000000000a"
NOBODYS = "dddddddd-0000-4000-8000-00000000000d"
WIRE = Path(__file__).parent.parent / "docs/wire.md"
START = "2026-11-22T11:59:00.000Z"
HER_OWN = Transfer(
    transfer_uuid=HER_TRANSFER, domain_uuid=demo.DOMAIN_UUID, call_uuid=HER_CALL, initiator_leg_uuid=HER_CALL,
    initiator_extension="100", transferred_leg_uuid=HER_LEG, destination="101", created_at=START,
)  # fmt: skip
HERS = {
    "extension": "100", "user": "alice", "voicemail": "100", "xml_cdr_uuid": demo.CALL_UUID,
    "recording_uuid": demo.RECORDING_UUID, "call_uuid": HER_CALL, "key_uuid": "hers", "as_user": "alice",
    "usergroup": "board", "slot": "5901", "number": "100", "agent": "7001", "leg_uuid": HER_LEG,
    "transfer_uuid": HER_TRANSFER,
}  # fmt: skip
NOT_THERE = {
    "extension": "190", "user": "nobody", "voicemail": "190", "xml_cdr_uuid": NOBODYS, "recording_uuid": NOBODYS,
    "call_uuid": NOBODYS, "key_uuid": NOBODYS, "as_user": "nobody", "usergroup": "nobodys", "slot": "5999",
    "number": "190", "agent": "7190", "leg_uuid": NOBODYS, "transfer_uuid": NOBODYS,
}  # fmt: skip
NAMING: dict[str, list[dict[str, Any]]] = {
    "agent-details": [{"agent": ...}],
    "agent-login": [{"agent": ..., "extension": "101"}],
    "agent-logout": [{"agent": ...}],
    "agent-pause": [{"agent": ..., "reason": "lunch"}],
    "agent-status": [{"agent": ...}],
    "agent-unpause": [{"agent": ...}],
    "call-answer": [{"call_uuid": ...}],
    "call-current": [{"extension": ...}, {"as_user": ..., "extension": "101"}],
    "call-details": [{"call_uuid": ...}],
    "call-dtmf": [{"call_uuid": ..., "digits": "1"}],
    "call-hangup": [{"call_uuid": ...}],
    "call-hold": [{"call_uuid": ...}],
    "call-list": [{"as_user": ...}],
    "call-monitor": [{"call_uuid": ..., "extension": "101"}],
    "call-mute": [{"call_uuid": ...}],
    "call-park": [{"call_uuid": ...}],
    "call-record-start": [{"call_uuid": ...}],
    "call-record-stop": [{"call_uuid": ...}],
    "call-resume": [{"call_uuid": ...}],
    "call-transfer": [{"call_uuid": ..., "destination": "101"}],
    "call-unmute": [{"call_uuid": ...}],
    "call-unpark": [{"slot": ..., "extension": "101"}, {"call_uuid": ..., "extension": "101"}],
    "cdr-details": [{"xml_cdr_uuid": ...}],
    "cdr-export": [{"user": ...}, {"extension": ...}, {"number": ...}],
    "cdr-list": [{"as_user": ...}],
    "cdr-search": [{"user": ...}, {"extension": ...}, {"number": ...}, {"limit": 1, "extension": ...}],
    "cdr-statistics": [{"user": ...}, {"extension": ...}],
    **{
        f"conference-{what}": [{"conference": "*31"} | more]
        for what, more in {
            "lock": {},
            "unlock": {},
            "record-start": {},
            "record-stop": {},
            "participant-invite": {"destination": "101", "as_user": ...},
            "participant-list": {"as_user": ...},
            **{f"participant-{one}": {"leg_uuid": ...} for one in ("deaf", "kick", "mute", "unmute")},
        }.items()
    },
    "contact-lookup": [{"number": ...}],
    "event-list": [{"extension": ...}, {"call_uuid": ...}, {"as_user": ...}],
    "extension-details": [{"extension": ...}],
    "extension-dnd-set": [{"extension": ..., "enabled": True}],
    "extension-forward-details": [{"extension": ...}],
    "extension-forward-set": [{"extension": ..., "busy": {"enabled": True, "destination": "101"}}],
    "extension-list": [{"as_user": ...}],
    "extension-password-reset": [{"extension": ...}],
    "extension-search": [{"extension": ...}, {"search": "Front desk"}],
    "extension-status": [{"extension": ...}],
    "extension-status-list": [{"extension": ...}],
    "extension-update": [{"extension": ..., "enabled": False}, {"extension": "101", "new_extension": ...}],
    "key-delete": [{"key_uuid": ...}],
    "key-details": [{"key_uuid": ...}],
    "key-rotate": [{"key_uuid": ...}],
    "key-update": [{"key_uuid": ..., "enabled": False}],
    "key-create": [{"name": "x", "scopes": ["#"], "domains": [demo.DOMAIN_NAME], "as_user": ...}],
    "originate": [{"as_user": ..., "caller_id_number": "1", "destination_a": "101", "destination_b": "5550123"}],
    "parked-call-list": [{"as_user": ...}],
    "recording-details": [{"recording_uuid": ...}],
    "recording-list": [{"extension": ...}, {"call_uuid": ...}],
    "registration-delete": [{"extension": ...}],
    "registration-list": [{"extension": ...}],
    "sip-account-details": [{"extension": ...}, {"user": ...}],
    "status-list": [{"username": ...}],
    "token-create": [{"as_user": ...}],
    "transfer-cancel": [{"transfer_uuid": ...}],
    "transfer-complete": [{"transfer_uuid": ...}],
    "transfer-create": [{"call_uuid": ..., "destination": "101"}],
    "transfer-details": [{"transfer_uuid": ...}],
    "transfer-list": [{"as_user": ...}],
    "user-details": [{"user": ...}],
    "user-list": [{"username": ...}, {"usergroup": ...}],
    "user-status-details": [{"user": ...}],
    "user-status-set": [{"user": ..., "type": "away"}],
    "user-update": [{"user": ..., "lastname": "x"}, {"voicemail": ...}, {"username": ...}],
    "voicemail-details": [{"voicemail": ...}],
    "voicemail-list": [{"number": ...}],
    "voicemail-update": [
        {"voicemail": ..., "email": "eve@example.net"},
        {"voicemail": "101", "new_number": ...},
    ],
}
"""Actions for a user, with what may be another's in place of the dots."""
OF_THE_DOMAIN = {
    "action-details", "action-list", "contact-create", "contact-delete", "contact-details", "contact-list",
    "contact-update", "domain-details", "domain-list", "key-list", "openapi", "token-delete", "token-details",
}  # fmt: skip
"""Actions for a user that name nothing of a user's."""
_IN_ROOMS = ("consult", "put_through", "take_back", "change_participant", "lock_room", "stop_recording_room")
_ACTS = (
    "answer",
    "hang_up",
    "hold",
    "resume",
    "mute",
    "unmute",
    "send_digits",
    "transfer",
    "stop_recording",
    *_IN_ROOMS,
)


def _noting(act: str) -> Callable[..., None]:
    return lambda self, domain, *about: self.told.append((act, *about))


class Switchboard(RecordingSwitch):
    """Alice talks, somebody waits in a slot for her, and each has a phone."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, ...]] = []

    def registrations(self, domain: Domain) -> list[Registration]:
        return [Registration(extension=one, contact=f"sip:{one}@192.0.2.{one}") for one in ("100", "101")]

    def calls(self, domain: Domain) -> list[LiveCall]:
        said: dict[str, Any] = {"domain_uuid": domain.domain_uuid, "start_stamp": START}
        mine = LiveLeg(leg_uuid=HER_CALL, extension="100", number="100", state="answered", start_stamp=START)
        other = LiveLeg(leg_uuid=HER_LEG, number="5550123", state="answered", start_stamp=START)
        waits = mine.model_copy(update={"leg_uuid": HER_PARKED, "state": "parked"})
        return [
            LiveCall(call_uuid=HER_CALL, state="answered", legs=(mine, other), **said),
            LiveCall(call_uuid=HER_PARKED, state="parked", slot="5901", legs=(waits,), **said),
        ]

    def park(self, domain: Domain, leg_uuid: str, place: ParkingPlace) -> str:
        self.told.append(("park", leg_uuid))
        return "5902"

    def rooms(self, domain: Domain) -> list[LiveRoom]:
        return [LiveRoom(room="*31", participants=(Participant(leg_uuid=HER_LEG, extension="100"),))]

    def record_room(self, domain: Domain, room: str, leg_uuid: str) -> str:
        self.told.append(("record_room", room))
        return "x.wav"

    def record(self, domain: Domain, leg_uuid: str) -> str:
        self.told.append(("record", leg_uuid))
        return "x.wav"

    def unregister(self, domain: Domain, extension: str) -> int:
        self.told.append(("unregister", extension))
        return 1


for _act in _ACTS:
    setattr(Switchboard, _act, _noting(_act))


@pytest.fixture
def board(house: House, tenant: Caller, operator: Caller) -> Switchboard:
    """The tenant, with Bob at 101 and all that is Alice's hidden from him; on a switch of its own."""
    for user, number in (("bob", "101"), ("alice", "100")):
        if user == "bob":
            tenant.done("user-extension-add", user=user, extension=number)
        tenant.done("user-update", user=user, voicemail=number, email=f"{user}@example.net")
        tenant.done("user-status-set", user=user, type="away", note=f"note of {user}")
    tenant.done("usergroup-create", display_name="Board")
    tenant.done("usergroup-member-add", usergroup="board", user="alice")
    tenant.done("usergroup-member-add", usergroup="interns", user="bob")
    tenant.done("permission-set", usergroup="interns", key="see_calls", allowed=True, exceptions=["board"])
    tenant.done("extensiongroup-update", extensiongroup="reception", public_group=False)
    tenant.done("extensiongroup-member-add", extensiongroup="reception", user="alice")
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="lab")
    desk = console(house.store, house.clock, "transfer-create")
    keep_transfer(desk, HER_OWN)
    desk.commit()
    board = Switchboard()
    house.switch = board
    return board


@pytest.fixture(params=["key", "token"])
def bob(request: pytest.FixtureRequest, house: House, board: Switchboard, tenant: Caller) -> Callable[..., Reply]:
    """Whoever acts for Bob, with every scope."""
    made = tenant.done("key-create", name="Bob's", scopes=["#"], domains=[demo.DOMAIN_NAME], as_user="bob")
    key = Caller(house, made["key_uuid"], made["secret"])
    if request.param == "key":
        key.done("user-details")
        return key.call
    token = tenant.done("token-create", as_user="bob", domain_name=demo.DOMAIN_NAME)["token"]

    def call(name: str, /, **parameters: Any) -> Reply:
        return tenant.call(name, headers={"authorization": f"Bearer {token}"}, **parameters)

    call("user-details")
    return call


@pytest.fixture
def her_key(tenant: Caller, board: Switchboard) -> str:
    made = tenant.done("key-create", name="Alice's", scopes=["#"], domains=[demo.DOMAIN_NAME], as_user="alice")
    key_uuid: str = made["key_uuid"]
    return key_uuid


def written(tmp_path: Path) -> list[tuple[object, ...]]:
    """Every row of the store."""
    with sqlite3.connect(tmp_path / "test.sqlite3") as connection:
        rows = connection.execute("SELECT partition, sort, body, version FROM rows ORDER BY 1, 2").fetchall()
    connection.close()
    return rows


def filled(asked: dict[str, Any], names: dict[str, str], number_of: str) -> dict[str, Any]:
    """The request, with what it names."""
    aliases = {"new_extension": "extension", "new_number": "voicemail", "username": "user"}
    return {
        name: ({**names, "key_uuid": number_of} if name == "key_uuid" else names)[aliases.get(name, name)]
        if value is ...
        else value
        for name, value in asked.items()
    }


def said(reply: Reply, request: dict[str, Any]) -> tuple[int, str]:
    """An answer, but for the request id, what was named, and the query's own cursor."""
    text = re.sub(r'"(request_id|next_cursor)": ?"[^"]*"', "", reply.text)
    for name in sorted(map(str, request.values()), key=len, reverse=True):
        text = text.replace(name, "…") if len(name) > 2 else text
    return reply.status, text


def example(name: str) -> dict[str, Any]:
    action = CATALOGUE.load(name)
    return {} if issubclass(action.Request, RawRequest) else action.EXAMPLE


def test_every_action_is_here() -> None:
    ours = {name for name in CATALOGUE.names() if CATALOGUE.load(name).Request.for_users}
    assert ours == NAMING.keys() | OF_THE_DOMAIN, "that an action is for a user is a decision: say here what is hers"


def test_the_page_of_the_wire_names_every_one_and_no_other() -> None:
    section = WIRE.read_text().partition("\n## For a user\n")[2].partition("\n## ")[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for name in named_in(row)}
    assert named == {name for name in CATALOGUE.names() if CATALOGUE.load(name).Request.for_users}


def named_in(row: str) -> set[str]:
    """The actions of a row: `…` is any ending, what begins with a hyphen is of the family before, `but` takes away."""
    named: set[str] = set()
    family = ""
    for but, word in re.findall(r"(but )?`([a-z…-]+)`", row):
        name = word if word[0] != "-" else f"{family}{word}"
        family = name.partition("-")[0]
        found = set(fnmatch.filter(CATALOGUE.names(), name.replace("…", "*")))
        assert found, f"{word} of docs/wire.md is no action"
        named = named - found if but else named | found
    return named


def test_what_is_for_no_user_is_refused_whatever_it_names(
    bob: Callable[..., Reply], board: Switchboard, tmp_path: Path
) -> None:
    before = written(tmp_path)
    for name in CATALOGUE.names():
        if CATALOGUE.load(name).Request.for_users or issubclass(CATALOGUE.load(name).Request, RawRequest):
            continue
        reply = bob(name, **example(name))
        assert (reply.status, reply.json["error"]) == (403, f"this key acts for a user, and {name} is for no user")
        assert said(reply, {}) == said(bob(name), {}), "its parameters are not read"
    assert (written(tmp_path), board.told, board.orders) == (before, [], [])


@pytest.mark.parametrize(
    "name", ["asterisk-cdr", "asterisk-realtime", "asterisk-route", "freeswitch-cdr", "freeswitch-xml"]
)
def test_what_a_switch_sends_is_for_no_user(house: House, tenant: Caller, name: str) -> None:
    made = tenant.done("key-create", name="Bob's", scopes=["#"], domains=[demo.DOMAIN_NAME], as_user="bob")
    assert Caller(house, made["key_uuid"], made["secret"]).example(name).status == 403


@pytest.mark.often
@pytest.mark.parametrize("name", NAMING)
def test_what_is_anothers_is_not_there(
    bob: Callable[..., Reply], board: Switchboard, her_key: str, tmp_path: Path, name: str
) -> None:
    before = written(tmp_path)
    for asked in NAMING[name]:
        hers, nobodys = filled(asked, HERS, her_key), filled(asked, NOT_THERE, NOBODYS)
        there, nowhere = bob(name, **hers), bob(name, **nobodys)
        assert said(there, hers) == said(nowhere, nobodys), hers
        assert "alice" not in there.text.casefold() or "alice" in hers.values()
    assert (written(tmp_path), board.told, board.orders) == (before, [], [])


@pytest.mark.parametrize("name", sorted(name for name in NAMING if name.endswith(("-list", "-search", "-export"))))
def test_a_list_holds_nothing_of_anothers(
    bob: Callable[..., Reply], board: Switchboard, her_key: str, name: str
) -> None:
    text = bob(name, domain_name=demo.DOMAIN_NAME).text
    assert not re.search(
        rf'alice|"100"|sip:100|{her_key}|{HER_CALL}|{demo.CALL_UUID}|{demo.RECORDING_UUID}', text, re.IGNORECASE
    )


def test_the_keys_of_a_user_are_that_users(bob: Callable[..., Reply], her_key: str) -> None:
    listed = bob("key-list").json["items"]
    assert {key["key_name"] for key in listed} <= {"Bob's"}


def test_what_is_its_own_it_has(bob: Callable[..., Reply], board: Switchboard) -> None:
    for name, asked in (
        ("extension-details", {}),
        ("extension-forward-set", {"busy": {"enabled": True, "destination": "5550123"}}),
        ("extension-forward-details", {"extension": "101"}),
        ("extension-dnd-set", {"enabled": True}),
        ("extension-update", {"description": "mine"}),
        ("extension-status", {"extension": "101"}),
        ("sip-account-details", {}),
        ("extension-password-reset", {}),
        ("user-details", {"user": "bob"}),
        ("user-update", {"lastname": "Sample"}),
        ("user-status-set", {"type": "dnd"}),
        ("user-status-details", {}),
        ("voicemail-details", {"voicemail": "101"}),
        ("voicemail-update", {"voicemail": "101", "email": "bob@example.net"}),
        ("contact-create", {"firstname": "Dora"}),
        ("contact-update", {"contact_uuid": demo.CONTACT_UUID, "company": "x"}),
        ("contact-lookup", {"number": "101"}),
        ("originate", {"caller_id_number": "5550101", "destination_a": "101", "destination_b": "100"}),
        ("registration-delete", {}),
        ("domain-details", {}),
        ("token-details", {"token": f"rpt_{demo.SHORT_LIVED_UUID}_{demo.SHORT_LIVED_SECRET}"}),
    ):
        assert bob(name, **asked).status in (200, 202), (name, bob(name, **asked))
    assert [one["extension"] for one in bob("registration-list").json["items"]] == ["101"]
    assert [one["number"] for one in bob("voicemail-list").json["items"]] == ["101"]
    assert [one["username"] for one in bob("user-list", limit=1).json["items"]] == ["bob"]
    assert [one["username"] for one in bob("status-list").json["items"]] == ["bob"]
    assert board.told == [("unregister", "101"), ("unregister", "101")], "a new password, and asked for"


def test_of_an_extension_it_sees_it_sees_no_phones(bob: Callable[..., Reply], tenant: Caller) -> None:
    tenant.done("extensiongroup-update", extensiongroup="reception", public_group=True)
    status = bob("extension-status", extension="100").json
    assert (status["registered"], status["contacts"]) == (True, [])
    assert (status["state"], status["calls"]) == ("idle", []), "her call is not there"
    assert tenant.done("extension-status", extension="100")["state"] == "in_use"
    assert bob("extension-status", extension="101").json["contacts"]
    assert bob("extension-details", extension="100").status == 404, "seen is not its own"


def test_of_an_extension_it_sees_it_sees_what_a_directory_has(bob: Callable[..., Reply], tenant: Caller) -> None:
    tenant.done("extensiongroup-update", extensiongroup="reception", public_group=True)
    tenant.done("extension-update", extension="100", description="secret", emergency_caller_id_number="5550911")
    for extension in ("100", "101"):
        sent = {"enabled": True, "destination": "5550142"}
        tenant.done("extension-forward-set", extension=extension, unconditional=sent)
    hers, his = bob("extension-search", order="extension").json["items"]
    assert (hers["extension"], hers["effective_caller_id_name"]) == ("100", "Front desk")
    assert "5550142" not in json.dumps(hers)
    assert his["forward_all_destination"] == "5550142"
    for guess in ({"search": "5550142"}, {"forward_all_destination": "5550142"}, {"search": "secret"}):
        assert "100" not in [one["extension"] for one in bob("extension-search", **guess).json["items"]]
    assert [one["emergency_caller_id_number"] for one in bob("extension-list").json] == ["", ""]
    assert tenant.done("extension-search", as_user="bob", search="secret")["items"], "that limits no key of its own"


def test_only_what_may_be_called_is_listed(bob: Callable[..., Reply]) -> None:
    names = {action["action"] for action in bob("action-list").json["items"]}
    assert names == NAMING.keys() | OF_THE_DOMAIN
    operations = json.dumps(bob("openapi").json)
    assert "voicemail-update" in operations
    assert "voicemail-create" not in operations


def test_a_disabled_user_does_nothing_at_all(bob: Callable[..., Reply], tenant: Caller) -> None:
    tenant.done("user-update", user="bob", enabled=False)
    for name in sorted(NAMING.keys() | OF_THE_DOMAIN):
        asked = filled(NAMING[name][0], HERS, NOBODYS) if name in NAMING else example(name)
        assert bob(name, **asked).status == 403, name
    assert bob("user-update", enabled=True).status == 403
