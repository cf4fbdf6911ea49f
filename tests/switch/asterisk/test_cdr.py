"""The record of a leg: what an ear writes, and what a hang-up handler posts."""

from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.call import Leg
from ringpost.model.errors import InvalidRequest
from ringpost.switch.asterisk import cdr
from ringpost.switch.asterisk.marks import leg_uuid

HANDLED = {
    "uniqueid": "pbx2-1795762343.10", "linkedid": "pbx2-1795762343.8", "source": "pbx2-1795762343.8",
    "channel": "PJSIP/101@example.net-00000003", "domain": "d0d0d0d0-0000-4000-8000-000000000001",
    "start": "1795762343.235978", "answered": "1795762343.540696", "ended": "1795762344", "cause": "16",
    "sip": "SIP 200 OK", "caller_number": "100", "direction": "local", "dialled": "101", "hung_up": "",
}  # fmt: skip
"""What a handler posts of B, as ``gone-answered`` was captured: with these names."""


def leg_of(**members: str) -> Leg:
    leg = cdr.read(urlencode({**HANDLED, **members}, quote_via=quote).encode()).leg
    assert leg is not None
    return leg


def test_a_handlers_post_is_a_leg() -> None:
    leg = leg_of()
    assert (leg.xml_cdr_uuid, leg.originating_leg_uuid) == (leg_uuid(HANDLED["uniqueid"]), leg_uuid(HANDLED["source"]))
    assert (leg.leg, leg.extension, leg.destination_number, leg.hangup_cause) == ("b", "101", "101", "NORMAL_CLEARING")
    assert (leg.start_stamp, leg.answer_stamp) == ("2026-11-27T06:52:23.235Z", "2026-11-27T06:52:23.540Z")
    assert (leg.end_stamp, leg.ended_by) == ("2026-11-27T06:52:24.000Z", None)


def test_without_a_source_it_is_the_first_leg_of_its_call() -> None:
    assert leg_of(source="").originating_leg_uuid == leg_uuid(HANDLED["linkedid"])
    first = leg_of(source="", linkedid=HANDLED["uniqueid"])
    assert (first.leg, first.originating_leg_uuid, first.source_number) == ("a", None, "101")


def test_a_leg_that_was_rung_was_called_by_whom_it_was_shown() -> None:
    rung = leg_of(rung="yes", caller_number="101", shown_number="100", shown_name="Ann")
    assert (rung.caller_id_number, rung.caller_id_name, rung.source_number) == ("100", "Ann", "100")
    assert leg_of(shown_number="105").caller_id_number == "100", "who was not rung says itself who calls"


@pytest.mark.parametrize(
    ("rung", "number"),
    [
        ("<sip:12025550177@192.0.2.7>", "12025550177"), ("sips:+12025550177@example.net:5061;x=y", "+12025550177"),
        ("<sip:12025550177@[2001:db8::7]:5060>", "12025550177"),
        ("yes", None), ("<sip:trunk@192.0.2.7>", None), ("sip:12025550177", None), ("<sip:1;rm@192.0.2.7>", None),
    ],
)  # fmt: skip
def test_a_trunks_leg_is_that_of_the_number_that_was_rung(rung: str, number: str | None) -> None:
    trunk = leg_of(channel="PJSIP/trunk-00000004", rung=rung)
    assert (trunk.extension, trunk.destination_number) == (None, number)
    assert leg_of(rung=rung).destination_number == "101", "an extension's leg is the extension's"


def test_what_led_nowhere_was_dialled_all_the_same() -> None:
    first = {"source": "", "linkedid": HANDLED["uniqueid"]}
    nowhere = leg_of(**first, dialled="", dnid="199")
    assert (nowhere.caller_destination, nowhere.destination_number) == ("199", "199")
    assert leg_of(**first, dnid="199").caller_destination == "101"


def test_who_was_hung_up_by_an_action_before_an_answer_ended_normally() -> None:
    assert leg_of(answered="", cause="0", dialstatus="", hung_up="true").hangup_cause == "NORMAL_CLEARING"


def test_who_has_ended_it_is_said_by_the_channel_that_hung_up() -> None:
    assert leg_of(hangup_source=HANDLED["channel"]).ended_by == "party"
    assert leg_of(hangup_source="PJSIP/100@example.net-00000002").ended_by == "switch"
    assert leg_of(hangup_source=HANDLED["channel"], hung_up="1").ended_by == "api"


@pytest.mark.parametrize(
    ("cause", "status", "word"),
    [
        ("17", "", "USER_BUSY"), ("0", "", "NO_ANSWER"), ("0", "NOANSWER", "NO_ANSWER"), ("26", "", "LOSE_RACE"),
        ("127", "", "ORIGINATOR_CANCEL"), ("21", "NOANSWER", "CALL_REJECTED"), ("17", "NOANSWER", "USER_BUSY"),
        ("16", "CANCEL", "ORIGINATOR_CANCEL"), ("23", "BUSY", "USER_BUSY"), ("", "", "NO_ANSWER"),
        ("999", "", None), ("x", "", None),
    ],
)  # fmt: skip
def test_why_a_leg_ended_that_was_rung_in_vain(cause: str, status: str, word: str | None) -> None:
    assert leg_of(answered="0", cause=cause, dialstatus=status).hangup_cause == word


@pytest.mark.parametrize(
    ("cause", "status", "word"),
    [
        ("16", "BUSY", "USER_BUSY"), ("0", "NOANSWER", "NO_ANSWER"), ("20", "BUSY", "USER_NOT_REGISTERED"),
        ("127", "CANCEL", "ORIGINATOR_CANCEL"), ("127", "", "ORIGINATOR_CANCEL"), ("16", "", "NORMAL_CLEARING"),
        ("1", "", "UNALLOCATED_NUMBER"),
    ],
)  # fmt: skip
def test_why_a_call_ended_that_nobody_answered(cause: str, status: str, word: str) -> None:
    caller = {"source": "", "linkedid": HANDLED["uniqueid"], "answered": ""}
    assert leg_of(**caller, cause=cause, dialstatus=status).hangup_cause == word


def test_nobody_speaks_on_a_local_channel_but_a_placed_a() -> None:
    placed = {"uniqueid": "c1c1c1c1-0000-4000-8000-000000000011", "extension": "101", "linkedid": "", "source": ""}
    for channel in ("Local/101@ringpost-phones-00000001;1", "Local/101@ringpost-phones-00000001;2", "Surrogate/x-1"):
        assert cdr.read(urlencode({**HANDLED, "channel": channel}, quote_via=quote).encode()).leg is None
    a = leg_of(**placed, channel="Local/101@ringpost-phones-00000001;1")
    assert (a.xml_cdr_uuid, a.leg, a.extension, a.missed_call) == (placed["uniqueid"], "a", "101", False)
    other = urlencode({**HANDLED, **placed, "channel": "Local/101@ringpost-phones-00000001;2"}).encode()
    assert cdr.read(other).leg is None


def test_when_it_began_its_uniqueid_says_too() -> None:
    assert leg_of(start="").start_stamp == "2026-11-27T06:52:23.000Z"


@pytest.mark.parametrize(
    ("members", "parameter"),
    [
        ({"uniqueid": ""}, "uniqueid"),
        ({"uniqueid": "a b"}, "uniqueid"),
        ({"uniqueid": "x" * 151}, "uniqueid"),
        ({"channel": ""}, "channel"),
        ({"start": "soon", "uniqueid": "pbx2"}, "start"),
        ({"start": "0", "uniqueid": "pbx2-1.1"}, "start"),
        ({"ended": ""}, "ended"),
        ({"ended": "99999999999"}, "ended"),
        ({"ended": "1e9"}, "ended"),
    ],
)
def test_a_record_that_does_not_say_what_it_must_is_refused(members: dict[str, str], parameter: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        cdr.read(urlencode({**HANDLED, **members}, quote_via=quote).encode())
    assert refused.value.errors[0][0] == parameter


def test_what_is_no_form_is_refused() -> None:
    for body in (b"\xff\xfe", b"&".join(b"a=1" for _ in range(200))):
        with pytest.raises(InvalidRequest):
            cdr.read(body)


@given(st.dictionaries(st.sampled_from(sorted(cdr.MEMBERS)), st.text(max_size=300)))
def test_any_text_is_a_leg_or_is_refused(members: dict[str, str]) -> None:
    try:
        post = cdr.read(cdr.written({**HANDLED, **members}))
    except InvalidRequest:
        return
    assert post.leg is None or Leg.model_validate_json(post.leg.model_dump_json()) == post.leg


@given(st.binary(max_size=300))
def test_any_bytes_are_a_leg_or_are_refused(body: bytes) -> None:
    try:
        cdr.read(body)
    except InvalidRequest:
        return


@given(st.dictionaries(st.sampled_from(sorted(cdr.MEMBERS)), st.text(min_size=1, max_size=300)))
def test_what_is_written_is_read(members: dict[str, str]) -> None:
    known = {name: value.encode(errors="replace").decode() for name, value in members.items()}
    assert dict(parse_qsl(cdr.written(members).decode())) == known
