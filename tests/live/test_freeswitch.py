"""The whole story, against a switch that has the guide's configuration and nothing more."""

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.live.conftest import (
    ABSENT,
    BUSY,
    ELSEWHERE,
    GROUPS,
    HERE,
    REFUSING,
    SILENT,
    WILLING,
    Api,
    House,
    Serving,
    Told,
)
from tests.live.patience import eventually
from tests.live.phones import ADDRESS, Caller, Phone, free_port, registers
from tests.live.under_test import KIND

Call = dict[str, Any]
OUTSIDE, INBOUND, NOT_ALLOWED = "12025550123", "12025550140", "13035550123"
Phones = tuple[Phone, Phone]
ONLY_FREESWITCH = pytest.mark.skipif(KIND != "freeswitch", reason="it is about something of a FreeSWITCH's")


def numbers(call: Call) -> list[str]:
    return [leg["number"] for leg in call["legs"]]


def passes(seconds: float) -> None:
    time_is_up = time.monotonic() + seconds
    eventually(lambda: time.monotonic() > time_is_up, "time passes")


def hears_a_tone(phone: Phone) -> bool:
    """Whether a phone hears the tone of another's, for most of a second and a half."""
    return phone.hears(1.5).tone > 0.7


def placed(house: House, a: str, b: str, **more: Any) -> Any:
    return house.api.do("originate", caller_id_number="5550177", destination_a=a, destination_b=b, **more)


def the_record(house: House, **filters: Any) -> Call:
    """The one call there was; all its legs are in it once nobody speaks any more."""
    house.api.silence()
    found = eventually(lambda: house.api.records(**filters), f"a record with {filters}")
    time_is_up = time.monotonic() + 0.5  # for a second record that should not come
    while time.monotonic() < time_is_up:
        found = house.api.records(**filters)
    assert len(found) == 1, found
    return found[0]


# phones


def test_phones_register_with_passwords_made_by_extension_create(house: House, phones: Phones):
    def registered() -> Call | None:
        found = {phone["extension"]: phone for phone in house.api.do("registration-list")["items"]}
        return found if {"100", "101"} <= set(found) else None

    assert eventually(registered, "both are in the list")["100"]["network_ip"] == ADDRESS
    status = house.api.do("extension-status", extension="100")
    assert (status["registered"], status["state"]) == (True, "idle")
    status = house.api.do("extension-status", extension=ABSENT)
    assert (status["registered"], status["state"]) == (False, "unavailable")


def test_a_board_shows_who_is_there_and_who_speaks(house: House, phones: Phones):
    def board() -> dict[str, tuple[bool, str]]:
        items = house.api.do("extension-status-list")["items"]
        return {one["extension"]: (one["registered"], one["state"]) for one in items}

    eventually(lambda: board()["100"] == board()["101"] == (True, "idle"), "both are there")
    placed(house, "100", "101")
    eventually(lambda: board()["100"] == board()["101"] == (True, "in_use"), "both speak")
    shown = board()
    for extension in shown:
        one = house.api.do("extension-status", extension=extension)
        assert shown[extension] == (one["registered"], one["state"])


def test_a_wrong_password_is_refused(house: House):
    assert not registers(ABSENT, HERE, "not-the-password", house.sip, free_port())
    assert not registers(ABSENT, ELSEWHERE, house.passwords[ABSENT], house.sip, free_port())
    assert ABSENT not in {phone["extension"] for phone in house.api.do("registration-list")["items"]}


def test_nobody_registers_as_a_phone_of_another_tenant(house: House):
    number = "139"
    password = house.api.do("extension-create", extension=number)["password"]
    assert not registers(number, HERE, password, house.sip, free_port(), to=ELSEWHERE)
    assert registers(number, HERE, password, house.sip, free_port())
    assert not registers(number, HERE, password, house.sip, free_port(), to=ELSEWHERE), "nor a moment later"


@ONLY_FREESWITCH
def test_the_user_of_the_event_socket_is_no_telephone(house: House):
    assert not registers("ringpost", "ringpost.internal", "anything", house.sip, free_port())


def test_a_domain_is_the_same_in_capitals(house: House):
    number = "120"
    password = house.api.do("extension-create", extension=number)["password"]
    assert registers(number, HERE.upper(), password, house.sip, free_port())
    eventually(lambda: house.api.do("extension-status", extension=number)["registered"], "it is seen in its domain")


def test_a_registration_is_dropped(house: House):
    number = "121"
    password = house.api.do("extension-create", extension=number)["password"]
    assert registers(number, HERE, password, house.sip, free_port())
    eventually(lambda: house.api.do("extension-status", extension=number)["registered"], "it is registered")
    dropped = house.api.do("registration-delete", extension=number)
    assert (dropped["deleted"], dropped["dropped"]) == (True, 1)
    eventually(lambda: not house.api.do("extension-status", extension=number)["registered"], "it is gone")


@pytest.mark.parametrize("action", ["extension-delete", "extension-password-reset", "extension-update"])
def test_an_extension_that_is_deleted_disabled_or_has_a_new_password_registers_no_more(house: House, action: str):
    number = {"extension-delete": "122", "extension-password-reset": "123", "extension-update": "124"}[action]
    password = house.api.do("extension-create", extension=number)["password"]
    assert registers(number, HERE, password, house.sip, free_port())
    eventually(lambda: house.api.do("extension-status", extension=number)["registered"], "it is registered")
    told = house.api.do(action, extension=number, **({"enabled": False} if action == "extension-update" else {}))
    assert not registers(number, HERE, password, house.sip, free_port())

    def is_gone() -> bool:
        return number not in {phone["extension"] for phone in house.api.do("registration-list")["items"]}

    eventually(is_gone, "its phone is dropped")
    if action == "extension-password-reset":
        assert registers(number, HERE, told["password"], house.sip, free_port())
    if action == "extension-update":
        house.api.do(action, extension=number, enabled=True)
        assert registers(number, HERE, password, house.sip, free_port())


# placing calls


def test_originate_succeeds_once_a_has_answered(house: House, phones: Phones):
    tags = ["crm", "live"]
    answer = placed(house, "100", "101", caller_id_name="Front desk", external_id="deal-1", tags=tags)
    assert (answer["success"], answer["state"], answer["cause"]) == (True, "answered", None)
    call = house.api.one_call()
    assert (call["call_uuid"], call["direction"]) == (answer["call_uuid"], "local")
    assert numbers(call) == ["100", "101"]
    assert house.api.do("call-current", extension="101")["call"]["call_uuid"] == call["call_uuid"]
    assert house.api.do("extension-status", extension="101")["state"] == "in_use"
    details = house.api.do("call-details", call_uuid=call["call_uuid"])
    assert (details["external_id"], details["tags"]) == ("deal-1", tags)
    for phone in phones:
        assert "Front desk <sip:5550177@" in phone.command("callstat")["data"]
    house.api.do("call-hangup", call_uuid=call["call_uuid"])
    record = the_record(house, external_id="deal-1")
    assert record["xml_cdr_uuid"] == call["call_uuid"]
    assert (record["direction"], record["hangup_cause"], record["missed_call"]) == ("local", "NORMAL_CLEARING", False)
    assert (record["source_number"], record["destination_number"]) == ("100", "101")
    assert (record["caller_id_number"], record["caller_id_name"]) == ("5550177", "Front desk")
    assert (record["extensions"], record["tags"]) == (["100", "101"], tags)
    assert [(leg["leg"], leg["extension"]) for leg in record["legs"]] == [("a", "100"), ("b", "101")]
    assert 0 <= record["billsec"] <= record["duration"] < 10


@pytest.mark.parametrize(
    ("a", "cause"), [(BUSY, "USER_BUSY"), (REFUSING, "CALL_REJECTED"), (ABSENT, "USER_NOT_REGISTERED")]
)
def test_originate_says_why_a_did_not_answer(house: House, a: str, cause: str):
    answer = placed(house, a, WILLING, external_id=f"failed-{a}")
    assert (answer["success"], answer["state"], answer["cause"]) == (False, "ended", cause)
    if a == ABSENT:
        return  # BUG: there is no leg, so FreeSWITCH posts no record, and Ringpost makes none
    record = the_record(house, external_id=f"failed-{a}")
    assert (record["xml_cdr_uuid"], record["hangup_cause"]) == (answer["call_uuid"], cause)
    assert (record["source_number"], record["destination_number"]) == (a, WILLING)
    assert (record["billsec"], record["answer_stamp"]) == (0, None)


@pytest.mark.parametrize(("a", "b"), [("199", "101"), (WILLING, "199"), (WILLING, NOT_ALLOWED), (WILLING, "911")])
def test_a_call_that_leads_nowhere_is_refused_before_the_switch_hears_of_it(house: House, a: str, b: str):
    external_id = f"nowhere-{a}-{b}"
    told = house.api.ask(
        "originate", caller_id_number="5550177", destination_a=a, destination_b=b, external_id=external_id
    )
    assert told.status == 422
    assert not house.api.calls()
    assert not house.api.records(external_id=external_id)


def test_a_call_outside_goes_through_the_trunk(house: House):
    assert placed(house, OUTSIDE, WILLING, external_id="click-to-call")["success"] is True
    assert "5550177" in house.provider.invited(OUTSIDE)
    call = house.api.one_call()
    assert (call["direction"], numbers(call)) == ("outbound", [OUTSIDE, WILLING]), (call, house.api.calls())
    house.api.do("call-hangup", call_uuid=call["call_uuid"])
    record = the_record(house, external_id="click-to-call")
    assert (record["direction"], record["source_number"]) == ("outbound", OUTSIDE)
    assert record["destination_number"] == WILLING


def test_an_extension_calls_outside_by_originate(house: House):
    number = OUTSIDE[:-1] + "4"
    assert placed(house, WILLING, number, external_id="outside")["success"] is True
    call = house.api.one_call()
    assert (call["direction"], numbers(call)) == ("outbound", [WILLING, number])
    assert "5550177" in house.provider.invited(number)
    house.api.do("call-hangup", call_uuid=call["call_uuid"])
    record = the_record(house, external_id="outside")
    assert (record["direction"], record["destination_number"]) == ("outbound", number)


def test_a_call_is_placed_once_for_an_idempotency_key(house: House):
    key = str(uuid.uuid4())
    answers = [placed(house, WILLING, OUTSIDE, idempotency_key=key) for _ in range(2)]
    assert answers[0]["call_uuid"] == answers[1]["call_uuid"]
    house.api.one_call()


def test_a_switch_that_is_down_is_said_within_a_bounded_time(house: House):
    operate = house.api.operate
    secret = f"env:RINGPOST_SECRET_{KIND.upper()}"
    made = operate("switch-create", name="gone", kind="freeswitch", address="127.0.0.1:9", secret=secret)
    assert made.status == 200
    there = house.api["gone.example.net"]
    there.do("domain-create", switch="gone")
    for number in ("100", "101"):
        there.do("extension-create", extension=number)
    started = time.monotonic()
    told = there.ask("originate", caller_id_number="5550100", destination_a="100", destination_b="101", wait=25)
    assert (told.status, told.body["code"]) == (503, "switch-unreachable")
    assert told.body["call_uuid"]
    assert there.ask("call-list").status == 503
    status = operate("switch-status", switch="gone")
    assert (status.status, status.body["reachable"]) == (200, False)
    assert status.body["last_error"]
    assert time.monotonic() - started < 10


def test_a_switch_says_how_it_is(house: House, phones: Phones):
    status = house.api.operate("switch-status", switch="live").body
    assert status["reachable"] is True
    assert int(status["version"].partition(".")[0]) > 0
    assert status["uptime_seconds"] > 0
    assert status["registrations"] >= 2


def test_the_doctor_finds_nothing_wrong(serving: Serving, api: Api):
    found = serving.run("doctor", "--switch", "live", "--domain", HERE)
    assert found.returncode == 0, found


# calls that are up


def test_a_call_is_seen_and_acted_on_in_its_own_domain_only(house: House, call: Call):
    there, the_call = house.api[ELSEWHERE], {"call_uuid": call["call_uuid"]}
    key = there.operate("key-create", name="other", scopes=["#"], domains=[ELSEWHERE])
    assert key.status == 200, key
    other = Api(there.url, key.body["token"], ELSEWHERE)
    assert call["call_uuid"] not in {seen["call_uuid"] for seen in other.calls()}
    for action, more in (
        ("call-details", {}),
        ("call-hangup", {}),
        ("call-hold", {}),
        ("call-mute", {}),
        ("call-dtmf", {"digits": "1"}),
        ("call-transfer", {"destination": "100"}),
        ("call-park", {}),
        ("call-record-start", {}),
        ("call-monitor", {"extension": "100"}),
    ):
        told = other.ask(action, **the_call, **more)
        assert told.status == 404, (action, told)
    assert other[HERE].ask("call-list").status == 404
    assert numbers(house.api.one_call()) == ["100", "101"]


def test_a_call_is_held_and_resumed(house: House, call: Call):
    the_call = {"call_uuid": call["call_uuid"]}
    house.api.do("call-hold", **the_call)
    house.api.one_call(state="held")
    assert house.api.do("extension-status", extension="100")["state"] == "held"
    house.api.do("call-resume", **the_call)
    house.api.one_call()
    assert house.api.ask("call-resume", **the_call).status == 422


def test_a_party_is_muted(house: House, phones: Phones, call: Call):
    the_call = {"call_uuid": call["call_uuid"]}
    assert hears_a_tone(phones[1])
    house.api.do("call-mute", **the_call)
    passes(0.5)
    assert not hears_a_tone(phones[1])
    assert hears_a_tone(phones[0]), "the other goes on"
    house.api.do("call-unmute", **the_call)
    passes(0.5)
    assert hears_a_tone(phones[1])


def test_the_other_party_hears_digits(house: House, phones: Phones, call: Call):
    house.api.do("call-dtmf", call_uuid=call["call_uuid"], digits="42#")
    for digit in "42#":
        eventually(lambda digit=digit: f"received event: '{digit}'" in phones[1].said(), f"101 hears {digit}")


def test_a_call_is_transferred_to_an_extension(house: House, call: Call):
    house.api.do("call-transfer", call_uuid=call["call_uuid"], destination=WILLING)
    eventually(lambda: [numbers(call) for call in house.api.calls()] == [["101", WILLING]], "101 speaks with 106")
    house.switch.hush(house.domain_uuid)
    everybody = ["100", "101", WILLING]
    eventually(lambda: house.api.record(call["call_uuid"])["extensions"] == everybody, "all three are in one record")
    assert house.api.record(call["call_uuid"])["hangup_cause"] == "NORMAL_CLEARING"


def test_a_call_is_transferred_to_a_ring_group(house: House, call: Call):
    house.api.do("call-transfer", call_uuid=call["call_uuid"], destination=GROUPS["sequence"])
    eventually(lambda: [numbers(call) for call in house.api.calls()] == [["101", WILLING]], "101 speaks with 106")


def test_a_call_is_transferred_to_a_voicemail(house: House, call: Call):
    house.api.do("call-transfer", call_uuid=call["call_uuid"], destination="100", voicemail=True)
    eventually(lambda: house.applications() == {"voicemail"}, "101 leaves a message")
    assert numbers(house.api.one_call(legs=1)) == ["101"]


def test_a_call_is_transferred_outside(house: House, call: Call):
    number = OUTSIDE[:-1] + "5"
    house.api.do("call-transfer", call_uuid=call["call_uuid"], destination=number)
    try:
        eventually(lambda: [numbers(call) for call in house.api.calls()] == [["101", number]], "101 speaks outside")
    except AssertionError as error:
        error.add_note(f"{house.api.calls()} {house.provider.heard()}")
        raise
    assert house.provider.invited(number)


@pytest.mark.parametrize("destination", ["199", NOT_ALLOWED, "911"])
def test_a_call_is_not_transferred_nowhere(house: House, call: Call, destination: str):
    assert house.api.ask("call-transfer", call_uuid=call["call_uuid"], destination=destination).status == 422
    house.api.one_call()


def test_a_call_is_parked_and_taken_back(house: House, call: Call):
    slot = house.api.do("call-park", call_uuid=call["call_uuid"])["slot"]

    def parked() -> list[Call]:
        return [one for one in house.api.do("parked-call-list")["items"] if one["slot"] == slot]

    [waiting] = eventually(parked, "101 waits")
    assert numbers(waiting) == ["101"]
    house.api.do("call-unpark", slot=slot, extension="100")
    eventually(lambda: [sorted(numbers(call)) for call in house.api.calls()] == [["100", "101"]], "they speak again")
    assert not house.api.do("parked-call-list")["items"]


def test_a_call_is_recorded(house: House, call: Call):
    the_call = {"call_uuid": call["call_uuid"]}
    assert house.api.ask("call-record-stop", **the_call).status == 422
    recording = house.switch.recording(house.api.do("call-record-start", **the_call)["recording"])
    eventually(lambda: recording.exists() and recording.stat().st_size > 8000, "something is recorded")
    house.api.do("call-record-stop", **the_call)
    size = recording.stat().st_size
    passes(0.5)
    assert recording.stat().st_size == size, "nothing more"
    recording.unlink()


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
def test_a_call_is_monitored(house: House, call: Call, mode: str):
    answer = house.api.do("call-monitor", call_uuid=call["call_uuid"], extension=WILLING, mode=mode)
    assert (answer["success"], answer["mode"], answer["leg_uuid"]) == (True, mode, call["call_uuid"])
    eventually(lambda: "eavesdrop" in house.applications(), "106 listens")
    house.api.do("call-hangup", call_uuid=answer["call_uuid"])
    eventually(lambda: [numbers(call) for call in house.api.calls()] == [["100", "101"]], "they speak on")


def test_a_call_is_hung_up(house: House, phones: Phones, call: Call):
    house.api.do("call-hangup", call_uuid=call["call_uuid"])
    house.api.silence()
    assert house.api.ask("call-hangup", call_uuid=call["call_uuid"]).status == 404
    for phone in phones:
        eventually(lambda phone=phone: not phone.is_in_a_call(), f"{phone.number} is alone")


def test_a_phone_is_told_to_answer(house: House, phones: Phones):
    phones[0].dial(SILENT)
    call = house.api.one_call(state="ringing")
    house.api.do("call-answer", call_uuid=call["call_uuid"], leg_uuid=call["legs"][-1]["leg_uuid"])


# calls from outside


@pytest.fixture
def destination(house: House) -> str:
    told = house.api.ask("destination-create", number=INBOUND, extension=GROUPS["simultaneous"])
    assert told.status in (200, 409)
    return INBOUND


def test_a_call_from_outside_reaches_its_ring_group(house: House, destination: str):
    with Caller(destination, house.trunk, shows="12025550188", talks=3) as caller:
        call = house.api.one_call()
        assert (call["direction"], numbers(call)) == ("inbound", ["12025550188", WILLING])
        assert caller.was_answered()
    record = the_record(house, number="12025550188")
    assert (record["direction"], record["missed_call"]) == ("inbound", False)
    assert (record["caller_id_number"], record["caller_destination"]) == ("12025550188", destination)
    assert WILLING in record["extensions"]
    assert (record["hangup_cause"], record["billsec"]) == ("NORMAL_CLEARING", 3)


def test_a_call_from_outside_that_nobody_takes_is_missed(house: House):
    members = [{"number": SILENT, "timeout": 2}]
    house.api.do("ringgroup-create", name="Nobody", extension="610", strategy="simultaneous", destinations=members)
    house.api.do("destination-create", number="12025550141", extension="610")
    with Caller("12025550141", house.trunk, shows="12025550189") as caller:
        assert not caller.was_answered()
    record = the_record(house, number="12025550189")
    assert (record["direction"], record["missed_call"]) == ("inbound", True)
    assert (record["hangup_cause"], record["billsec"]) == ("NO_ANSWER", 0)


def test_a_call_to_a_number_nobody_has_is_refused_and_not_recorded(house: House):
    with Caller("12025550149", house.trunk, shows="12025550109") as caller:
        assert not caller.was_answered()
    for domain in (HERE, ELSEWHERE):
        assert not house.api[domain].records(number="12025550109")


# what phones dial


def test_a_phone_calls_another(house: House, phones: Phones):
    phones[1].dial("100")
    call = house.api.one_call()
    assert (call["direction"], numbers(call)) == ("local", ["101", "100"])
    assert "Back office <sip:101@" in phones[0].command("callstat")["data"]
    phones[1].hang_up()
    house.api.silence()
    record = house.api.record(call["call_uuid"])
    assert (record["direction"], record["hangup_cause"], record["missed_call"]) == ("local", "NORMAL_CLEARING", False)
    assert (record["source_number"], record["destination_number"]) == ("101", "100")
    assert [(leg["leg"], leg["extension"]) for leg in record["legs"]] == [("a", "101"), ("b", "100")]


def test_a_caller_who_hangs_up_first_was_missed(house: House, phones: Phones):
    phones[1].dial(SILENT)
    call = house.api.one_call(state="ringing")
    phones[1].hang_up()
    record = house.api.record(call["call_uuid"])
    assert (record["hangup_cause"], record["missed_call"]) == ("ORIGINATOR_CANCEL", True)
    assert record["extensions"] == ["101", SILENT]


@pytest.mark.parametrize("strategy", GROUPS)
def test_a_phone_calls_a_ring_group(house: House, phones: Phones, strategy: str):
    phones[0].dial(GROUPS[strategy])

    def answered() -> Call | None:
        return next((call for call in house.api.calls() if numbers(call) == ["100", WILLING]), None)

    call = eventually(answered, "106 answers")
    phones[0].hang_up()
    house.api.silence()
    record = house.api.record(call["call_uuid"])
    assert (record["direction"], record["missed_call"]) == ("local", False)
    assert (record["source_number"], record["caller_destination"]) == ("100", GROUPS[strategy])
    assert {"100", WILLING} <= set(record["extensions"])


def test_a_phone_calls_outside(house: House, phones: Phones):
    number = OUTSIDE[:-1] + "6"
    phones[0].dial(number)
    call = house.api.one_call()
    assert (call["direction"], numbers(call)) == ("outbound", ["100", number])
    assert "12025550100" in house.provider.invited(number)
    phones[0].hang_up()
    house.api.silence()
    record = house.api.record(call["call_uuid"])
    assert (record["direction"], record["destination_number"]) == ("outbound", number)
    assert record["extensions"] == ["100"]


def test_a_phone_does_not_call_where_the_domain_may_not(house: House, phones: Phones):
    phones[0].dial(NOT_ALLOWED)
    eventually(lambda: not phones[0].is_in_a_call(), "it is told no")
    assert not house.provider.invited(NOT_ALLOWED)


def test_a_phone_calls_for_help(house: House, phones: Phones):
    phones[0].dial("911")
    call = house.api.one_call()
    assert (call["direction"], numbers(call)) == ("outbound", ["100", "911"])
    assert "12025550110" in house.provider.invited("911")


@pytest.mark.parametrize("code", ["*97", "*98", "*99101"])
def test_a_phone_reaches_voicemail_by_its_codes(house: House, phones: Phones, code: str):
    phones[0].dial(code)
    eventually(lambda: house.applications() == {"voicemail"}, f"{code} is voicemail")


def test_a_phone_hears_the_hold_music(house: House, phones: Phones):
    phones[0].dial("*9664")
    eventually(lambda: house.applications() == {"endless_playback"}, "music plays")


def test_a_click_to_call_leads_to_the_hold_music(house: House, phones: Phones):
    call = placed(house, "100", "*9664")
    eventually(lambda: house.applications() == {"endless_playback"}, "music plays")
    house.api.do("call-hangup", call_uuid=call["call_uuid"])
    assert house.api.record(call["call_uuid"])["destination_number"] == "*9664"


def test_voicemail_answers_for_who_does_not(house: House, phones: Phones):
    phones[0].dial(SILENT)
    call = house.api.one_call(state="ringing")
    eventually(lambda: house.applications() == {"voicemail"}, "voicemail answers")
    phones[0].hang_up()
    house.api.silence()
    record = house.api.record(call["call_uuid"])
    assert record["missed_call"] is True
    assert (record["destination_number"], record["extensions"]) == (SILENT, ["100", SILENT])


def test_two_phones_meet_in_a_conference(house: House, phones: Phones):
    for phone in phones:
        phone.dial("*3001")
    eventually(lambda: house.switch.in_room("001", HERE) == 2, "both are in")
    eventually(lambda: sorted(numbers(call)[0] for call in house.api.calls()) == ["100", "101"], "both are listed")


def test_phones_park_and_take_back_by_a_code(house: House, phones: Phones):
    phones[0].dial("*5907")
    [waiting] = eventually(lambda: house.api.do("parked-call-list")["items"], "100 waits")
    assert (waiting["slot"], numbers(waiting)) == ("5907", ["100"])
    phones[1].dial("*5907")
    eventually(lambda: not house.api.do("parked-call-list")["items"], "101 takes the call")
    eventually(lambda: {leg for call in house.api.calls() for leg in numbers(call)} == {"100", "101"}, "they speak")


# who is away from the phone


@pytest.fixture
def forwarded(house: House) -> Iterator[Callable[..., None]]:
    """Forwards an extension, until the test is over."""
    touched: set[str] = set()

    def forward(number: str, **kinds: str) -> None:
        touched.add(number)
        sent = {kind: {"enabled": True, "destination": to} for kind, to in kinds.items()}
        house.api.do("extension-forward-set", extension=number, **sent)

    yield forward
    for number in touched:
        none = dict.fromkeys(("unconditional", "busy", "noanswer", "unregistered"))
        house.api.do("extension-forward-set", extension=number, **none)


@pytest.fixture
def undisturbed(house: House) -> Iterator[Callable[[str], None]]:
    """Lets an extension not be disturbed, until the test is over."""
    touched: set[str] = set()

    def set_dnd(number: str) -> None:
        touched.add(number)
        house.api.do("extension-dnd-set", extension=number, enabled=True)

    yield set_dnd
    for number in touched:
        house.api.do("extension-dnd-set", extension=number, enabled=False)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (WILLING, "unconditional"),
        (BUSY, "busy"),
        (REFUSING, "busy"),
        (SILENT, "noanswer"),
        (ABSENT, "unregistered"),
    ],
)
def test_a_call_is_forwarded(house: House, phones: Phones, forwarded: Callable[..., None], number: str, kind: str):
    forwarded(number, **{kind: "101"})
    phones[0].dial(number)
    eventually(lambda: [numbers(call) for call in house.api.calls()] == [["100", "101"]], "101 has the call")
    call_uuid = house.api.one_call()["call_uuid"]
    phones[0].hang_up()
    house.api.silence()
    record = house.api.record(call_uuid)
    assert {"100", "101"} <= set(record["extensions"])
    assert record["caller_destination"] == number


def test_a_call_is_forwarded_outside_where_the_domain_may_call(
    house: House, phones: Phones, forwarded: Callable[..., None]
):
    number = OUTSIDE[:-1] + "8"
    forwarded(WILLING, unconditional=number)
    phones[0].dial(WILLING)
    eventually(lambda: house.provider.invited(number), "the provider is called")


def test_a_forward_for_another_case_is_not_followed(house: House, phones: Phones, forwarded: Callable[..., None]):
    forwarded(SILENT, busy="101", unregistered="101")
    phones[0].dial(SILENT)
    eventually(lambda: house.applications() == {"voicemail"}, "voicemail answers")


def test_forwards_that_lead_in_a_circle_end(house: House, phones: Phones, forwarded: Callable[..., None]):
    forwarded(BUSY, busy=REFUSING)
    forwarded(REFUSING, busy=BUSY)
    phones[0].dial(BUSY)
    eventually(lambda: house.applications() == {"voicemail"}, "the last one's voicemail answers")


def test_who_is_not_to_be_disturbed_does_not_ring(
    house: House, phones: Phones, undisturbed: Callable[[str], None], forwarded: Callable[..., None]
):
    undisturbed("101")
    phones[0].dial("101")
    eventually(lambda: house.applications() == {"voicemail"}, "voicemail answers")
    assert not phones[1].is_in_a_call()
    phones[0].hang_up()
    house.api.silence()
    forwarded("101", busy=WILLING)
    phones[0].dial("101")
    eventually(lambda: [numbers(call) for call in house.api.calls()] == [["100", WILLING]], "106 has the call")


def test_who_is_not_to_be_disturbed_does_not_ring_in_a_group_but_clicks_to_call(
    house: House, phones: Phones, undisturbed: Callable[[str], None]
):
    undisturbed(WILLING)
    phones[0].dial(GROUPS["sequence"])
    eventually(lambda: not house.api.calls(), "nobody is there")
    record = the_record(house, number=GROUPS["sequence"], extension="100", limit=1, hangup_cause="USER_BUSY")
    assert record["hangup_cause"] == "USER_BUSY"
    assert placed(house, WILLING, "101")["success"] is True


def test_a_users_box_of_another_number_takes_the_messages(house: House, phones: Phones):
    made = house.api.do("user-provision", firstname="Boxed", extension="150", voicemail_number="850")
    phones[0].dial("150")
    eventually(lambda: house.applications() == {"voicemail"}, "the box answers")
    assert house.switch.has_box("850", HERE)
    assert not registers("850", HERE, made["voicemail_password"], house.sip, free_port())
    assert not registers("850", HERE, "", house.sip, free_port())


def test_a_user_who_was_provisioned_registers_and_is_called(house: House, phones: Phones):
    made = house.api.do("user-provision", firstname="Fresh", extension="151", destination="12025550142")
    assert registers("151", HERE, made["password"], house.sip, free_port())
    account = house.api.do("sip-account-details", user=made["user"]["user_uuid"])
    assert account["password"] == made["password"]
    eventually(lambda: house.api.do("extension-status", extension="151")["registered"], "it is registered")


def test_who_shows_no_number_is_anonymous_outside(house: House, phones: Phones):
    number = OUTSIDE[:-1] + "9"
    user = house.api.do("user-create", firstname="Nobody", outgoing_caller_id="anonymous")["user_uuid"]
    before = house.api.do("extension-details", extension="100")
    house.api.do("user-extension-add", user=user, extension="100")
    try:
        phones[0].dial(number)
        invite = eventually(lambda: house.provider.invited(number), "the provider is called")
        assert "12025550100" not in invite
        assert "anonymous" in invite
    finally:
        house.api.do("user-update", user=user, outgoing_caller_id="default")
        house.api.do("user-delete", user=house.api.do("user-extension-remove", user=user, extension="100")["user_uuid"])
        kept = ("effective_caller_id_name", "effective_caller_id_number", "outbound_caller_id_number")
        house.api.do("extension-update", extension="100", **{name: before[name] for name in kept})


# last, because it takes half a minute


def test_a_call_nobody_answers_rings_on_and_is_recorded(house: House, unanswered: Told):
    assert unanswered.status == 202
    assert (unanswered.body["success"], unanswered.body["state"]) == (None, "ringing")
    there = house.api[ELSEWHERE]

    there.record(unanswered.body["call_uuid"], 40)
    there.silence()  # its legs are handed in one after the other
    record = there.record(unanswered.body["call_uuid"])
    assert (record["hangup_cause"], record["billsec"]) == ("NO_ANSWER", 0)
    assert 29 <= record["duration"] <= 31, "whole seconds: a switch's clock may be milliseconds short of the thirty"
