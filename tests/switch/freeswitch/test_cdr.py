"""What a real FreeSWITCH posted, and what nobody should, in our words."""

import json
import re
from base64 import b64encode
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ringpost.clock import stamp
from ringpost.model.call import Leg
from ringpost.model.errors import InvalidRequest
from ringpost.model.values import Number, Text
from ringpost.switch.freeswitch.cdr import Post, read

CAPTURES = {path.stem: path.read_bytes() for path in (Path(__file__).parents[2] / "captures/cdr").glob("*.json")}
EVERY = pytest.mark.parametrize("name", sorted(CAPTURES))
DOMAIN = ("11111111-1111-4111-8111-111111111111", "pbx.example.test")
DID = "15551230001"
CARRIER = "+15557770000"
NUMBERS = ("caller_id_number", "source_number", "caller_destination", "destination_number", "extension")
FORGED = "f0f0f0f0-0000-4000-8000-000000000001"


def capture(name: str = "answered-a-leg", /, **variables: object) -> dict[str, Any]:
    """A capture, with these variables put in or (``None``) taken out."""
    post: dict[str, Any] = json.loads(CAPTURES[name])
    post["variables"] |= variables
    for gone in [variable for variable, value in variables.items() if value is None]:
        del post["variables"][gone]
    return post


def told(post: object) -> Leg:
    return read(json.dumps(post).encode()).leg


def plain(name: str) -> dict[str, Any]:
    """The capture as encode-values=false has it."""
    post: dict[str, Any] = json.loads(CAPTURES[name])
    post["variables"] = {variable: unquote(value) for variable, value in post["variables"].items()}
    return post


def as_freeswitch_encodes(text: str) -> str:
    """Its switch_url_encode leaves what already looks percent-encoded."""
    return re.sub(r"%(?![0-9A-F]{2})|[^%!$'()*,\-./0-9A-Z_a-z~]", lambda found: quote(found[0]), text)


# Read off the files. Who: the caller's number, whom it wanted, where it went, the extension the leg belongs to.
WHO = {
    "answered-a-leg": ("1001", "1002", "1002", "1001"),
    "answered-b-leg": ("1001", "1002", "1002", "1002"),
    "busy-a-leg": ("1001", "1002", "1002", "1001"),
    "busy-b-leg": ("1001", "1002", "1002", "1002"),
    "cancelled-a-leg": ("1001", "1002", "1002", "1001"),
    "cancelled-b-leg": ("1001", "1002", "1002", "1002"),
    "inbound-did-a-leg": (CARRIER, DID, "1002", None),
    "inbound-did-b-leg": (CARRIER, "1002", "1002", "1002"),
    "missed-a-leg": ("1001", "1002", "1002", "1001"),
    "missed-b-leg": ("1001", "1002", "1002", "1002"),
    "originate-busy-a-leg": ("0000000000", "1001", "1001", None),
    "originate-clicktocall-a-leg": ("1001", "1001", "1002", "1001"),
    "originate-clicktocall-b-leg": ("1001", "1002", "1002", "1002"),
    "ringgroup-simultaneous-a-leg": ("1001", "2001", "2001", "1001"),
    "ringgroup-simultaneous-b-leg-1001-loser": ("1001", "1001", "1001", "1001"),
    "ringgroup-simultaneous-b-leg-1002-winner": ("1001", "1002", "1002", "1002"),
    "ringgroup-simultaneous-b-leg-1003-loser": ("1001", "1003", "1003", "1003"),
    "unknown-did-a-leg": (CARRIER, "15559990000", "15559990000", None),
}
# When, on 22 November 2026: start, answer, end; seconds in all, and since the answer.
WHEN = {
    "answered-a-leg": ("00:22:25.968", "00:22:27.508", "00:22:29.528", 4, 2),
    "answered-b-leg": ("00:22:25.988", "00:22:27.488", "00:22:29.528", 4, 2),
    "busy-a-leg": ("00:23:01.128", None, "00:23:01.168", 0, 0),
    "busy-b-leg": ("00:23:01.148", None, "00:23:01.148", 0, 0),
    "cancelled-a-leg": ("00:23:02.908", None, "00:23:04.968", 2, 0),
    "cancelled-b-leg": ("00:23:02.927", None, "00:23:04.968", 2, 0),
    "inbound-did-a-leg": ("00:23:15.228", "00:23:16.768", "00:23:18.788", 3, 2),
    "inbound-did-b-leg": ("00:23:15.248", "00:23:16.748", "00:23:18.788", 3, 2),
    "missed-a-leg": ("00:23:49.068", None, "00:24:09.008", 20, 0),
    "missed-b-leg": ("00:23:49.068", None, "00:24:09.008", 20, 0),
    "originate-busy-a-leg": ("00:24:55.688", None, "00:24:55.707", 0, 0),
    "originate-clicktocall-a-leg": ("00:24:50.927", "00:24:52.428", "00:24:54.028", 4, 2),
    "originate-clicktocall-b-leg": ("00:24:52.448", "00:24:53.968", "00:24:54.028", 2, 1),
    "ringgroup-simultaneous-a-leg": ("00:23:28.868", "00:23:30.428", "00:23:32.448", 4, 2),
    "ringgroup-simultaneous-b-leg-1001-loser": ("00:23:28.888", None, "00:23:30.428", 2, 0),
    "ringgroup-simultaneous-b-leg-1002-winner": ("00:23:28.888", "00:23:30.408", "00:23:32.448", 4, 2),
    "ringgroup-simultaneous-b-leg-1003-loser": ("00:23:28.888", None, "00:23:30.428", 2, 0),
    "unknown-did-a-leg": ("00:25:07.968", None, "00:25:07.988", 0, 0),
}
# How: the direction our dialplan gave it, the cause and its Q.850 number, how SIP ended.
HOW = {
    "answered-a-leg": ("local", "NORMAL_CLEARING", 16, "recv_bye"),
    "answered-b-leg": (None, "NORMAL_CLEARING", 16, "send_bye"),
    "busy-a-leg": ("local", "USER_BUSY", 17, "send_refuse"),
    "busy-b-leg": (None, "USER_BUSY", 17, "recv_refuse"),
    "cancelled-a-leg": ("local", "ORIGINATOR_CANCEL", 16, "recv_cancel"),
    "cancelled-b-leg": (None, "ORIGINATOR_CANCEL", 16, "send_cancel"),
    "inbound-did-a-leg": ("inbound", "NORMAL_CLEARING", 16, "recv_bye"),
    "inbound-did-b-leg": ("local", "NORMAL_CLEARING", 16, "send_bye"),
    "missed-a-leg": ("local", "NO_ANSWER", 19, "send_refuse"),
    "missed-b-leg": (None, "NO_ANSWER", 19, "send_cancel"),
    "originate-busy-a-leg": (None, "USER_BUSY", 17, "recv_refuse"),
    "originate-clicktocall-a-leg": ("local", "NORMAL_CLEARING", 16, "send_bye"),
    "originate-clicktocall-b-leg": (None, "NORMAL_CLEARING", 16, "send_bye"),
    "ringgroup-simultaneous-a-leg": ("local", "NORMAL_CLEARING", 16, "recv_bye"),
    "ringgroup-simultaneous-b-leg-1001-loser": (None, "LOSE_RACE", 16, "send_cancel"),
    "ringgroup-simultaneous-b-leg-1002-winner": (None, "NORMAL_CLEARING", 16, "send_bye"),
    "ringgroup-simultaneous-b-leg-1003-loser": (None, "LOSE_RACE", 16, "send_cancel"),
    "unknown-did-a-leg": ("inbound", "NO_ROUTE_DESTINATION", 3, "send_refuse"),
}
# Which: its uuid, the leg it comes from, the one it was connected to.
WHICH = {
    "answered-a-leg": ("2663c748-f726-45ec-80f4-376967cddb12", None, "8e1413e1-a4a1-4666-9ee5-363b8b9b5866"),
    "answered-b-leg": ("8e1413e1-a4a1-4666-9ee5-363b8b9b5866", *["2663c748-f726-45ec-80f4-376967cddb12"] * 2),
    "busy-a-leg": ("ab61ed44-c44f-4710-a883-75e9f8e0267a", None, None),
    "busy-b-leg": ("99706041-0e63-40fa-a74b-245ee7e9a164", "ab61ed44-c44f-4710-a883-75e9f8e0267a", None),
    "inbound-did-a-leg": ("d33194bc-ac4e-4ca6-9ad7-7efffe9b7937", None, "580a5e48-fafb-49ea-b8d9-b2aa7c4d2a5f"),
    "originate-clicktocall-a-leg": (
        "0b14a461-db80-45c8-8661-31534b4dd0db",
        None,
        "0ec47cb3-8938-49d1-99c5-95e4bd6f370c",
    ),
    "ringgroup-simultaneous-b-leg-1003-loser": (
        "2baae444-d7fc-453f-817c-a011cbd2acda",
        "bd49b086-840b-41fa-99eb-c90bb28cb1f7",
        None,
    ),
}
WITHOUT_DOMAIN = {"unknown-did-a-leg"}
BY_NAME_ONLY = {"originate-busy-a-leg"}
"""No variable has its domain's uuid; whom it rang has a name."""
WHOSE = {"1001": "22222222-2222-4222-8222-000000001001", "1002": "22222222-2222-4222-8222-000000001002"}


def test_every_capture_is_in_the_tables() -> None:
    assert set(CAPTURES) == set(WHO) == set(WHEN) == set(HOW)


@EVERY
def test_says_who(name: str) -> None:
    leg = told(capture(name))
    assert (leg.source_number, leg.caller_destination, leg.destination_number, leg.extension) == WHO[name]
    assert leg.caller_id_number == leg.source_number


@EVERY
def test_says_when(name: str) -> None:
    leg = told(capture(name))
    *times, duration, billsec = WHEN[name]
    assert [leg.start_stamp, leg.answer_stamp, leg.end_stamp] == [time and f"2026-11-22T{time}Z" for time in times]
    assert (leg.duration, leg.billsec) == (duration, billsec)


@EVERY
def test_says_how(name: str) -> None:
    leg = told(capture(name))
    how = (leg.direction, leg.hangup_cause, leg.hangup_cause_q850, leg.sip_hangup_disposition)
    assert how == HOW[name]
    assert leg.missed_call is None, "the rule is for every kind of switch: tests/services/test_missed_calls.py"


@pytest.mark.parametrize("name", WHICH)
def test_says_which(name: str) -> None:
    leg = told(capture(name))
    assert (leg.xml_cdr_uuid, leg.originating_leg_uuid, leg.bridge_uuid) == WHICH[name]


@EVERY
def test_says_whose(name: str) -> None:
    post = read(CAPTURES[name])
    uuid, home = (None, None) if name in WITHOUT_DOMAIN else DOMAIN
    assert (post.domain_uuid, post.domain_name) == (None if name in BY_NAME_ONLY else uuid, home)
    assert post.leg.leg == ("b" if "-b-leg" in name else "a")


@pytest.mark.parametrize(
    ("name", "number"),
    [("answered-a-leg", "1001"), ("answered-b-leg", "1002"), ("originate-clicktocall-a-leg", "1001")],
)
def test_says_which_extension(name: str, number: str) -> None:
    leg = told(capture(name))
    assert (leg.extension, leg.extension_uuid) == (number, WHOSE[number])


def test_says_what_ran_last() -> None:
    leg = told(capture())
    assert (leg.last_app, leg.last_arg) == ("bridge", "user/1002@pbx.example.test")
    assert (leg.read_codec, leg.write_codec, leg.caller_id_name) == ("PCMU", "PCMU", "User 1001")
    assert told(capture("missed-a-leg")).last_app == "hangup"
    assert told(capture("missed-a-leg")).last_arg is None


@EVERY
def test_every_encoding_reads_alike(name: str) -> None:
    expected = read(CAPTURES[name])
    decoded = json.dumps(plain(name), ensure_ascii=False).encode()
    for body in (CAPTURES[name], decoded):
        assert read(body) == expected
        assert read(b"\xef\xbb\xbf" + body + b"\n") == expected
        assert read(b"cdr=" + quote(body).encode()) == expected
        assert read(b"cdr=" + b64encode(body)) == expected
        assert read(b"cdr=" + quote(b64encode(body)).encode()) == expected
    assert read(b"cdr=" + as_freeswitch_encodes(decoded.decode()).encode()) == expected


@EVERY
def test_a_post_that_two_encodings_broke_is_refused(name: str) -> None:
    # encode=true leaves what encode-values=true has encoded: quotes in a caller's name become JSON's own
    with pytest.raises(InvalidRequest, match="encode-values=false"):
        read(b"cdr=" + as_freeswitch_encodes(CAPTURES[name].decode()).encode())


@pytest.mark.parametrize("text", ["100%25", "50% off", "%", "%zz", "a+b", "José & Söhne", "100%", '%22"'])
def test_percent_signs_come_out_as_they_were(text: str) -> None:
    assert told(capture(last_arg=quote(text))).last_arg == text
    post = plain("answered-a-leg")
    post["variables"]["last_arg"] = text
    assert told(post).last_arg == text
    for stampless in (capture(last_arg=quote(text), start_stamp=None), post):
        stampless["variables"].pop("start_stamp", None)
        assert told(stampless).last_arg == text


def test_names_of_the_callflow_are_never_percent_encoded() -> None:
    post = capture()
    post["callflow"][0]["caller_profile"]["caller_id_name"] = "100%25 José"
    assert told(post).caller_id_name == "100%25 José"


def test_bytes_that_are_no_utf_8_cost_a_letter_not_the_record() -> None:
    body = CAPTURES["answered-a-leg"].replace(b'"caller_id_name":"User 1001"', b'"caller_id_name":"Jos\xe9"')
    assert read(body).leg.caller_id_name == "Jos\ufffd"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("\x00\x1b[31mEvil\r\n\u202egnp.exe\u2066", "[31mEvilgnp.exe"),
        ("<script>alert('1')</script> $${x}", "<script>alert('1')</script> $${x}"),
        ("x" * 100_000, "x" * 128),
        ("\ud800half", "half"),
        (" \t ", None),
        ("", None),
        (None, None),
        ({"a": 1}, None),
        (True, None),
    ],
)
def test_a_hostile_name_is_safe_bounded_text(said: object, name: str | None) -> None:
    post = capture()
    post["callflow"][0]["caller_profile"]["caller_id_name"] = said
    assert told(post).caller_id_name == name


@pytest.mark.parametrize("said", ["anonymous", "Outbound Call", "1" * 33, "10 01", "1001\n", "١٠٠١", "", None, [], 1.5])
def test_what_is_no_number_is_left_out(said: object) -> None:
    post = capture()
    post["callflow"][0]["caller_profile"] |= {"caller_id_number": said, "destination_number": said}
    leg = told(post)
    assert (leg.caller_id_number, leg.caller_destination, leg.destination_number) == (None,) * 3
    assert leg.source_number == "1001", "that the directory says, not the caller"


@pytest.mark.parametrize("said", ["", "-1", "4.2", "1e3", "٤", "9" * 30, None, [], {}, 1.5, True])
def test_what_is_no_amount_is_left_out(said: object) -> None:
    leg = told(capture(duration=said, billsec=said, hangup_cause_q850=said, end_uepoch=said, end_epoch=said))
    assert (leg.duration, leg.billsec, leg.hangup_cause_q850, leg.end_stamp) == (None,) * 4


def test_an_amount_may_be_a_json_number() -> None:
    assert told(capture(duration=7)).duration == 7


@pytest.mark.parametrize("said", [None, {}, [], "x", 3, [None, "x", {"caller_profile": None}], {"caller_profile": []}])
def test_a_callflow_may_be_missing_or_nonsense(said: object) -> None:
    leg = told(capture() | {"callflow": said})
    assert (leg.caller_id_name, leg.source_number, leg.destination_number) == (None, "1001", None)
    assert leg.extension == "1001"


def test_a_callflow_of_one_profile_may_be_no_list() -> None:
    post = capture()
    post["callflow"] = post["callflow"][0]
    assert told(post) == told(capture())


def test_a_leg_that_only_its_profile_says_was_dialled_is_a_b_leg() -> None:
    post = capture("answered-b-leg", originating_leg_uuid=None, originator=None)
    assert told(post) == told(capture("answered-b-leg"))


def test_seconds_do_where_there_are_no_microseconds() -> None:
    leg = told(capture(start_uepoch=None, answer_uepoch=None, answer_epoch="0", end_uepoch="x"))
    assert leg.start_stamp == "2026-11-22T00:22:25.000Z"
    assert leg.answer_stamp is None
    assert leg.end_stamp == "2026-11-22T00:22:29.000Z"


def test_seconds_of_talk_need_an_answer() -> None:
    assert told(capture(answer_uepoch="0", answer_epoch="0")).billsec == 0


@pytest.mark.parametrize(
    ("disposition", "cause", "q850"),
    [
        ("no_answer", "NO_ANSWER", 19),
        ("CALL_REJECTED", "CALL_REJECTED", 21),
        ("ALLOTTED_TIMEOUT", "NO_ANSWER", 19),
        ("success", "NORMAL_CLEARING", 16),
        ("failure", "NO_ANSWER", 19),
        ("NORMAL_CLEARING", "NORMAL_CLEARING", 16),
        ("<b>", "NORMAL_CLEARING", 16),
        ("X" * 65, "NORMAL_CLEARING", 16),
        (None, "NORMAL_CLEARING", 16),
    ],
)
def test_nobody_answered_for_the_reason_dialling_failed(disposition: str | None, cause: str, q850: int | None) -> None:
    leg = told(capture("missed-a-leg", originate_disposition=disposition))
    assert (leg.hangup_cause, leg.hangup_cause_q850) == (cause, q850)


def test_an_answered_leg_ended_for_its_own_reason() -> None:
    assert told(capture(originate_disposition="NO_ANSWER")).hangup_cause == "NORMAL_CLEARING"


@pytest.mark.parametrize("cause", ["", "NORMAL CLEARING", "<b>", "X" * 65, None])
def test_a_cause_is_one_word(cause: str | None) -> None:
    leg = told(capture(hangup_cause=cause and quote(cause)))
    assert (leg.hangup_cause, leg.hangup_cause_q850) == (None, None)


OURS = {
    "ringpost_a": "1001",
    "ringpost_b": "%2B15550100",
    "ringpost_extension": "1001",
    "origination_caller_id_number": "5550199",
    "origination_caller_id_name": "Zo%C3%AB%20%26%20Co",
}


def test_a_call_we_placed_is_from_a_to_b() -> None:
    leg = told(capture("originate-clicktocall-a-leg", **OURS))
    assert (leg.source_number, leg.caller_destination, leg.destination_number) == ("1001", "+15550100", "+15550100")
    assert (leg.caller_id_number, leg.caller_id_name, leg.extension) == ("5550199", "Zoë & Co", "1001")
    assert leg.missed_call is False, "nobody called whoever is rung first"


def test_a_call_we_placed_to_a_phone_that_was_busy_has_its_extension() -> None:
    leg = told(capture("originate-busy-a-leg", **OURS))
    assert (leg.source_number, leg.extension, leg.extension_uuid) == ("1001", "1001", None)


def test_only_both_numbers_make_it_a_call_we_placed() -> None:
    leg = told(capture("originate-clicktocall-a-leg", **OURS | {"ringpost_b": "nobody"}))
    assert (leg.source_number, leg.caller_destination, leg.destination_number) == ("1001", "1001", "1002")


def test_a_b_leg_is_whom_it_rang_whatever_was_exported_to_it() -> None:
    leg = told(capture("originate-clicktocall-b-leg", **OURS))
    assert (leg.destination_number, leg.caller_id_number, leg.extension) == ("1002", "1001", "1002")


@pytest.mark.parametrize(
    ("variables", "extension"),
    [
        ({}, "1001"),
        ({"sip_from_user": "999"}, "1001"),
        ({"user_name": "alice"}, "1001"),
        ({"user_name": "alice", "sip_auth_username": "alice", "accountcode": "7"}, "7"),
        ({"sip_authorized": "false"}, "1001"),
        ({"sip_authorized": "false", "extension_uuid": None}, None),
    ],
)
def test_a_phone_is_who_it_proved_to_be(variables: dict[str, object], extension: str | None) -> None:
    assert told(capture(**variables)).extension == extension


def test_a_b_leg_over_a_trunk_is_no_extension() -> None:
    assert told(capture("answered-b-leg", dialed_domain=None, presence_id=None)).extension is None
    over_a_trunk = capture("answered-b-leg", dialed_domain=None, presence_id="1002%40carrier.example.test")
    assert told(over_a_trunk).extension is None


def test_a_b_leg_that_was_transferred_is_still_whom_it_rang() -> None:
    assert told(capture("answered-b-leg", dialed_user="1003")).extension == "1002"


def test_a_recording_is_named_after_its_file() -> None:
    leg = told(capture(record_path="/rec/pbx.example.test/2026/a%20b.wav"))
    assert (leg.record_path, leg.record_name) == ("/rec/pbx.example.test/2026/a b.wav", "a b.wav")
    assert told(capture(record_path="/rec/")).record_name is None


def test_uuids_are_lower_case_or_none() -> None:
    loud = capture(uuid=FORGED.upper(), domain_uuid=FORGED.upper(), bridge_uuid="x", extension_uuid="1001")
    post = read(json.dumps(loud).encode())
    assert (post.leg.xml_cdr_uuid, post.domain_uuid) == (FORGED, FORGED)
    assert (post.leg.bridge_uuid, post.leg.extension_uuid) == (None, None)


_NO_MARKS = dict.fromkeys(("domain_name", "dialed_domain", "user_context", "accountcode", "sip_auth_realm"))


@pytest.mark.parametrize("said", ["x", "", f"{FORGED}\n", f"{FORGED}' or 1", None, 7])
def test_a_domain_that_is_none_is_none(said: object) -> None:
    assert read(json.dumps(capture(domain_uuid=said)).encode()).domain_uuid is None
    assert read(json.dumps(capture(**{**_NO_MARKS, "domain_name": "no%20name"})).encode()).domain_name is None


@pytest.mark.parametrize(
    "mark",
    [
        {"domain_name": "Pbx.Example.Test"},
        {"dialed_domain": "pbx.example.test"},
        {"user_context": "pbx.example.test"},
        {"accountcode": "1001%40pbx.example.test"},
        {"sip_auth_realm": "pbx.example.test", "sip_authorized": "true"},
    ],
)
def test_a_domain_is_known_by_any_mark_of_the_switchs_own(mark: dict[str, str]) -> None:
    assert read(json.dumps(capture(**{**_NO_MARKS, **mark})).encode()).domain_name == "pbx.example.test"


@pytest.mark.parametrize("mark", [{"presence_id": "1001%40pbx.example.test"}, {"sip_auth_realm": "pbx.example.test"}])
def test_a_domain_is_not_what_a_caller_wrote(mark: dict[str, str]) -> None:
    assert read(json.dumps(capture(**{**_NO_MARKS, "sip_authorized": "false", **mark})).encode()).domain_name is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "no JSON"),
        (b"not json", "no JSON"),
        (b"cdr=", "no JSON"),
        (b"cdr=%7B", "no JSON"),
        (b"cdr=e30", "no JSON"),
        ("cdr=é".encode(), "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"variables": {"uuid": ' + b"9" * 10_000 + b"}}", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"null", "JSON object"),
        (b"[]", "JSON object"),
        (b"NaN", "JSON object"),
        (b"{}", "no variables"),
        (b'{"variables": []}', "no variables"),
        (b'{"variables": {}}', "uuid is no UUID"),
        (b'{"variables": {"uuid": NaN}}', "uuid is no UUID"),
        (b'{"variables": {"uuid": "11111111"}}', "uuid is no UUID"),
        (json.dumps(capture(start_uepoch="0", start_epoch="0")).encode(), "no times"),
        (json.dumps(capture(start_uepoch=None, start_epoch=None)).encode(), "no times"),
        (json.dumps(capture(start_uepoch="9" * 16, start_epoch="9" * 16)).encode(), "no times"),
    ],
)
def test_a_post_that_cannot_be_used_says_why(body: bytes, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        read(body)


def safe(post: Post) -> None:
    leg = post.leg
    assert Leg.model_validate_json(leg.model_dump_json()) == leg
    for name, value in leg.model_dump().items():
        if isinstance(value, str):
            TypeAdapter(Number if name in NUMBERS else Text).validate_python(value)
    assert len(leg.caller_id_name or "") <= 128
    assert stamp(0) <= leg.start_stamp < stamp(4_102_444_800)


characters = st.text(st.characters(), max_size=40)
nonsense = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | characters | st.sampled_from(["0", "%00%0a", FORGED]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(characters, inner, max_size=3),
    max_leaves=5,
)
READ = sorted(
    {
        *("uuid", "originating_leg_uuid", "originator", "bridge_uuid", "domain_uuid", "domain_name", "extension_uuid"),
        *("start_stamp", "start_uepoch", "start_epoch", "answer_uepoch", "end_uepoch", "duration", "billsec"),
        *("hangup_cause", "hangup_cause_q850", "originate_disposition", "call_direction", "dialed_user"),
        *("dialed_domain", "user_name", "sip_authorized", "ringpost_a", "ringpost_b", "ringpost_extension"),
        *("origination_caller_id_name", "origination_caller_id_number", "last_app", "last_arg", "record_path"),
    }
)
IN_PROFILES = ("caller_id_name", "caller_id_number", "destination_number", "originator")


@given(st.dictionaries(st.sampled_from(["variables", "callflow", "x"]), nonsense))
def test_any_object_is_refused_or_safe(post: dict[str, object]) -> None:
    with suppress(InvalidRequest):
        safe(read(json.dumps(post).encode()))


@given(
    st.sampled_from(sorted(CAPTURES)),
    st.dictionaries(st.sampled_from(READ), nonsense, max_size=5),
    st.dictionaries(st.sampled_from(IN_PROFILES), nonsense),
    st.none() | nonsense,
)
def test_any_change_to_a_post_is_refused_or_safe(
    name: str, variables: dict[str, object], profile: dict[str, object], callflow: object
) -> None:
    post = deepcopy(capture(name))
    post["variables"] |= variables
    for step in post["callflow"]:
        step["caller_profile"] |= profile
    if callflow is not None:
        post["callflow"] = callflow
    try:
        safe(read(json.dumps(post).encode()))
    except InvalidRequest:
        assert {"uuid", "start_uepoch"} & set(variables)


@given(st.binary(max_size=200), st.integers(0, 4000))
def test_any_bytes_are_refused_or_safe(noise: bytes, at: int) -> None:
    body = CAPTURES["busy-b-leg"]
    for broken in (noise, b"cdr=" + noise, body[:at] + noise + body[at + len(noise) :]):
        with suppress(InvalidRequest):
            safe(read(broken))


def test_a_phone_that_says_it_is_another_is_still_itself() -> None:
    post = capture("answered-a-leg")
    for step in post["callflow"]:
        step["caller_profile"]["caller_id_number"] = "1003"
    leg = told(post)
    assert (leg.extension, leg.source_number, leg.caller_id_number) == ("1001", "1001", "1003")


def test_who_has_been_sent_to_a_queue_has_waited_and_who_was_rung_for_it_has_not() -> None:
    queue, caller = "0f9469b4-eb2d-4195-8e75-f95ea9908d42", "ba826131-fbb3-4955-8c90-7e594be51dd2"
    assert told(capture(ringpost_queue=queue)).waited
    assert not told(capture()).waited
    agents = told(capture(ringpost_queue=queue, originating_leg_uuid=caller))
    assert (agents.waited, agents.leg, agents.originating_leg_uuid) == (False, "b", caller)
