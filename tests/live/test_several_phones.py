"""One extension, several phones: a desk phone and a softphone ring together, whoever answers stops the other."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import Empty
from typing import Any

import pytest

from tests.live.conftest import HERE, House
from tests.live.patience import eventually
from tests.live.phones import ADDRESS, RINGING, Answering, Caller, Phone, Registering, free_port, refusing
from tests.live.told import ToldEvents, differences
from tests.live.under_test import IS_DIRECT_ASTERISK, KIND

TWO = "160"
INBOUND = "12025550160"
STRATEGIES = {"simultaneous": "640", "sequence": "641", "enterprise": "642", "rollover": "643", "random": "644"}
Pair = tuple[Phone, Phone]


@pytest.fixture(scope="module")
def pair(house: House) -> Iterator[Pair]:
    """Two softphones of one extension, which wait for somebody to pick up."""
    password = house.api.do("extension-create", extension=TWO, max_registrations=2)["password"]
    house.api.do("destination-create", number=INBOUND, extension=TWO)
    for strategy, number in STRATEGIES.items():
        members = [{"number": TWO, "timeout": 20}, {"number": "199"}]
        house.api.do("ringgroup-create", name=number, extension=number, strategy=strategy, destinations=members)
    waiting = (house.phone(TWO, answers=False, password=password) for _ in range(2))
    with next(waiting) as desk, next(waiting) as soft:
        yield desk, soft


def ringing(phone: Phone) -> bool:
    return "Incoming" in str(phone.command("listcalls").get("data", "")) or phone.is_in_a_call()


def both_ring_and_one_answers(house: House, pair: Pair, which: int) -> None:
    """Both ring, each leg names the extension; the one that picks up speaks, the other is told that it has ended."""
    eventually(lambda: all(ringing(phone) for phone in pair), "both ring")

    named = partial(house.switch.phones, house.domain_uuid, f"{TWO}@{HERE}")
    eventually(lambda: named() == 2, "each leg names the extension")
    pair[which].command("accept")
    eventually(lambda: not pair[1 - which].is_in_a_call(), "the other stops")

    def speaks() -> bool:
        calls = house.api.calls()
        return len(calls) == 1 and TWO in {leg["extension"] for leg in calls[0]["legs"] if leg["state"] == "answered"}

    eventually(speaks, "one speaks")
    assert pair[which].is_in_a_call()


@pytest.mark.parametrize("which", [0, 1])
def test_both_phones_ring_when_they_are_dialled(house: House, phones: Pair, pair: Pair, which: int):
    phones[0].dial(TWO)
    both_ring_and_one_answers(house, pair, which)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_both_phones_ring_in_a_group(house: House, phones: Pair, pair: Pair, strategy: str):
    phones[0].dial(STRATEGIES[strategy])
    eventually(lambda: all(ringing(phone) for phone in pair), "both ring")
    assert house.api.one_call(state="ringing", legs=3)["destination_number"] == STRATEGIES[strategy]
    both_ring_and_one_answers(house, pair, 1)


def test_both_phones_ring_for_a_call_from_outside(house: House, pair: Pair):
    with Caller(INBOUND, house.trunk, shows="12025550189"):
        both_ring_and_one_answers(house, pair, 1)


def test_both_phones_ring_for_a_call_that_is_forwarded(house: House, phones: Pair, pair: Pair):
    house.api.do("extension-create", extension="161")
    house.api.do("extension-forward-set", extension="161", unconditional={"enabled": True, "destination": TWO})
    phones[0].dial("161")
    both_ring_and_one_answers(house, pair, 0)


def test_both_phones_ring_as_the_second_of_an_originate(house: House, phones: Pair, pair: Pair):
    house.api.do("originate", caller_id_number="5550177", destination_a="100", destination_b=TWO)
    both_ring_and_one_answers(house, pair, 1)


def placed_to_both(house: House, pair: Pair, a: str = TWO, b: str = "100") -> str:
    """The uuid of a call in which both phones of A ring, as one leg under that uuid."""
    placed = house.api.do("originate", caller_id_number="5550177", destination_a=a, destination_b=b, wait=0)
    eventually(lambda: all(ringing(phone) for phone in pair), "both ring")
    call = house.api.one_call(state="ringing", legs=1)
    assert call["call_uuid"] == call["legs"][0]["leg_uuid"] == placed["call_uuid"]
    return str(placed["call_uuid"])


def neither_is_in_a_call(pair: Pair) -> None:
    eventually(lambda: not any(phone.is_in_a_call() for phone in pair), "both have stopped")


def agree(house: House, told: ToldEvents, call_uuid: str, *types: str) -> dict[str, Any]:
    """The record of a call that was told as these events, the last of which says the same."""
    call = told.await_types(call_uuid, *types)[-1]["data"]["call"]
    house.api.silence()  # and its records are handed in
    record = house.api.record(call_uuid)
    assert not differences(call, record)
    latest = [
        one["xml_cdr_uuid"] for one in house.api.records(extension=TWO) if one["start_stamp"] >= record["start_stamp"]
    ]
    assert latest == [call_uuid], "it is one"
    return record


@pytest.mark.usefixtures("linked")
@pytest.mark.parametrize("which", [0, 1])
def test_both_phones_ring_as_the_first_of_an_originate(
    house: House, phones: Pair, told: ToldEvents, pair: Pair, which: int
):
    call_uuid = placed_to_both(house, pair)
    pair[which].command("accept")
    eventually(lambda: not pair[1 - which].is_in_a_call(), "the other stops")
    call = house.api.one_call()
    assert call["call_uuid"] == call_uuid
    assert {leg["extension"] for leg in call["legs"]} == {TWO, "100"}
    house.api.do("call-hold", call_uuid=call_uuid)
    house.api.do("call-resume", call_uuid=call_uuid)
    pair[which].hang_up()
    types = ("ringing", "answered", "ringing", "answered", "held", "resumed", "ended")
    record = agree(house, told, call_uuid, *(f"call.{what}" for what in types))
    assert (record["answered_by"], record["hangup_cause"]) == ("100", "NORMAL_CLEARING")
    assert record["hung_up_by"] == (None if IS_DIRECT_ASTERISK else "caller")
    assert [leg["extension"] for leg in record["legs"]] == [TWO, "100"]
    assert "heard" not in record


@pytest.mark.usefixtures("linked")
def test_one_phone_of_an_originate_declines_and_the_other_answers(
    house: House, phones: Pair, told: ToldEvents, pair: Pair
):
    call_uuid = placed_to_both(house, pair)
    pair[0].hang_up()
    eventually(lambda: not pair[0].is_in_a_call(), "it has declined")
    assert house.api.one_call(state="ringing", legs=1)["call_uuid"] == call_uuid
    pair[1].command("accept")
    house.api.one_call()
    phones[0].hang_up()
    types = ("ringing", "answered", "ringing", "answered", "ended")
    record = agree(house, told, call_uuid, *(f"call.{what}" for what in types))
    assert (record["answered_by"], record["hangup_cause"]) == ("100", "NORMAL_CLEARING")


@pytest.mark.usefixtures("linked")
def test_all_phones_of_an_originate_decline(house: House, told: ToldEvents, pair: Pair):
    call_uuid = placed_to_both(house, pair)
    for phone in pair:
        phone.hang_up()
    record = agree(house, told, call_uuid, "call.ringing", "call.cancelled", "call.ended")
    assert record["hangup_cause"] in ("CALL_REJECTED", "USER_BUSY")
    assert (record["answer_stamp"], record["hung_up_by"]) == (None, None)


@pytest.mark.usefixtures("linked")
def test_no_phone_of_an_originate_answers(house: House, told: ToldEvents, pair: Pair):
    house.api.do("extension-update", extension=TWO, call_timeout=2)
    try:
        call_uuid = placed_to_both(house, pair)
        record = agree(house, told, call_uuid, "call.ringing", "call.cancelled", "call.ended")
    finally:
        house.api.do("extension-update", extension=TWO, call_timeout=30)
    assert record["hangup_cause"] == "NO_ANSWER"
    neither_is_in_a_call(pair)


def test_no_phone_of_an_originate_answers_and_no_link_tells_so(house: House, pair: Pair):
    house.api.do("extension-update", extension=TWO, call_timeout=2)
    try:
        record = house.api.record(placed_to_both(house, pair))
    finally:
        house.api.do("extension-update", extension=TWO, call_timeout=30)
    assert (record["hangup_cause"], record["answer_stamp"]) == ("NO_ANSWER", None)


@pytest.mark.usefixtures("linked")
def test_all_phones_of_an_originate_stop_when_it_is_hung_up(house: House, told: ToldEvents, pair: Pair):
    call_uuid = placed_to_both(house, pair)
    house.api.do("call-hangup", call_uuid=call_uuid)
    neither_is_in_a_call(pair)
    record = agree(house, told, call_uuid, "call.ringing", "call.cancelled", "call.ended")
    assert record["hung_up_by"] == (None if IS_DIRECT_ASTERISK else "api")


@pytest.mark.usefixtures("linked")
def test_an_originate_that_nobody_waits_for_is_told_to_its_end(house: House, told: ToldEvents):
    house.api.do("extension-create", extension="163")
    placed = house.api.do("originate", caller_id_number="5550177", destination_a="163", destination_b="100", wait=0)
    [ended] = told.await_types(placed["call_uuid"], "call.ended")
    record = house.api.record(placed["call_uuid"])
    assert ended["data"]["call"]["hangup_cause"] == record["hangup_cause"] == "USER_NOT_REGISTERED"


def test_all_phones_of_an_originate_decline_and_no_link_tells_so(house: House, pair: Pair):
    call_uuid = placed_to_both(house, pair)
    for phone in pair:
        phone.hang_up()
    record = house.api.record(call_uuid)
    assert record["hangup_cause"] in ("CALL_REJECTED", "USER_BUSY")
    assert (record["answer_stamp"], record["extensions"]) == (None, [TWO])


def test_an_originate_says_why_no_phone_has_answered(house: House, pair: Pair):
    with ThreadPoolExecutor() as pool:
        wanted = {"caller_id_number": "5550177", "destination_a": TWO, "destination_b": "100", "wait": 20}
        placed = pool.submit(house.api.do, "originate", **wanted)
        eventually(lambda: all(ringing(phone) for phone in pair), "both ring")
        for phone in pair:
            phone.hang_up()
        assert placed.result()["cause"] in ("CALL_REJECTED", "USER_BUSY")


@pytest.mark.parametrize("which", [0, 1])
def test_both_phones_of_a_listener_ring(house: House, pair: Pair, call: dict[str, Any], which: int):
    listening = house.api.do("call-monitor", call_uuid=call["call_uuid"], extension=TWO, wait=0)
    eventually(lambda: all(ringing(phone) for phone in pair), "both ring")
    pair[which].command("accept")
    eventually(lambda: not pair[1 - which].is_in_a_call(), "the other stops")
    eventually(lambda: "eavesdrop" in house.applications(), "it listens")
    house.api.do("call-hangup", call_uuid=listening["call_uuid"])
    neither_is_in_a_call(pair)
    if not IS_DIRECT_ASTERISK:  # where who listens leaves no record
        assert house.api.record(listening["call_uuid"])["hung_up_by"] == "api"


def test_both_phones_ring_for_a_parked_call(house: House, phones: Pair, pair: Pair):
    phones[0].dial("*5911")
    eventually(lambda: house.api.do("parked-call-list")["items"], "100 waits")
    house.api.do("call-unpark", slot="5911", extension=TWO)
    both_ring_and_one_answers(house, pair, 1)


def test_the_other_phone_is_told_that_the_call_was_answered_elsewhere(house: House, phones: Pair):
    password = house.api.do("extension-create", extension="162", max_registrations=2)["password"]
    with Answering(RINGING) as other, house.phone("162", password=password):
        with Registering("162", HERE, password, house.sip) as phone:
            assert phone.registers(at("162", other.port)) == "200 OK"
        phones[0].dial("162")
        eventually(lambda: "CANCEL sip:" in other.heard(), "it is cancelled")
        cancelled = other.heard().split("CANCEL sip:")[1]
        assert "Call completed elsewhere" in cancelled


def test_phones_that_are_busy_leave_those_that_ring_alone(house: House, phones: Pair, pair: Pair):
    with Answering(refusing("486 Busy Here")) as busy:
        password = house.api.do("extension-password-reset", extension=TWO)["password"]
        house.api.do("extension-update", extension=TWO, max_registrations=3)
        with Registering(TWO, HERE, password, house.sip) as phone:
            assert phone.registers(at(TWO, busy.port)) == "200 OK"
            phones[0].dial(TWO)
            eventually(lambda: "486 Busy" in busy.heard(), "one is busy")
            phone.registers(at(TWO, busy.port), seconds=0)


# who registers


Registers = Callable[..., Registering]


@pytest.fixture
def numbered(house: House) -> Iterator[Callable[..., Any]]:
    """Makes an extension, and phones for it that register from a port each."""
    made: list[Registering] = []

    def make(number: str, **members: Any) -> Callable[[], Registering]:
        password = house.api.do("extension-create", extension=number, **members)["password"]

        def phone() -> Registering:
            made.append(Registering(number, HERE, password, house.sip))
            return made[-1]

        return phone

    yield make
    for phone in made:
        phone.__exit__(None, None, None)


def at(number: str, port: int | None = None) -> str:
    return f"<sip:{number}@{ADDRESS}:{port or free_port()}>"


def registered(house: House, number: str) -> list[str]:
    return [phone["contact"] for phone in house.api.do("extension-status", extension=number)["contacts"]]


def test_as_many_phones_register_as_the_extension_has_and_no_more(house: House, numbered: Callable[..., Any]):
    phone = numbered("170", max_registrations=2)
    first, second, third = phone(), phone(), phone()
    assert [one.registers(at("170")) for one in (first, second)] == ["200 OK", "200 OK"]
    assert third.registers(at("170")).startswith("403")
    assert len(registered(house, "170")) == 2
    assert first.registers(at("170"), seconds=0) == "200 OK"
    assert third.registers(at("170")) == "200 OK", "a place is free"


def test_a_phone_that_spells_its_domain_in_capitals_rings_and_comes_back(house: House, phones: Pair):
    password = house.api.do("extension-create", extension="176", max_registrations=2)["password"]
    with Answering(RINGING) as loud, house.phone("176", password=password, answers=False) as quiet:
        with Registering("176", HERE.upper(), password, house.sip) as phone:
            for _ in range(2):
                assert phone.registers(at("176", loud.port)) == "200 OK"
            assert len(registered(house, "176")) == 2, "once each"
            phones[0].dial("176")
            eventually(lambda: "INVITE sip:" in loud.heard() and ringing(quiet), "both ring")
            phones[0].hang_up()
            assert phone.registers(at("176", loud.port), seconds=0) == "200 OK"
        assert len(registered(house, "176")) == 1


def test_a_phone_that_comes_back_does_not_count_twice(house: House, numbered: Callable[..., Any]):
    phone = numbered("171", max_registrations=2)
    one, other = phone(), phone()
    assert one.registers(at("171", 15998)) == "200 OK"
    assert other.registers(at("171")) == "200 OK"
    assert other.registers(at("171", 15996)) == "200 OK", "from another port"
    ports = sorted(contact.partition(";")[0][-5:] for contact in registered(house, "171"))
    assert ports == ["15996", "15998"] or (KIND == "asterisk" and len(ports) == 2), "or where they sent from"
    house.api.do("extension-update", extension="171", max_registrations=3)
    one.reboots()
    assert one.registers(at("171", 15998)) == "200 OK", "with another Call-ID"
    assert len(registered(house, "171")) == 2


def test_a_place_is_free_when_a_registration_has_run_out(house: House, numbered: Callable[..., Any]):
    phone = numbered("172", max_registrations=1)
    assert phone().registers(at("172"), seconds=1) == "200 OK"
    eventually(lambda: phone().registers(at("172")) == "200 OK", "it runs out", 90)


@pytest.mark.parametrize("action", ["extension-delete", "extension-password-reset", "registration-delete"])
def test_all_phones_of_an_extension_are_dropped(house: House, numbered: Callable[..., Any], action: str):
    number = {"extension-delete": "173", "extension-password-reset": "174", "registration-delete": "175"}[action]
    phone = numbered(number)
    for _ in range(3):
        assert phone().registers(at(number)) == "200 OK"
    assert len([one for one in house.api.do("registration-list")["items"] if one["extension"] == number]) == 3
    house.api.do(action, extension=number)

    def are_gone() -> bool:
        return number not in {one["extension"] for one in house.api.do("registration-list")["items"]}

    eventually(are_gone, "all are dropped")


# what a phone says of itself is never an order


ATTACKS = {
    "comma": ";x=a,sofia/gateway/trunk/12025550166",
    "bar": ";x=a|sofia/gateway/trunk/12025550166",
    "enterprise": ";x=a:_:sofia/gateway/trunk/12025550166",
    "brackets": ";x=[leg_timeout=1]sofia/gateway/trunk/12025550166",
    "closing": ";x=],sofia/gateway/trunk/12025550166",
    "brace": ";x={origination_caller_id_number=911},sofia/gateway/trunk/12025550166",
    "separator": ";x=^^:,sofia/gateway/trunk/12025550166",
    "encoded": ";x=a%2Csofia/gateway/trunk/12025550166",
    "encoded-lower": ";x=a%2csofia/gateway/trunk/12025550166",
    "twice-encoded": ";x=a%252Csofia/gateway/trunk/12025550166",
    "variable": ";x=${system(touch%20/dev/shm/evil)},sofia/gateway/trunk/12025550166",
    "quotes": ";x='a',sofia/gateway/trunk/12025550166,'b'",
    "hash": "#,sofia/gateway/trunk/12025550166",
    "headers": "?x=a,sofia/gateway/trunk/12025550166",
    "parenthesis": ";x=)},sofia/gateway/trunk/12025550166",
    "percent-one": ";x=%1,sofia/gateway/trunk/12025550166",
    "space": ";x=a ,sofia/gateway/trunk/12025550166",
    "newline": ";x=a%0A,sofia/gateway/trunk/12025550166",
    "extension": ";x=a,user/100@live.example.net",
    "loopback": ";x=a,loopback/12025550166/live.example.net",
    "ampersand": ";x=a&PJSIP/12025550166@trunk",
    "ampersand-user": "&PJSIP/12025550166@trunk/sip:12025550166@127.0.0.2:5392",
    "argument": ";x=a,30,M(evil)G(public^12025550166^1)",
    "local": ";x=a&Local/12025550166@ringpost/n",
    "function": ";x=${SHELL(touch%20/dev/shm/evil)}&PJSIP/12025550166@trunk",
    "long": ";x=" + "a" * 1200 + ",sofia/gateway/trunk/12025550166",
}


PLACES = {
    "parameters": "<sip:{number}@{address}:{port}{text}>",
    "user": "<sip:{text}@{address}:{port}>",
    "display": '"a\\">{text}" <sip:{number}@{address}:{port};y={text}>',
}


@pytest.mark.parametrize("place", PLACES)
def test_a_contact_calls_nobody_else(house: House, phones: Pair, numbered: Callable[..., Any], place: str):
    group, numbers = f"68{list(PLACES).index(place)}", []
    with Answering(RINGING) as honest:
        for index, text in enumerate(ATTACKS.values()):
            numbers.append(f"18{list(PLACES).index(place)}{index:02}")
            phone = numbered(numbers[-1], call_timeout=1, voicemail_enabled=False)
            contact = PLACES[place].format(number=numbers[-1], address=ADDRESS, port=honest.port, text=text)
            with suppress(Empty):  # some are not worth an answer
                phone().registers(contact)
            phone().registers(at(numbers[-1], honest.port))
        members = [{"number": number, "timeout": 2} for number in numbers]
        house.api.do("ringgroup-create", name=group, extension=group, strategy="simultaneous", destinations=members)
        for dialled in (group, *numbers[:5]):
            phones[0].dial(dialled)
            eventually(lambda: "INVITE sip:" in honest.heard(), "it rings")
            eventually(lambda: not phones[0].is_in_a_call(), "it is over", 25)
    assert not house.provider.invited("12025550166")
    assert not Path("/dev/shm/evil").exists()
