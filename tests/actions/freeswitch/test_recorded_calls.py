"""Which calls the dialplan has recorded: as extensions and destinations say, once, and from when two are connected."""

from collections.abc import Iterable

import pytest

from ringpost.switch.freeswitch import phones
from tests.actions.freeswitch.test_freeswitch_xml import (
    HOME,
    IN_HOME,
    REGISTER,
    all_actions,
    ask,
    dialled,
    exported,
    params,
    read,
)
from tests.harness import Caller

OUTSIDE = "12025550123"
BY = "execute_on_pre_bridge_ringpost"
MEMBER = "&as_channel=true&action=user_call&ringpost_group=true"


@pytest.fixture(autouse=True)
def _outside(switch_key: Caller, operator: Caller) -> None:
    operator.done("domain-update", **IN_HOME, outbound_gateway="trunk", outbound_prefixes=["1202555"])


def sets(actions: Iterable[tuple[str, str]]) -> dict[str, str]:
    return dict(data.split("=", 1) for application, data in actions if application == "set")


def of(operator: Caller, number: str) -> dict[str, str]:
    """What the leg of an extension's phone carries."""
    found = operator.done("extension-details", **IN_HOME, extension=number)
    carried = {"number": number, "limit": str(found["limit_max"]), "records": found["user_record"] or ""}
    own = {f"ringpost_{name}": value for name, value in carried.items()}
    return {"extension_uuid": found["extension_uuid"], "sip_authorized": "true", **own}


def is_recorded(actions: Iterable[tuple[str, str]]) -> bool:
    return any(value.startswith("record_session ") for value in sets(actions).values())


@pytest.mark.parametrize("side", ["100", "101"])
@pytest.mark.parametrize("wanted", ["all", "local", "inbound", "outbound", None])
def test_an_extensions_calls_are_recorded_whoever_called(
    switch_key: Caller,
    operator: Caller,
    wanted: str | None,
    side: str,
) -> None:
    operator.done("extension-update", **IN_HOME, extension=side, user_record=wanted)
    local = dialled(switch_key, "101", **of(operator, "100"))
    inbound = dialled(switch_key, side, call_direction="inbound")
    outbound = dialled(switch_key, OUTSIDE, **of(operator, side))
    assert is_recorded(local) is (wanted in ("all", "local"))
    assert is_recorded(inbound) is (wanted in ("all", "inbound"))
    assert is_recorded(outbound) is (wanted in ("all", "outbound"))


def test_a_recording_begins_when_two_are_connected_and_only_once(switch_key: Caller, operator: Caller) -> None:
    operator.done("extension-update", **IN_HOME, extension="100", user_record="all")
    operator.done("extension-update", **IN_HOME, extension="101", user_record="all")
    first = dialled(switch_key, "101", **of(operator, "100"))
    said = sets(first)
    assert said["ringpost_recording"].startswith(f"${{recordings_dir}}/{HOME}/")
    assert said["ringpost_recording"].endswith("-${uuid}.wav")
    assert [said[f"{BY}_{place}"] for place in (1, 2, 3)] == [
        "record_session ${ringpost_recording}",
        "set record_path=${ringpost_recording}",
        f"multiunset {BY}_1 {BY}_2 {BY}_3",
    ]
    assert (said["RECORD_ANSWER_REQ"], said["RECORD_BRIDGE_REQ"], said["RECORD_MIN_SEC"]) == ("true", "true", "1")
    assert [application for application, _ in first].count("record_session") == 0, "nothing before it is answered"
    other = sets(dialled(switch_key, "101", **of(operator, "100")))
    assert other["ringpost_recording"] != said["ringpost_recording"], "each has a name of its own"
    again = dialled(switch_key, "101", **of(operator, "100"), ringpost_recording="/rec/x.wav")
    assert not is_recorded(again), "a call that goes on elsewhere is still recorded in one"


def test_a_destinations_calls_are_recorded_from_the_number_on(switch_key: Caller, operator: Caller) -> None:
    operator.done("destination-create", **IN_HOME, number="12025550177", extension="101", destination_record=True)
    assert is_recorded(dialled(switch_key, "12025550177", "public"))
    operator.done("destination-update", number="12025550177", destination_record=False)
    assert not is_recorded(dialled(switch_key, "12025550177", "public"))


def test_who_forwards_a_call_may_have_it_recorded(switch_key: Caller, operator: Caller) -> None:
    operator.done("extension-update", **IN_HOME, extension="101", user_record="all")
    elsewhere = {"enabled": True, "destination": OUTSIDE}
    operator.done("extension-forward-set", **IN_HOME, extension="101", unconditional=elsewhere)
    assert is_recorded(dialled(switch_key, "101"))


@pytest.mark.parametrize("number", ["911", "*97", "*98", "*99101"])
def test_help_and_voicemail_are_never_recorded(switch_key: Caller, operator: Caller, number: str) -> None:
    operator.done("extension-update", **IN_HOME, extension="100", user_record="all")
    assert not is_recorded(dialled(switch_key, number, **of(operator, "100")))


def test_in_a_conference_it_begins_at_once(switch_key: Caller, operator: Caller) -> None:
    operator.done("extension-update", **IN_HOME, extension="100", user_record="local")
    actions = dialled(switch_key, "*3001", **of(operator, "100"))
    applications = [application for application, _ in actions]
    assert applications.index("answer") < applications.index("record_session") < applications.index("conference")
    assert sets(actions)["RECORD_BRIDGE_REQ"] == "false"


def test_a_member_of_a_ring_group_is_recorded_if_it_answers_and_nobody_else_is(
    switch_key: Caller,
    operator: Caller,
) -> None:
    def dial_string(more: str) -> str:
        body = REGISTER.format(user="101", domain=HOME).replace("&action=sip_auth", "").replace("sip_auth_method", "x")
        return params(read(ask(switch_key, body + more))).get("dial-string", "")

    operator.done("extension-update", **IN_HOME, extension="101", user_record="inbound")
    assert "record_session ${recordings_dir}/" in dial_string(MEMBER + "&call_direction=inbound")
    assert dial_string(MEMBER + "&call_direction=inbound").endswith(phones.all_of("${dialed_user}", "${dialed_domain}"))
    for more in ("&call_direction=local", "&call_direction=inbound&ringpost_call_is_recorded=true", ""):
        assert "record_session" not in dial_string(MEMBER + more)
    assert "record_session" not in dial_string("&call_direction=inbound"), "alone, the caller's leg is recorded"
    rung = "ringpost_group=true]user/101@"
    assert rung in str(dialled(switch_key, "600", call_direction="inbound")), "its own entry of the directory is asked"
    assert rung not in str(dialled(switch_key, "600", call_direction="inbound", ringpost_recording="/x.wav"))
    assert rung not in str(dialled(switch_key, "600", sip_authorized="true"))


def test_who_is_recorded_is_told_if_the_domain_wants_it(switch_key: Caller, operator: Caller) -> None:
    operator.done("extension-update", **IN_HOME, extension="101", user_record="all")
    assert "ivr-recording_started" not in str(dialled(switch_key, "101"))
    operator.done("domain-update", **IN_HOME, record_announcement=True)
    said = sets(dialled(switch_key, "101"))
    assert said[f"{BY}_1"] == "displace_session ivr/ivr-recording_started.wav rw", "both hear it, before it begins"
    assert said[f"{BY}_2"].startswith("record_session ")
    assert said["ignore_early_media"] == "true", "and not while it rings"


def test_that_a_call_is_recorded_is_known_when_its_other_phones_are_asked_for(
    switch_key: Caller,
    operator: Caller,
) -> None:
    operator.done("extension-update", **IN_HOME, extension="100", user_record="all")
    assert exported(switch_key, "600", **of(operator, "100"))["ringpost_call_is_recorded"] == "true"
    assert "ringpost_call_is_recorded" not in exported(switch_key, "600")


# other settings of an extension, a group and a number


def test_an_extension_has_as_many_calls_at_once_as_its_limit_says(switch_key: Caller, operator: Caller) -> None:
    operator.done("extension-update", **IN_HOME, extension="100", limit_max=2)
    looked_up = ("limit", f"hash {HOME} 100 2 !USER_BUSY")
    carried = ("limit", f"hash {HOME} ${{ringpost_number}} ${{ringpost_limit}} !USER_BUSY")
    entry = REGISTER.format(user="100", domain=HOME).replace("=REGISTER", "=INVITE")
    own = {one.get("name"): one.get("value") for one in read(ask(switch_key, entry)).iter("variable")}
    assert (own["ringpost_number"], own["ringpost_limit"]) == ("100", "2")
    for number, limit in (("101", carried), (OUTSIDE, looked_up), ("600", carried), ("*3001", carried)):
        assert limit in all_actions(switch_key, number, **of(operator, "100"))
    assert not {looked_up, carried} & set(all_actions(switch_key, "911", **of(operator, "100")))
    assert carried not in all_actions(switch_key, "101"), "who is no extension has no limit"
    called = all_actions(switch_key, "100")
    first = called.index(("set", "ringpost_full=100"))
    assert called[first + 1 :][:2] == [("limit", f"hash {HOME} 100 2 100 XML {HOME}"), ("set", "ringpost_full=")]


def test_a_leg_that_an_earlier_release_has_marked_is_looked_up(switch_key: Caller, operator: Caller) -> None:
    operator.done("extension-update", **IN_HOME, extension="100", limit_max=2, user_record="local")
    marked = {name: value for name, value in of(operator, "100").items() if not name.startswith("ringpost_")}
    assert ("limit", f"hash {HOME} 100 2 !USER_BUSY") in all_actions(switch_key, "101", **marked)
    assert is_recorded(dialled(switch_key, "101", **marked))


def test_who_has_as_many_calls_as_may_be_is_busy(switch_key: Caller, operator: Caller) -> None:
    elsewhere = {"enabled": True, "destination": "100"}
    operator.done("extension-forward-set", **IN_HOME, extension="101", busy=elsewhere)
    assert ("transfer", f"100 XML {HOME}") in dialled(switch_key, "101", ringpost_full="101")
    assert "bridge" in {application for application, _ in dialled(switch_key, "101", ringpost_full="100")}


def test_a_ring_group_shows_its_own_caller_id(switch_key: Caller, operator: Caller) -> None:
    one = {**IN_HOME, "extension": "600"}
    operator.done("ringgroup-update", **one, ring_group_caller_id_name="Sales", ring_group_caller_id_number="5550199")
    said = sets(dialled(switch_key, "600"))
    assert (said["effective_caller_id_name"], said["effective_caller_id_number"]) == ("Sales", "5550199")
    operator.done("ringgroup-update", **one, ring_group_caller_id_number="", ring_group_cid_number_prefix="9")
    assert sets(dialled(switch_key, "600"))["effective_caller_id_number"] == "9${caller_id_number}"


def test_a_number_shows_its_own_name_for_whoever_calls_it(switch_key: Caller, operator: Caller) -> None:
    more = {"destination_caller_id_name": "Support line"}
    operator.done("destination-create", **IN_HOME, number="12025550178", extension="101", **more)
    assert sets(dialled(switch_key, "12025550178", "public"))["effective_caller_id_name"] == "Support line"


def test_a_box_tells_a_pager_and_says_the_time_of_its_user(switch_key: Caller, operator: Caller) -> None:
    made = operator.done(
        "user-provision", **IN_HOME, firstname="Paged", extension="155", voicemail_number="155", timezone="Europe/Paris"
    )
    operator.done("voicemail-update", **IN_HOME, voicemail="155", pager="pager@example.net")
    known = params(read(ask(switch_key, REGISTER.format(user="155", domain=HOME))))
    assert (known["timezone"], known["vm-notify-mailto"]) == ("Europe/Paris", "pager@example.net")
    operator.done("voicemail-update", **IN_HOME, voicemail="155", timezone="Asia/Tokyo")
    assert params(read(ask(switch_key, REGISTER.format(user="155", domain=HOME))))["timezone"] == "Asia/Tokyo"
    assert made["user"]["timezone"] == "Europe/Paris"
