"""What mod_xml_curl is answered: the requests are those a real FreeSWITCH 1.11.2 posted, the names changed."""

import hashlib
import re
from typing import Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from ringpost.model.call import CallOrder
from ringpost.store import Delete, Put, Row, keys
from ringpost.switch.freeswitch import phones
from tests.harness import Caller, House, Reply

HOME = demo.DOMAIN_NAME
CLICK, PHONE = "55555555-5555-4555-8555-555555555555", "11111111-0000-4000-8000-000000000160"
IN_HOME = {"domain_name": HOME}
REGISTER = (
    "hostname=fs-xmlcurl&section=directory&tag_name=domain&key_name=name&key_value={domain}&Event-Name=REQUEST_PARAMS"
    "&Core-UUID=7a29006c-9991-4cd1-aa43-4e6c41ea99eb&FreeSWITCH-Hostname=vm&Event-Date-GMT=Sun,%2022%20Nov%202026"
    "&action=sip_auth&sip_profile=internal&sip_auth_username={user}&sip_auth_realm={domain}&sip_auth_method=REGISTER"
    "&sip_from_user={user}&sip_to_user={user}&sip_to_host={domain}&X-Test-Header=hello%20world&key=id&user={user}&domain={domain}&ip=127.0.0.1"
)
CALL = (
    "hostname=fs-xmlcurl&section=dialplan&tag_name=&key_name=&key_value=&Event-Name=REQUEST_PARAMS"
    "&Channel-State=CS_ROUTING&Call-Direction=inbound&Caller-Caller-ID-Name=User%20100&Caller-Context={context}"
    "&Caller-Destination-Number={number}&Hunt-Context={context}&Hunt-Destination-Number={number}"
)


def ask(caller: Caller, body: str) -> Reply:
    reply = caller.post(body, path="/freeswitch-xml", headers={"content-type": "application/x-www-form-urlencoded"})
    assert reply.status == 200, reply
    assert reply.text.startswith('<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<document')
    return reply


def register(caller: Caller, user: str = "100", domain: str = HOME) -> ET.Element:
    return read(ask(caller, REGISTER.format(user=quote(user), domain=domain)))


_MARKS = ("hangup_after_bridge=", "ringpost_reached=", "ringpost_full=", "ringpost_slot=", "ringpost_took=")


def dialled(caller: Caller, number: str, context: str = HOME, **variables: str) -> list[tuple[str, str]]:
    """The actions of the dialplan, without marks that every leg gets, and counting; empty if nothing was found."""
    actions = all_actions(caller, number, context, **variables)
    return [one for one in actions if one[0] not in ("export", "limit") and not one[1].startswith(_MARKS)]


_BUT_NAMES = ".//extension[@name!='ringpost-plainly']//action"


def all_actions(caller: Caller, number: str, context: str = HOME, **variables: str) -> list[tuple[str, str]]:
    extra = "".join(f"&variable_{name}={quote(value)}" for name, value in variables.items())
    found = read(ask(caller, CALL.format(context=context, number=quote(number)) + extra))
    return [(one.get("application", ""), one.get("data", "")) for one in found.iterfind(_BUT_NAMES)]


def exported(caller: Caller, number: str, context: str = HOME, **variables: str) -> dict[str, str]:
    extra = "".join(f"&variable_{name}={quote(value)}" for name, value in variables.items())
    found = read(ask(caller, CALL.format(context=context, number=quote(number)) + extra))
    data = [one.get("data", "") for one in found.iter("action") if one.get("application") == "export"]
    return dict(one.split("=", 1) for one in data)


def noted(caller: Caller, number: str, **variables: str) -> str | None:
    """The extensions a call was sent to, as the dialplan notes them."""
    extra = "".join(f"&variable_{name}={quote(value)}" for name, value in variables.items())
    found = read(ask(caller, CALL.format(context=HOME, number=quote(number)) + extra))
    data = [one.get("data", "") for one in found.iter("action") if one.get("application") == "set"]
    return next((one.partition("=")[2] for one in data if one.startswith("ringpost_reached=")), None)


def read(reply: Reply) -> ET.Element:
    return ET.fromstring(reply.text)


def is_not_found(found: ET.Element) -> bool:
    return found.find("section[@name='result']/result[@status='not found']") is not None


def params(found: ET.Element) -> dict[str, str]:
    return {one.get("name", ""): one.get("value", "") for one in found.findall(".//user/params/param")}


def variables(found: ET.Element) -> dict[str, str]:
    return {one.get("name", ""): one.get("value", "") for one in found.findall(".//user/variables/variable")}


def test_hands_out_a_hash_and_never_the_password(switch_key: Caller, operator: Caller) -> None:
    operator.done("extension-password-reset", **IN_HOME, extension="100", password="s3cret-Passw0rd")
    found = register(switch_key)
    hashed = hashlib.md5(f"100:{HOME}:s3cret-Passw0rd".encode()).hexdigest()
    assert params(found)["a1-hash"] == hashed
    assert params(found)["allow-empty-password"] == "false"
    assert "s3cret-Passw0rd" not in ET.tostring(found, encoding="unicode")
    assert "password" not in params(found)


def test_says_who_the_phone_is(switch_key: Caller) -> None:
    found = register(switch_key)
    user = found.find(".//user")
    assert user is not None
    assert (user.get("id"), user.get("cacheable")) == ("100", None), "a kept entry would let anybody in"
    known = variables(found)
    assert (known["domain_uuid"], known["domain_name"], known["user_context"]) == (demo.DOMAIN_UUID, HOME, HOME)
    assert (known["presence_data"], known["accountcode"]) == (demo.DOMAIN_UUID, f"100@{HOME}")
    dial = found.find(".//domain/params/param[@name='dial-string']")
    assert dial is not None
    assert dial.get("value", "").endswith("}" + phones.all_of("${dialed_user}", "${dialed_domain}"))
    assert params(found)["max-registrations-per-extension"] == "10"
    assert (known["effective_caller_id_name"], known["effective_caller_id_number"]) == ("Front desk", "5550100")


def test_a_domain_in_another_case_is_the_same_and_hashed_as_the_phone_writes_it(
    switch_key: Caller, operator: Caller
) -> None:
    operator.done("extension-password-reset", **IN_HOME, extension="100", password="s3cret-Passw0rd")
    found = register(switch_key, domain="FusionPBX.Example.NET")
    domain = found.find(".//domain")
    assert domain is not None
    assert domain.get("name") == "FusionPBX.Example.NET"
    assert params(found)["a1-hash"] == hashlib.md5(b"100:FusionPBX.Example.NET:s3cret-Passw0rd").hexdigest()


def test_who_is_not_there_or_disabled_is_not_found(switch_key: Caller, operator: Caller) -> None:
    assert is_not_found(register(switch_key, "199"))
    assert is_not_found(register(switch_key, "600")), "a ring group is no phone"
    assert is_not_found(register(switch_key, domain="nowhere.example.net"))
    operator.done("extension-update", **IN_HOME, extension="101", enabled=False)
    assert is_not_found(register(switch_key, "101"))
    operator.done("user-delete", **IN_HOME, user="alice", cascade=True)
    assert is_not_found(register(switch_key, "100"))


def test_a_disabled_domain_has_no_phones(switch_key: Caller, operator: Caller) -> None:
    operator.done("domain-update", **IN_HOME, domain_enabled=False)
    assert is_not_found(register(switch_key))
    assert dialled(switch_key, "100") == []


def test_the_domains_of_another_switch_are_not_found(house: House, operator: Caller) -> None:
    operator.done("switch-create", name="other", kind="sandbox")
    other = house.key("freeswitch.#", switch="other")
    assert is_not_found(register(other))
    assert dialled(other, "100") == []
    assert dialled(other, "12025550100", "public") == []


def test_what_phones_log_in_with_is_for_switches_only(tenant: Caller, operator: Caller) -> None:
    body = REGISTER.format(user="100", domain=HOME)
    assert tenant.post(body, path="/freeswitch-xml").status == 403
    assert "a1-hash" in ask(operator, body).text


@pytest.mark.parametrize("method", ["REGISTER", "SUBSCRIBE", "MESSAGE"])
@pytest.mark.parametrize("to_host", ["empty.example.net", "", "sub." + HOME])
def test_nobody_registers_or_looks_in_at_another_tenants(switch_key: Caller, method: str, to_host: str) -> None:
    body = REGISTER.format(user="100", domain=HOME).replace("sip_auth_method=REGISTER", f"sip_auth_method={method}")
    assert is_not_found(read(ask(switch_key, body.replace(f"sip_to_host={HOME}", f"sip_to_host={to_host}"))))
    assert not is_not_found(read(ask(switch_key, body)))


def test_a_call_may_lead_to_another_domain(switch_key: Caller) -> None:
    body = REGISTER.format(user="100", domain=HOME).replace("sip_auth_method=REGISTER", "sip_auth_method=INVITE")
    assert not is_not_found(read(ask(switch_key, body.replace(f"sip_to_host={HOME}", "sip_to_host=x.example.net"))))


def test_takes_no_notice_of_what_a_name_smuggles_in(switch_key: Caller) -> None:
    smuggled = REGISTER.format(user="101", domain=HOME).replace(
        f"key_value={HOME}", f"key_value={HOME}&section=dialplan&user=100&key=evil"
    )
    assert variables(read(ask(switch_key, smuggled)))["effective_caller_id_number"] == "5550101"


@pytest.mark.parametrize(
    "body",
    [
        "section=configuration&tag_name=configuration&key_name=name&key_value=sofia.conf",
        "section=directory&tag_name=&key_name=&key_value=&purpose=gateways&profile=internal",
        f"section=directory&tag_name=domain&key_name=name&key_value={HOME}&purpose=network-list&domain={HOME}",
        f"section=directory&tag_name=domain&key_name=name&key_value={HOME}&key=number-alias&user=100&domain={HOME}",
        "section=phrases",
        "section=",
        "section=directory",
        "section=dialplan",
    ],
)
def test_what_is_not_ours_is_for_the_switchs_own_files(switch_key: Caller, body: str) -> None:
    assert is_not_found(read(ask(switch_key, f"hostname=pbx1&{body}")))


def test_a_domain_by_itself_is_answered_without_users(switch_key: Caller) -> None:
    found = read(ask(switch_key, f"section=directory&tag_name=domain&key_name=name&key_value={HOME}"))
    assert found.find(".//domain[@name='fusionpbx.example.net']") is not None
    assert found.find(".//user") is None


def test_what_no_switch_posts_is_refused(switch_key: Caller) -> None:
    for body in ("", "{}", "a=b"):
        assert switch_key.post(body, path="/freeswitch-xml").status == 400


def test_needs_a_key_with_the_scope(house: House) -> None:
    body = REGISTER.format(user="100", domain=HOME)
    assert house.key("cdr.#", domains=(HOME,)).post(body, path="/freeswitch-xml").status == 403
    nobody = Caller(house, demo.PUBLIC_KEY_UUID, "0" * 64)
    assert nobody.post(body, path="/freeswitch-xml").status == 401


# the dialplan


@pytest.mark.parametrize(
    ("number", "about", "direction"),
    [
        ("101", {}, "inbound"),
        ("600", {"sip_authorized": "false"}, "inbound"),
        ("*3001", {}, "inbound"),
        ("101", {"sip_authorized": "true"}, "local"),
        ("101", {"extension_uuid": "45e11b49-f1a5-4c79-a5a9-527bdb1cf42f"}, "local"),
        ("101", {"ringpost_a": "100"}, "local"),
        ("101", {"call_direction": "outbound"}, "outbound"),
    ],
)
def test_a_stranger_whom_an_operators_own_dialplan_sends_into_a_domain_comes_in(
    switch_key: Caller, number: str, about: dict[str, str], direction: str
) -> None:
    assert exported(switch_key, number, **about)["call_direction"] == direction


@pytest.mark.parametrize(
    ("number", "about", "noted"),
    [
        ("5901", {}, {"ringpost_slot": "*5901"}),
        ("101", {}, {}),
        ("101", {"bridge_uuid": CLICK}, {}),
        ("101", {"bridge_uuid": CLICK, "ringpost_slot": "*5901"}, {"ringpost_took": CLICK, "ringpost_slot": ""}),
        ("101", {"bridge_uuid": CLICK, "ringpost_slot": "*5901", "valet_lot_extension": "5901"}, {}),
        ("101", {"bridge_uuid": PHONE, "ringpost_took": CLICK}, {"ringpost_took": CLICK, "ringpost_slot": ""}),
        ("5902", {"bridge_uuid": PHONE, "ringpost_took": CLICK}, {"ringpost_took": CLICK, "ringpost_slot": "*5902"}),
        ("101", {"bridge_uuid": "${x}", "ringpost_slot": "*5901"}, {}),
    ],
)
def test_who_has_taken_a_parked_call_and_is_sent_on_stays_in_it(
    switch_key: Caller, number: str, about: dict[str, str], noted: dict[str, str]
) -> None:
    actions = all_actions(switch_key, f"*{number}" if number[0] == "5" else number, **about)
    sets = dict(
        data.split("=", 1)
        for name, data in actions
        if name == "set" and data.startswith(("ringpost_slot", "ringpost_took"))
    )
    assert sets == noted


def test_an_extension_rings_and_then_takes_a_message(switch_key: Caller) -> None:
    assert dialled(switch_key, "101") == [
        ("set", "continue_on_fail=true"),
        ("set", "call_timeout=30"),
        ("bridge", f"user/101@{HOME}"),
        ("answer", ""),
        ("sleep", "500"),
        ("voicemail", f"default {HOME} 101"),
    ]
    assert exported(switch_key, "101", sip_authorized="true") == {
        "domain_uuid": demo.DOMAIN_UUID,
        "domain_name": HOME,
        "presence_data": demo.DOMAIN_UUID,
        "call_direction": "local",
        "ringpost_dialled": "101",
    }


def test_a_call_keeps_what_was_dialled_and_notes_whose_number_it_was_sent_to(
    switch_key: Caller, operator: Caller
) -> None:
    on_its_way = {"ringpost_dialled": "12025550100", "ringpost_reached": "100"}
    assert exported(switch_key, "101", **on_its_way)["ringpost_dialled"] == "12025550100"
    assert noted(switch_key, "101", **on_its_way) == "100:101"
    assert noted(switch_key, "100", ringpost_reached="100:x=y,z") == "100"
    assert noted(switch_key, "101", ringpost_tried="101", originate_disposition="USER_BUSY") == "101"
    for code in ("*97", "*98", "*99101", "*3001", "*5900"):
        assert noted(switch_key, code) is None, "nobody's number"


@pytest.mark.parametrize(("number", "extension"), [("101", ",Ringpost-Extension=101"), ("*3001", ""), ("*99101", "")])
def test_it_is_told_that_somebody_who_has_spoken_is_sent_on(switch_key: Caller, number: str, extension: str) -> None:
    told = ("event", f"Event-Name=CUSTOM,Event-Subclass=ringpost::sent,Ringpost-Number={number}{extension}")
    assert told in dialled(switch_key, number, bridge_uuid=demo.CALL_UUID)
    assert told not in dialled(switch_key, number), "who has spoken to nobody"
    assert not [one for one in dialled(switch_key, "*5900", bridge_uuid=demo.CALL_UUID) if one[0] == "event"], (
        "is parked"
    )


def test_a_condition_is_the_number_itself_and_nothing_else(switch_key: Caller, operator: Caller) -> None:
    operator.done("extension-create", **IN_HOME, extension="*1#")
    found = read(ask(switch_key, CALL.format(context=HOME, number=quote("*1#"))))
    condition = found.find(".//extension[@name='ringpost']/condition")
    assert condition is not None
    pattern = condition.get("expression", "")
    assert re.fullmatch(pattern, "*1#")
    assert not re.fullmatch(pattern, "1#")


def marks(number: str, timeout: int, operator: Caller) -> str:
    """What a leg to an extension carries in a ring group."""
    uuid = operator.done("extension-details", **IN_HOME, extension=number)["extension_uuid"]
    return (
        f"leg_timeout={timeout},sip_invite_domain={HOME},presence_id={number}@{HOME},dialed_user={number},"
        f"dialed_domain={HOME},user_context={HOME},accountcode={number}@{HOME},extension_uuid={uuid},"
        f"ringpost_number={number},ringpost_limit=5"
    )


@pytest.mark.parametrize("strategy", ["simultaneous", "sequence", "rollover", "enterprise"])
def test_a_ring_group_rings_as_its_strategy_says(switch_key: Caller, operator: Caller, strategy: str) -> None:
    _with_trunk(operator)
    members = [
        {"number": "100", "timeout": 20},
        {"number": "101", "delay": 5, "timeout": 10},
        {"number": "12025550123", "delay": 3},
        {"number": "4425550123"},
        {"number": "102", "enabled": False},
    ]
    operator.done("domain-update", **IN_HOME, outbound_gateway="trunk", outbound_prefixes=["442", "1202"])
    operator.done("ringgroup-create", **IN_HOME, name="g", extension="601", strategy=strategy, destinations=members)
    _with_trunk(operator)
    steps = dialled(switch_key, "601")
    first, second = marks("100", 20, operator), marks("101", 10, operator)

    def leg(number: str, variables: str) -> str:
        return phones.all_of(number, HOME, f"[{variables}]")

    third = "[leg_timeout=30]sofia/gateway/trunk/12025550123"
    rung = {
        "simultaneous": (
            f"{leg('100', f'leg_delay_start=0,{first}')},{leg('101', f'leg_delay_start=5,{second}')},"
            "[leg_delay_start=3,leg_timeout=30]sofia/gateway/trunk/12025550123"
        ),
        "sequence": f"{leg('100', first)}|{third}|{leg('101', second)}",
        "rollover": f"{leg('100', first)}|{leg('101', second)}|{third}",
        "enterprise": (
            f"{{call_uuid=${{uuid}},originate_delay_start=0,{first}}}{phones.all_of('100', HOME)}"
            f":_:{{call_uuid=${{uuid}},originate_delay_start=5000,{second}}}{phones.all_of('101', HOME)}"
            ":_:{call_uuid=${uuid},originate_delay_start=3000,leg_timeout=30}sofia/gateway/trunk/12025550123"
        ),
    }
    assert ("bridge", rung[strategy]) in steps
    assert steps[-1] == ("hangup", "${originate_failed_cause}")


def test_a_random_ring_group_rings_one_after_the_other_in_any_order(switch_key: Caller, operator: Caller) -> None:
    _with_trunk(operator)
    numbers = [f"1202555010{place}" for place in range(8)]
    members = [{"number": number} for number in numbers]
    operator.done("ringgroup-create", **IN_HOME, name="g", extension="601", strategy="random", destinations=members)
    orders = {dict(dialled(switch_key, "601"))["bridge"] for _ in range(20)}
    assert len(orders) > 1
    assert {tuple(sorted(order.split("|"))) for order in orders} == {
        tuple(f"[leg_timeout=30]sofia/gateway/trunk/{number}" for number in numbers)
    }


def test_a_call_from_outside_goes_to_the_domain_its_number_belongs_to(switch_key: Caller) -> None:
    for spelling in ("12025550100", "+12025550100", "2025550100"):
        assert dialled(switch_key, spelling, "public") == [("transfer", f"600 XML {HOME}")]
        assert exported(switch_key, spelling, "public")["call_direction"] == "inbound"
    assert dialled(switch_key, "12025550199", "public") == []
    assert exported(switch_key, "600", call_direction="inbound")["call_direction"] == "inbound", "it stays inbound"


def test_two_countries_numbers_are_told_apart_and_what_may_be_either_goes_nowhere(
    switch_key: Caller, operator: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    operator.done("domain-create", domain_name="nz.example.net", country="NZ", switch="lab")
    operator.done("destination-create", domain_name="nz.example.net", number="+6465550101", extension="100")
    assert dialled(switch_key, "+6465550101", "public") == [("transfer", "100 XML nz.example.net")]
    assert dialled(switch_key, "6465550101", "public") == [("transfer", "100 XML nz.example.net")], "nobody else's yet"
    assert dialled(switch_key, "+16465550101", "public") == []
    operator.done("destination-create", domain_name=HOME, number="+16465550101", extension="101")
    for spelling in ("+16465550101", "16465550101", "01116465550101"):
        assert dialled(switch_key, spelling, "public") == [("transfer", f"101 XML {HOME}")]
    for spelling in ("+6465550101", "006465550101", "065550101"):
        assert dialled(switch_key, spelling, "public") == [("transfer", "100 XML nz.example.net")]
    assert dialled(switch_key, "6465550101", "public") == []
    assert "6465550101 may be for several domains" in caplog.text


def test_a_disabled_destination_leads_nowhere(switch_key: Caller, operator: Caller) -> None:
    operator.done("destination-update", number="12025550100", destination_enabled=False)
    assert dialled(switch_key, "12025550100", "public") == []


def test_a_number_outside_needs_a_gateway_and_an_allowed_prefix(switch_key: Caller, operator: Caller) -> None:
    assert dialled(switch_key, "12025550123") == []
    _with_trunk(operator)
    assert dialled(switch_key, "12025550123")[0] == ("bridge", "sofia/gateway/trunk/12025550123")
    assert dialled(switch_key, "19005550123") == []
    assert dialled(switch_key, "*12025550123") == []


def test_hold_music_is_played_until_somebody_hangs_up(switch_key: Caller, operator: Caller) -> None:
    assert dialled(switch_key, "*9664") == [("answer", ""), ("endless_playback", "${hold_music}")]
    operator.done("extension-create", **IN_HOME, extension="9664")
    assert dialled(switch_key, "9664")[-1][0] == "voicemail"


def test_outside_is_shown_what_the_extension_shows_there(switch_key: Caller, operator: Caller) -> None:
    _with_trunk(operator)
    one = operator.done(
        "extension-update", **IN_HOME, extension="100", outbound_caller_id_number="12025550100",
        outbound_caller_id_name="Main & Co <x>",
    )  # fmt: skip
    steps = dialled(switch_key, "12025550123", extension_uuid=one["extension_uuid"])
    assert ("set", "effective_caller_id_number=12025550100") in steps
    assert ("set", "effective_caller_id_name=Main & Co <x>") in steps


def test_a_call_we_placed_shows_what_was_asked_for(switch_key: Caller) -> None:
    steps = dialled(
        switch_key, "101", ringpost_b="101", origination_caller_id_number="5550177",
        origination_caller_id_name="Front desk",
    )  # fmt: skip
    assert ("set", "effective_caller_id_number=5550177") in steps
    assert ("set", "effective_caller_id_name=Front desk") in steps
    hostile = dialled(switch_key, "101", ringpost_b="101", origination_caller_id_number="1;x", domain_name="y")
    assert not any("effective" in data for _, data in hostile)


@pytest.mark.parametrize("number", ["911", "112", "555"])
def test_emergency_calls_come_before_everything_else(switch_key: Caller, operator: Caller, number: str) -> None:
    _with_trunk(operator, emergency_numbers=["555"])
    one = operator.done(
        "extension-update", **IN_HOME, extension="100", emergency_caller_id_number="12025550111",
        outbound_caller_id_number="12025550100",
    )  # fmt: skip
    phone = {"sip_authorized": "true", "extension_uuid": one["extension_uuid"]}
    assert dialled(switch_key, number, **phone) == [
        ("set", "effective_caller_id_number=12025550111"),
        ("bridge", f"sofia/gateway/trunk/{number}"),
        ("hangup", "${originate_failed_cause}"),
    ]
    assert dialled(switch_key, number) == [], "nobody but our own phones"


def test_without_a_gateway_an_emergency_call_is_told_so(switch_key: Caller) -> None:
    assert dialled(switch_key, "911", sip_authorized="true") == [("respond", "503 No way to place an emergency call")]


@pytest.mark.parametrize(
    ("number", "last"),
    [
        ("*97", ("voicemail", f"check default {HOME} 100")),
        ("*98", ("voicemail", f"check default {HOME}")),
        ("*99101", ("voicemail", f"default {HOME} 101")),
        ("*342", ("conference", f"42-{HOME}@default")),
        ("*5900", ("valet_park", f"park@{HOME} auto in 5901 5999")),
        ("*5901", ("valet_park", f"park@{HOME} 5901")),
    ],
)
def test_codes_every_domain_has(switch_key: Caller, operator: Caller, number: str, last: tuple[str, str]) -> None:
    one = operator.done("extension-details", **IN_HOME, extension="100")
    assert dialled(switch_key, number, extension_uuid=one["extension_uuid"])[-1] == last


@pytest.mark.parametrize("number", ["*99199", "*99600", "*6000", "*3", "*31234567", "*5899", "199", "0", "+", "*"])
def test_a_number_nobody_has_leads_nowhere(switch_key: Caller, number: str) -> None:
    assert dialled(switch_key, number) == []


def test_a_leg_of_another_domain_gets_nowhere_in_this_one(switch_key: Caller) -> None:
    assert dialled(switch_key, "101", domain_uuid=demo.EMPTY_DOMAIN_UUID) == []
    assert dialled(switch_key, "101", domain_uuid=demo.DOMAIN_UUID) != []


def test_what_is_disabled_leads_nowhere(switch_key: Caller, operator: Caller) -> None:
    operator.done("extension-update", **IN_HOME, extension="101", enabled=False)
    operator.done("ringgroup-update", **IN_HOME, extension="600", ring_group_enabled=False)
    for number in ("101", "*99101", "600"):
        assert dialled(switch_key, number) == []
    operator.done("domain-update", **IN_HOME, domain_enabled=False)
    assert dialled(switch_key, "12025550100", "public") == []


def test_a_ring_group_nobody_of_which_can_be_rung_says_so(switch_key: Caller, operator: Caller) -> None:
    members = [{"number": "12025550123"}]
    operator.done("ringgroup-create", **IN_HOME, name="g", extension="601", strategy="random", destinations=members)
    assert dialled(switch_key, "601") == [("hangup", "NO_ROUTE_DESTINATION")]


def test_an_extension_without_a_password_cannot_register(house: House, switch_key: Caller, operator: Caller) -> None:
    one = operator.done("extension-details", **IN_HOME, extension="100")
    house.store.transact([Delete(keys.sip_password(demo.DOMAIN_UUID, one["extension_uuid"]))])
    assert is_not_found(register(switch_key))


HOSTILE = [
    "${system(reboot)}", "$${domain}", '"><X-PRE-PROCESS cmd="exec" data="reboot"/>', "x-pre-process", "<!--#exec x-->",
    "<include>", "<?xml?>", "a' b\" c", "]]>", "&amp;", "\u20ac\U0001f600",
]  # fmt: skip


def assert_is_no_order(shown: str) -> None:
    """Nothing in it is expanded, cut, or ends the quotes of a header."""
    assert "${" not in shown
    assert not set(shown) & set('"\\/:@\r\n')


@pytest.mark.parametrize("name", HOSTILE)
def test_nobody_who_calls_is_called_an_order(switch_key: Caller, operator: Caller, name: str) -> None:
    operator.done("ringgroup-update", **IN_HOME, extension="600", ring_group_cid_name_prefix="Sales")
    operator.done("destination-update", number="12025550100", destination_cid_name_prefix="Berlin")
    for context, number, before in ((HOME, "600", "Sales "), ("public", "12025550100", "Berlin ")):
        body = CALL.format(context=context, number=number).replace("User%20100", quote(name))
        assert_harmless(ask(switch_key, body).text)
        data = [one.get("data", "") for one in read(ask(switch_key, body)).iter("action")]
        named = [one.partition("=")[2] for one in data if one.startswith("effective_caller_id_name=")]
        assert [one.startswith(before) for one in named] == [True]
        assert_is_no_order(named[0])
        assert "${caller_id_name}" not in data


def test_prefixes_add_up(switch_key: Caller, operator: Caller) -> None:
    operator.done("ringgroup-update", **IN_HOME, extension="600", ring_group_cid_name_prefix="[Sales]")
    operator.done("destination-update", number="12025550100", destination_cid_name_prefix="Berlin:")
    inbound = dict(one.split("=", 1) for app, one in dialled(switch_key, "12025550100", "public") if app == "set")
    assert inbound["effective_caller_id_name"] == "Berlin%3A User 100"
    prefix = inbound["ringpost_prefix"].replace("%3A", ":")  # as it is posted, and read from the form
    steps = [one for app, one in dialled(switch_key, "600", ringpost_prefix=prefix) if app == "set"]
    assert "effective_caller_id_name=Berlin%3A [Sales] User 100" in steps


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_reaches_the_preprocessor_or_the_xml(switch_key: Caller, operator: Caller, name: str) -> None:
    operator.done("extension-update", **IN_HOME, extension="100", effective_caller_id_name=name)
    reply = ask(switch_key, REGISTER.format(user="100", domain=HOME))
    assert_is_no_order(variables(read(reply))["effective_caller_id_name"])
    assert_harmless(reply.text)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_prefix_of_a_group_or_a_number_reaches_them_either(switch_key: Caller, operator: Caller, name: str) -> None:
    operator.done("ringgroup-update", **IN_HOME, extension="600", ring_group_cid_name_prefix=name)
    operator.done("destination-update", number="12025550100", destination_cid_name_prefix=name)
    for context, number in ((HOME, "600"), ("public", "12025550100")):
        assert_harmless(ask(switch_key, CALL.format(context=context, number=number)).text)
        for application, data in dialled(switch_key, number, context):
            if application == "set" and "effective" in data:
                assert data.endswith(" User 100")
                assert_is_no_order(data.partition("=")[2])


@pytest.mark.parametrize("context", ["$${domain}", "X-PRE-PROCESS", '"/><x', HOME + "$$", "public&section=x"])
def test_no_context_or_domain_reaches_them_either(switch_key: Caller, context: str) -> None:
    for body in (CALL.format(context=quote(context), number="101"), REGISTER.format(user="100", domain=quote(context))):
        assert_harmless(ask(switch_key, body).text)


def test_the_preprocessors_words_are_spelled_out_wherever_they_come_from(operator: Caller) -> None:
    operator.done("domain-create", domain_name="x-pre-process.example.net")
    operator.done("extension-create", domain_name="x-pre-process.example.net", extension="100")
    reply = ask(operator, REGISTER.format(user="100", domain="X-Pre-Process.example.net"))
    assert_harmless(reply.text)
    domain = read(reply).find(".//domain")
    assert domain is not None
    assert domain.get("name") == "X-Pre-Process.example.net"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.binary(max_size=300), st.dictionaries(st.sampled_from(["section", "user", "domain", "key", "Hunt-Context",
       "Hunt-Destination-Number", "purpose", "variable_domain_uuid", "variable_extension_uuid"]),
       st.text(max_size=20), max_size=6))  # fmt: skip
def test_whatever_is_posted_is_answered(switch_key: Caller, noise: bytes, members: dict[str, Any]) -> None:
    form = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in members.items()).encode()
    reply = switch_key.post(b"section=dialplan&" + form + b"&" + noise, path="/freeswitch-xml")
    assert reply.status in {200, 400}
    if reply.status == 200:
        assert_harmless(reply.text)
        read(reply)


def assert_harmless(text: str) -> None:
    """Nothing in it that FreeSWITCH's preprocessor would act on, line by line, before it is read as XML."""
    first, *lines = text.splitlines()
    assert first.startswith("<?xml ")
    for line in lines:
        assert "$$" not in line
        assert "x-pre-process" not in line.lower()
        assert "<?" not in line
        assert "<!--" not in line
        assert "<include>" not in line
        assert line.count("<") <= 2, "one element a line"


def _with_trunk(operator: Caller, **more: Any) -> None:
    operator.done("domain-update", **IN_HOME, outbound_gateway="trunk", outbound_prefixes=["1202"], **more)


# do not disturb, forwards, boxes


LOOKUP = (
    "hostname=fs-xmlcurl&section=directory&tag_name=domain&key_name=name&key_value={domain}&Event-Name=REQUEST_PARAMS"
    "&action={action}&key=id&user={user}&domain={domain}"
)


def looked_up(caller: Caller, user: str, action: str = "voicemail-lookup", more: str = "") -> ET.Element:
    return read(ask(caller, LOOKUP.format(domain=HOME, user=user, action=action) + more))


def ordered(house: House, call_uuid: str) -> CallOrder:
    """A call from 100 to 101 that was placed here."""
    order = CallOrder(
        call_uuid=call_uuid,
        domain_uuid=demo.DOMAIN_UUID,
        domain_name=HOME,
        caller_id_number="5550100",
        destination_a="100",
        destination_b="101",
        placed_at="2026-11-22T11:59:58.000Z",
        key_uuid=demo.PUBLIC_KEY_UUID,
    )
    house.store.transact([Put(Row(keys.order(demo.DOMAIN_UUID, call_uuid), order.model_dump_json()), if_absent=True)])
    return order


def forward(operator: Caller, number: str, **kinds: str) -> None:
    for to in kinds.values():
        if len(to) == 3:
            operator.call("extension-create", **IN_HOME, extension=to)  # unless it is there
    sent = {kind: {"enabled": True, "destination": to} for kind, to in kinds.items()}
    operator.done("extension-forward-set", **IN_HOME, extension=number, **sent)


def test_who_is_not_to_be_disturbed_does_not_ring(switch_key: Caller, operator: Caller) -> None:
    operator.done("extension-dnd-set", **IN_HOME, extension="100", enabled=True)
    steps = dialled(switch_key, "100")
    assert [name for name, _ in steps] == ["answer", "sleep", "voicemail"]
    operator.done("voicemail-update", **IN_HOME, voicemail="100", enabled=False)
    assert dialled(switch_key, "100") == [("hangup", "USER_BUSY")]
    forward(operator, "100", busy="101")
    assert dialled(switch_key, "100") == [("set", "ringpost_passed=100"), ("transfer", f"101 XML {HOME}")]


def test_nor_does_it_in_a_ring_group(switch_key: Caller, operator: Caller) -> None:
    operator.done("extension-dnd-set", **IN_HOME, extension="100", enabled=True)
    members = [{"number": "100"}, {"number": "199"}]
    operator.done("ringgroup-create", **IN_HOME, name="g", extension="601", strategy="rollover", destinations=members)
    assert ("bridge", "error/USER_BUSY|error/SUBSCRIBER_ABSENT") in dialled(switch_key, "601")
    assert "dial-string" not in params(register(switch_key))


def test_all_phones_ring_first_in_a_call_of_ours_and_are_marked_with_it(switch_key: Caller) -> None:
    assert "dial-string" not in params(looked_up(switch_key, "100", "user_call", ""))
    found = looked_up(switch_key, "100", "user_call", f"&ringpost_call_uuid={CLICK}")
    dial = params(found)["dial-string"]
    number = "${sofia_count_reg(internal/${dialed_user}@${dialed_domain})}"
    only = f"${{cond({number} == 1 ? origination_uuid : ringpost_call_uuid)}}"
    assert dial.startswith(f"{{{only}={CLICK},ringpost_phones={number}}}{{"), "only one leg can have its uuid"
    assert dial.endswith("}" + phones.all_of("${dialed_user}", "${dialed_domain}"))
    assert variables(found)["presence_data"] == f"{demo.DOMAIN_UUID}:{CLICK}"


@pytest.mark.parametrize("more", ["", "&ringpost_call_uuid=none", "&ringpost_call_uuid=%24%7Bx%7D"])
def test_what_is_no_uuid_marks_no_phone(switch_key: Caller, more: str) -> None:
    found = looked_up(switch_key, "100", "user_call", more)
    assert ("dial-string" in params(found), variables(found)["presence_data"]) == (False, demo.DOMAIN_UUID)
    registers = params(looked_up(switch_key, "100", more=f"&ringpost_call_uuid={CLICK}"))
    assert "dial-string" not in registers


def test_whoever_is_rung_for_an_a_is_told_which_leg_that_is(switch_key: Caller) -> None:
    ours = exported(switch_key, "101", ringpost_call_uuid=CLICK)
    assert "ringpost_from" not in ours, "which channel it is was not said"
    body = CALL.format(context=HOME, number="101") + f"&Unique-ID={PHONE}&variable_ringpost_call_uuid={CLICK}"
    actions = read(ask(switch_key, body)).iter("action")
    data = dict(one.get("data", "").split("=", 1) for one in actions if one.get("application") == "export")
    assert data["ringpost_from"] == f"{PHONE}:{CLICK}"
    assert (data["nolocal:presence_data"], "presence_data" in data) == (demo.DOMAIN_UUID, False)
    assert exported(switch_key, "101")["presence_data"] == demo.DOMAIN_UUID


def test_a_forward_for_always_is_another_number(switch_key: Caller, operator: Caller) -> None:
    forward(operator, "100", unconditional="5550123")
    assert dialled(switch_key, "100") == [("set", "ringpost_passed=100"), ("transfer", f"5550123 XML {HOME}")]
    assert dialled(switch_key, "100", ringpost_passed="102:5550123")[0][0] != "transfer"
    assert ("bridge", f"user/100@{HOME}") in dialled(switch_key, "100", ringpost_passed="5550123")


@pytest.mark.parametrize(
    ("disposition", "to"),
    [
        ("USER_BUSY", "201"),
        ("CALL_REJECTED", "201"),
        ("NO_ANSWER", "202"),
        ("ALLOTTED_TIMEOUT", "202"),
        ("USER_NOT_REGISTERED", "203"),
        ("NO_USER_RESPONSE", "203"),
    ],
)
def test_phones_that_were_not_reached_are_asked_about_again(
    switch_key: Caller, operator: Caller, disposition: str, to: str
) -> None:
    forward(operator, "100", busy="201", noanswer="202", unregistered="203")
    steps = dialled(switch_key, "100")
    assert steps[0] == ("set", "ringpost_tried=100")
    assert steps[-2:] == [("bridge", f"user/100@{HOME}"), ("transfer", f"100 XML {HOME}")]
    tried = {"ringpost_tried": "100", "originate_disposition": disposition}
    assert dialled(switch_key, "100", **tried) == [("set", "ringpost_passed=100"), ("transfer", f"{to} XML {HOME}")]


def test_without_a_forward_for_that_case_they_end_as_ever(switch_key: Caller, operator: Caller) -> None:
    forward(operator, "100", busy="201")
    tried = {"ringpost_tried": "100", "originate_disposition": "NO_ANSWER"}
    assert [name for name, _ in dialled(switch_key, "100", **tried)] == ["answer", "sleep", "voicemail"]
    operator.done("voicemail-delete", **IN_HOME, voicemail="100")
    assert dialled(switch_key, "100", **tried) == [("hangup", "NO_ANSWER")]


@pytest.mark.parametrize(
    "variables",
    [
        {"ringpost_tried": "100", "originate_disposition": "SUCCESS"},
        {"ringpost_tried": "101", "originate_disposition": "USER_BUSY"},
        {"ringpost_tried": "100", "originate_disposition": "${system(x)}"},
        {"originate_disposition": "USER_BUSY"},
    ],
)
def test_a_number_that_was_not_tried_just_now_rings(
    switch_key: Caller, operator: Caller, variables: dict[str, str]
) -> None:
    forward(operator, "100", busy="201")
    assert ("bridge", f"user/100@{HOME}") in dialled(switch_key, "100", **variables)


def test_a_call_is_not_forwarded_back_nor_for_ever(switch_key: Caller, operator: Caller) -> None:
    forward(operator, "100", unconditional="101")
    assert ("bridge", f"user/100@{HOME}") in dialled(switch_key, "100", ringpost_passed="1:2:3:4:5")
    assert dialled(switch_key, "100", ringpost_passed="1:x=y:2")[0] == ("set", "ringpost_passed=1:2:100")


def test_no_forward_calls_for_help(switch_key: Caller, operator: Caller) -> None:
    _with_trunk(operator)
    assert dialled(switch_key, "911", sip_authorized="true")
    assert dialled(switch_key, "911", sip_authorized="true", ringpost_passed="100") == []
    operator.done("domain-update", **IN_HOME, outbound_prefixes=["9"])
    assert dialled(switch_key, "9911", sip_authorized="true"), "a phone says what it means"
    for more in ({}, {"sip_authorized": "true", "ringpost_passed": "100"}):
        assert dialled(switch_key, "9911", **more) == [], "nobody calls for help by being called"


def test_a_forward_outside_goes_where_the_domain_may_call(switch_key: Caller, operator: Caller) -> None:
    _with_trunk(operator)
    operator.done("domain-update", **IN_HOME, outbound_gateway="trunk", outbound_prefixes=["442", "1202"])
    forward(operator, "100", unconditional="4425550123")
    _with_trunk(operator)
    assert dialled(switch_key, "4425550123", ringpost_passed="100") == []
    forward(operator, "100", unconditional="12025550123")
    assert ("bridge", "sofia/gateway/trunk/12025550123") in dialled(switch_key, "12025550123", ringpost_passed="100")


def test_who_shows_no_number_is_private(switch_key: Caller, operator: Caller) -> None:
    _with_trunk(operator)
    operator.done("user-update", **IN_HOME, user="alice", outgoing_caller_id="anonymous")
    alice = operator.done("extension-details", **IN_HOME, extension="100")["extension_uuid"]
    steps = dialled(switch_key, "12025550123", extension_uuid=alice)
    assert ("privacy", "full") in steps
    assert ("set", "effective_caller_id_number=anonymous") in steps


def test_a_box_of_another_number_takes_the_messages(switch_key: Caller, operator: Caller) -> None:
    pin = operator.done("voicemail-create", **IN_HOME, name="Sales", number="700")["password"]
    operator.done("user-update", **IN_HOME, user="alice", voicemail="700")
    assert ("voicemail", f"default {HOME} 700") in dialled(switch_key, "100")
    assert ("voicemail", f"default {HOME} 700") in dialled(switch_key, "*99100")
    found = params(looked_up(switch_key, "700"))
    assert found["vm-a1-hash"] == hashlib.md5(f"700:{HOME}:{pin}".encode()).hexdigest()
    alice = operator.done("extension-details", **IN_HOME, extension="100")["extension_uuid"]
    assert ("voicemail", f"check default {HOME} 700") in dialled(switch_key, "*97", extension_uuid=alice)


def test_nobody_registers_as_a_box(switch_key: Caller, operator: Caller) -> None:
    operator.done("voicemail-create", **IN_HOME, name="Sales", number="700")
    assert is_not_found(register(switch_key, "700"))
    one, other = (params(looked_up(switch_key, "700"))["a1-hash"] for _ in range(2))
    assert one != other, "a password nobody has"


def test_mail_of_a_box_goes_where_it_says(switch_key: Caller, operator: Caller) -> None:
    assert "vm-mailto" not in params(looked_up(switch_key, "100"))
    box = {"email": "alice@example.net", "delete_messages": True, "attach_audio": False, "timezone": "Europe/Paris"}
    operator.done("voicemail-update", **IN_HOME, voicemail="100", **box)
    found = params(looked_up(switch_key, "100"))
    assert (found["vm-mailto"], found["vm-attach-file"], found["vm-keep-local-after-email"], found["timezone"]) == (
        "alice@example.net", "false", "false", "Europe/Paris",
    )  # fmt: skip


def test_an_address_from_before_is_there_to_be_read_and_no_switch_hears_of_it(
    house: House, switch_key: Caller, operator: Caller
) -> None:
    operator.done("voicemail-update", **IN_HOME, voicemail="100", email="alice@example.net")
    key = keys.voicemail(operator.done("domain-details", **IN_HOME)["domain_uuid"], "100")
    row = house.store.get(key)
    assert row is not None
    body = row.body.replace("alice@example.net", "a`id`@example.net")
    house.store.transact([Put(Row(key, body, row.version))])
    assert operator.done("voicemail-details", **IN_HOME, voicemail="100")["email"] == "a`id`@example.net"
    assert "vm-mailto" not in params(looked_up(switch_key, "100"))
    after = operator.done("voicemail-update", **IN_HOME, voicemail="100", description="still hers")
    assert after["email"] == "a`id`@example.net"


def test_ones_own_box_may_open_without_its_pin(switch_key: Caller, operator: Caller) -> None:
    alice = operator.done("extension-details", **IN_HOME, extension="100")["extension_uuid"]
    assert ("set", "voicemail_authorized=true") not in dialled(switch_key, "*97", extension_uuid=alice)
    operator.done("voicemail-update", **IN_HOME, voicemail="100", ask_password=False)
    assert ("set", "voicemail_authorized=true") in dialled(switch_key, "*97", extension_uuid=alice)
    assert ("set", "voicemail_authorized=false") in dialled(switch_key, "*98", extension_uuid=alice)


def test_nobody_opens_the_box_of_another_user(switch_key: Caller, operator: Caller) -> None:
    operator.done("user-update", **IN_HOME, user="alice", voicemail="100")
    operator.done("voicemail-update", **IN_HOME, voicemail="100", ask_password=False)
    operator.done("user-extension-remove", **IN_HOME, user="alice", extension="100")
    operator.done("user-extension-add", **IN_HOME, user="bob", extension="100")
    uuid = operator.done("extension-details", **IN_HOME, extension="100")["extension_uuid"]
    steps = dialled(switch_key, "*97", extension_uuid=uuid)
    assert ("set", "voicemail_authorized=false") in steps
    assert ("voicemail", f"check default {HOME}") in steps
    assert "voicemail" not in [name for name, _ in dialled(switch_key, "100")]


# who calls says of itself what it likes

WICKED = st.text(st.sampled_from("%0dDaA25 \r\n\t\x01\x7f$\\{}=:,1é"), max_size=12)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def known_as(found: ET.Element, **said: str) -> dict[str, str]:
    """How FreeSWITCH knows a caller that has come to it, by the answer's own conditions."""
    known = dict(said)
    for condition in found.iterfind(".//extension[@name='ringpost-plainly']/condition"):
        met = re.search(condition.get("expression", ""), said[condition.get("field", "")])
        for action in condition if met else ():
            member, _, value = action.get("data", "").partition("=")
            known[member] = value.replace("$1", met[1] if met and met.groups() else "")
    return known


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=WICKED, number=WICKED)
def test_no_caller_is_known_by_a_line_break(switch_key: Caller, name: str, number: str) -> None:
    known = known_as(
        read(ask(switch_key, CALL.format(context="public", number="12025550100"))),
        caller_id_name=name,
        caller_id_number=number,
    )
    for member, said in (("caller_id_name", name), ("caller_id_number", number)):
        plain = known[member]
        assert not re.search(r"%[ +-]*[0-9A-Fa-f]|[\x00-\x1f\x7f]", plain), "so FreeSWITCH decodes nothing"
        if plain != said:
            assert re.search(r"[%\x00-\x1f\x7f]" if member == "caller_id_name" else r"[%$\\\x00-\x1f\x7f]", said)
            assert "${" not in plain
    assert known["caller_id_number"] or not number


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(said=WICKED, prefix=WICKED)
def test_no_step_has_a_control_character_whatever_a_caller_is_called(
    switch_key: Caller, operator: Caller, said: str, prefix: str
) -> None:
    operator.done("destination-update", number="12025550100", destination_cid_name_prefix="New")
    variables = {
        "ringpost_prefix": prefix,
        "origination_caller_id_name": said,
        "origination_caller_id_number": "5550199",
        "ringpost_b": "101",
    }
    more = "".join(f"&variable_{name}={quote(value)}" for name, value in variables.items())
    asked = CALL.replace("User%20100", "{said}")
    for context, number in ((HOME, "101"), (HOME, "600"), ("public", "12025550100")):
        question = asked.format(said=quote(said), context=context, number=number)
        found = read(
            ask(switch_key, question + (more if context == HOME else f"&variable_ringpost_prefix={quote(prefix)}"))
        )
        steps = [one.get("data", "") for one in found.iterfind(_BUT_NAMES)]
        assert context == HOME or any(step.startswith("effective_caller_id_name=") for step in steps)
        for step in steps:
            assert not CONTROL.search(unquote(step)), step
