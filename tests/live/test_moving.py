"""A domain moves from a FreeSWITCH to an Asterisk and back, both up: its phones, its calls, and what stays behind.

The Asterisk has its link, as ever; the FreeSWITCH asks Ringpost itself, and a second link tells what happens there.
``make test-moving``; docs/asterisk.md says how.
"""

import json
import urllib.request
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.live.conftest import Api, House, Link, Serving
from tests.live.patience import eventually
from tests.live.phones import Caller, Phone, free_port, registers
from tests.live.switch_log import Expected, SwitchLog, complaints
from tests.live.switches import FreeSwitch, Switch
from tests.live.test_freeswitch import hears_a_tone, numbers, passes
from tests.live.told import ToldEvents
from tests.live.under_test import KIND, LINK_DOES_ALL, NEEDED_OF, listening, setting, straight
from tests.webhooks.receiving import Receiving

_ABSENT = [f"FREESWITCH_{name}" for name in NEEDED_OF["freeswitch"] if not setting(name, "freeswitch")]
pytestmark = [
    pytest.mark.skipif(KIND != "asterisk" or not LINK_DOES_ALL, reason="it takes an Asterisk with a link, too"),
    pytest.mark.skipif(bool(_ABSENT), reason=f"it takes a FreeSWITCH, too; not here: {', '.join(_ABSENT)}"),
]
MOVING = "moving.example.net"
ONE, OTHER, SILENT, GROUP, BOX = "100", "101", "102", "600", "*99100"
INBOUND, PIN = "12025550160", "73914"
WAYS = [("freeswitch", "live"), ("live", "freeswitch")]
"""From which switch to which."""
_OF_A_CALL_LEFT_BEHIND = Expected(
    r"mod_json_cdr\.c:\d+ (?:Got error \[404\]|Retry will be|Unable to post)",
    "a call of a domain that has moved has no record",
)


class Place(NamedTuple):
    """One of the two switches."""

    sip: str
    trunk: str
    behind: Switch


@dataclass(frozen=True)
class Tenant:
    """The domain that moves."""

    api: Api
    domain_uuid: str
    passwords: dict[str, str]
    places: dict[str, Place]

    def moves(self, to: str) -> None:
        """By one request."""
        assert self.api.do("domain-update", switch=to)["switch"] == to

    def lets_in(self, name: str, number: str = SILENT) -> bool:
        """Whether a switch lets a phone of the domain register."""
        return registers(number, MOVING, self.passwords[number], self.places[name].sip, free_port())

    @contextmanager
    def phones(self, name: str) -> Iterator[tuple[Phone, Phone]]:
        """The two phones, which log in at a switch with the passwords that they have always had."""
        sip = self.places[name].sip
        for number in (ONE, OTHER):  # those of an earlier stay there, which could not log out
            self.api.ask("registration-delete", extension=number)
        with ExitStack() as stack:
            one, other = (stack.enter_context(Phone(n, MOVING, self.passwords[n], sip)) for n in (ONE, OTHER))
            yield one, other
            for phone in (one, other):
                phone.falls_silent()

    def hush(self) -> None:
        """No call of the domain is up on either switch."""
        for place in self.places.values():
            place.behind.hush(self.domain_uuid)

    def one_record(self, call: dict[str, Any], *of: str) -> None:
        """The call is over, and is one record, of these extensions."""
        self.api.silence()
        record = self.api.record(call["call_uuid"])
        assert set(of) <= set(record["extensions"]), record
        passes(1)  # for a second one that should not come
        listed = [one["xml_cdr_uuid"] for one in self.api.records()]
        assert listed.count(call["call_uuid"]) == 1, listed


@pytest.fixture(scope="module")
def places(api: Api, serving: Serving, house: House) -> Iterator[dict[str, Place]]:
    """The suite's Asterisk, ``live``, and a FreeSWITCH beside it."""
    made = api.operate("switch-create", name="freeswitch", kind="freeswitch", **straight("freeswitch"))
    assert made.status == 200, made
    serving.take_key(setting("KEY", "freeswitch"), made.body["switch_uuid"], "freeswitch")
    link = Link(serving, serving.folder / "beside", listening("freeswitch"), "switch.event", switch="freeswitch")
    link.goes_on()
    try:
        with FreeSwitch() as freeswitch:
            freeswitch.forget_everything()
            there = Place(setting("SIP", "freeswitch"), setting("TRUNK", "freeswitch"), freeswitch)
            yield {"live": Place(house.sip, house.trunk, house.switch), "freeswitch": there}
    finally:
        link.stop()


@pytest.fixture(scope="module")
def moving(api: Api, places: dict[str, Place]) -> Iterator[Tenant]:
    here = api[MOVING]
    domain_uuid = here.do("domain-create", switch="freeswitch")["domain_uuid"]
    passwords = {number: here.do("extension-create", extension=number)["password"] for number in (ONE, OTHER, SILENT)}
    members = [{"number": number, "timeout": 10} for number in (OTHER, SILENT)]
    here.do("ringgroup-create", name="all", extension=GROUP, strategy="simultaneous", destinations=members)
    here.do("destination-create", number=INBOUND, extension=OTHER)
    here.do("voicemail-update", voicemail=ONE, password=PIN, ask_password=False)
    yield Tenant(here, domain_uuid, passwords, places)
    for place in places.values():
        place.behind.empty(ONE, MOVING)
    while not here.do("domain-delete", cascade=True)["deleted"]:
        pass


@pytest.fixture
def tenant(moving: Tenant) -> Iterator[Tenant]:
    yield moving
    moving.hush()


@pytest.fixture(scope="module")
def other_log(moving: Tenant) -> Iterator[SwitchLog]:
    say: Callable[[str], object] = moving.places["freeswitch"].behind.say
    with closing(SwitchLog(Path(setting("LOG", "freeswitch")), say)) as log:
        log.lines()
        yield log


@pytest.fixture(autouse=True)
def _no_complaint_of_the_other(other_log: SwitchLog, request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    leaves = "left_behind" in request.node.name
    assert not complaints(other_log.lines(), [_OF_A_CALL_LEFT_BEHIND] if leaves else []), "the FreeSWITCH complains"


@pytest.fixture
def told(moving: Tenant) -> Iterator[ToldEvents]:
    """A CRM that is told everything of the domain."""
    with Receiving() as receiving:
        made = moving.api.do("webhook-create", url=f"{receiving.url}/hook", events=["call.#"])
        yield ToldEvents(receiving, made["secret"])
        moving.api.do("webhook-delete", webhook_uuid=made["webhook_uuid"])


def _hear_each_other(phones: tuple[Phone, Phone]) -> None:
    for phone in phones:
        eventually(lambda phone=phone: hears_a_tone(phone), f"{phone.number} hears the other")


def test_a_domain_moves_to_the_other_switch_and_back_with_its_phones_passwords(tenant: Tenant, told: ToldEvents):
    for name, other in (("freeswitch", "live"), ("live", "freeswitch"), ("freeswitch", "live")):
        tenant.moves(name)
        _lives(tenant, name, told)
        with Caller(INBOUND, tenant.places[other].trunk) as caller:
            assert not caller.was_answered(), f"its number leads nowhere on {other}"


def _lives(tenant: Tenant, name: str, told: ToldEvents) -> None:
    """Its phones log in at a switch, call each other, and are called: by click, in a group, from outside."""
    with tenant.phones(name) as phones:
        one, other = phones
        assert {ONE, OTHER} <= {phone["extension"] for phone in tenant.api.do("registration-list")["items"]}
        one.dial(OTHER)
        call = tenant.api.one_call()
        assert numbers(call) == [ONE, OTHER]
        _hear_each_other(phones)
        other.hang_up()
        tenant.one_record(call, ONE, OTHER)
        told.await_types(call["call_uuid"], "call.ringing", "call.answered", "call.ended")

        placed = tenant.api.do("originate", caller_id_number="5550177", destination_a=ONE, destination_b=OTHER)
        assert tenant.api.one_call()["call_uuid"] == placed["call_uuid"]
        _hear_each_other(phones)
        tenant.api.do("call-hangup", call_uuid=placed["call_uuid"])
        tenant.one_record(placed, ONE, OTHER)

        one.dial(GROUP)
        call = tenant.api.one_call()
        assert numbers(call) == [ONE, OTHER], "who is there answers for the group"
        one.hang_up()
        tenant.one_record(call, ONE, OTHER)

        with Caller(INBOUND, tenant.places[name].trunk, talks=3) as caller:
            call = tenant.api.one_call()
            assert (call["direction"], numbers(call)[1:]) == ("inbound", [OTHER])
            assert caller.was_answered()
        tenant.one_record(call, OTHER)


@pytest.mark.parametrize(("left", "to"), WAYS)
def test_the_switch_that_is_left_lets_its_phones_in_no_more(tenant: Tenant, left: str, to: str):
    tenant.moves(left)
    with tenant.phones(left) as (one, _):
        eventually(lambda: tenant.lets_in(left), "it lets them in")
        assert not tenant.lets_in(to)
        tenant.moves(to)
        eventually(lambda: not tenant.lets_in(left), "it lets them in no more", 2)
        passes(6)  # by then it has asked for what it remembers once more
        assert not tenant.lets_in(left)
        assert tenant.lets_in(to)
        one.dial(OTHER)
        eventually(lambda: not one.is_in_a_call(), "who is registered there calls nobody any more")
        assert tenant.places[left].behind.legs(tenant.domain_uuid) == 0
        assert not tenant.api.calls()


@pytest.mark.parametrize(("left", "to"), WAYS)
def test_a_call_that_is_up_is_left_behind(tenant: Tenant, told: ToldEvents, serving: Serving, left: str, to: str):
    tenant.moves(left)
    with tenant.phones(left) as phones:
        phones[0].dial(OTHER)
        call = tenant.api.one_call()
        told.await_types(call["call_uuid"], "call.ringing", "call.answered")
        tenant.moves(to)
        assert tenant.api.calls() == []
        assert tenant.api.ask("call-hangup", call_uuid=call["call_uuid"]).status == 404
        _hear_each_other(phones)
        phones[0].hang_up()
        behind = tenant.places[left].behind
        eventually(lambda: not behind.legs(tenant.domain_uuid), "it is over, and its switch has tried to tell", 40)
        eventually(serving.has_all_records, "its link keeps none of its records")
        passes(2)
        assert tenant.api.ask("cdr-details", xml_cdr_uuid=call["call_uuid"]).status == 404
        told.await_types(call["call_uuid"], "call.ringing", "call.answered")
    tenant.moves(left)
    for record in _refused(serving, left):
        record.is_taken(serving.url, setting("KEY", KIND if left == "live" else left))
    assert tenant.api.record(call["call_uuid"])["extensions"] == [ONE, OTHER], "its record may be handed in then"


class Refused(NamedTuple):
    """The record of a leg that was not taken."""

    action: str
    content_type: str
    body: bytes

    def is_taken(self, url: str, key: str) -> None:
        """Hand it in once more."""
        basic = f"Basic {b64encode(key.encode()).decode()}"
        headers = {"Authorization": basic, "Content-Type": self.content_type}
        with urllib.request.urlopen(urllib.request.Request(url + self.action, self.body, headers), timeout=5) as answer:
            assert answer.status == 200


def _refused(serving: Serving, left: str) -> Iterator[Refused]:
    """A FreeSWITCH keeps them itself, of an Asterisk its link does."""
    if left == "freeswitch":
        for file in Path(setting("LOG", left)).with_name("json_cdr").glob("*.cdr.json"):
            yield Refused("freeswitch-cdr", "application/json", file.read_bytes())
        return
    for line in (serving.link.folder / "refused-live.jsonl").read_text().splitlines():
        kept = json.loads(line)
        yield Refused(kept["action"], kept["content_type"], b64decode(kept["body"]))


@pytest.mark.parametrize(("left", "to", "slot"), [(*way, f"590{place}") for place, way in enumerate(WAYS, 7)])
def test_who_is_parked_is_left_behind_in_the_slot(tenant: Tenant, left: str, to: str, slot: str):
    tenant.moves(left)
    with tenant.phones(left) as (one, _):
        one.dial(f"*{slot}")
        eventually(lambda: tenant.api.do("parked-call-list")["items"], "it waits")
        tenant.moves(to)
        assert not tenant.api.do("parked-call-list")["items"]
        with tenant.phones(to) as (_, other):
            other.dial(f"*{slot}")
            eventually(lambda: tenant.api.do("parked-call-list")["items"], "the slot is free there")
        assert one.is_in_a_call(), "it waits on"
        tenant.moves(left)
        [waiting] = eventually(lambda: tenant.api.do("parked-call-list")["items"], "it is listed again")
        assert numbers(waiting) == [ONE]


@pytest.mark.parametrize(("left", "to"), WAYS)
def test_messages_are_left_behind_and_are_there_when_it_comes_back(tenant: Tenant, left: str, to: str):
    tenant.moves(left)
    behind, there = tenant.places[left].behind, tenant.places[to].behind
    for place in (behind, there):
        place.empty(ONE, MOVING)
    with tenant.phones(left) as (_, other):
        other.dial(BOX)
        eventually(lambda: any(f.stat().st_size > 48_000 for f in behind.kept(ONE, MOVING)), "it is recorded", 60)
        other.hang_up()
        eventually(lambda: behind.messages(ONE, MOVING)[0] == 1, "the message is kept")
    tenant.moves(to)
    with tenant.phones(to) as (one, _):
        one.dial("*98")
        eventually(lambda: one.heard().anything_else > 2, "the box is there")
        one.hang_up()
    assert there.messages(ONE, MOVING) == (0, 0)
    tenant.moves(left)
    assert behind.messages(ONE, MOVING)[0] == 1
