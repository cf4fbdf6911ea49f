"""Names, from the API to the INVITE at a phone or a provider: as they were written."""

import re

import pytest

from ringpost.switch.asterisk import names
from tests.live.conftest import HERE, House
from tests.live.own_transfers import OwnTransfers
from tests.live.patience import eventually
from tests.live.phones import ACCEPTING, ADDRESS, RINGING, Answering, Caller, Phone, Registering
from tests.live.under_test import KIND

pytestmark = pytest.mark.expects_complaint(
    r"Invalid data \(\$\{sip_(from_display|full_from)\} contains a variable\)",
    "FreeSWITCH says so of a caller who is named like a variable, and does not expand it",
)

Phones = tuple[Phone, Phone]
NAMES = {
    "Müller, Söhne & Co": "Müller, Söhne & Co",
    "The \"Best\" 'of' them": "The 'Best' 'of' them",
    "[a=b,c] {d=e}": "[a=b,c] {d=e}",
    "x],[origination_caller_id_number=911": "x],[origination_caller_id_number=911",
    "x},{sip_h_X-Evil=1": "x},{sip_h_X-Evil=1",
    "${domain_name} $${domain} $5": "${domain_name} $${domain} $5",
    "${system(touch /dev/shm/evil)}": "${system(touch /dev/shm/evil)}",
    "AT/T: bob@example.net": "AT/T: bob@example.net",
    "100% 50%20 %41": "100% 50%20 %41",
    "back\\slash\\": "back\\\\slash\\\\",
    "<sip:911@example.net>;x=|y^^:z": "<sip:911@example.net>;x=|y^^:z",
    "undef": "undef",
    "a=b": "a=b",
    "日本 Zoë 🙂": "日本 Zoë 🙂",
}


def shown(invite: str) -> str:
    """The name a call shows, as SIP quotes it."""
    found = re.search(r'^From: ?"(.*)" ?<sip:[^"]*$', invite, re.MULTILINE)
    return found[1] if found else invite


def expected(name: str) -> str:
    """An Asterisk is given no name with what its plan would read."""
    return names.shown(name) if KIND == "asterisk" else NAMES[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_provider_is_shown_an_extensions_name(house: House, phones: Phones, name: str):
    number = f"120255501{30 + list(NAMES).index(name)}"
    house.api.do("extension-update", extension="100", outbound_caller_id_name=name)
    phones[0].dial(number)
    invite = eventually(lambda: house.provider.invited(number), "the provider is called")
    house.api.do("extension-update", extension="100", outbound_caller_id_name="")
    assert shown(invite) == expected(name)
    assert "X-Evil" not in invite.replace(expected(name), "")


@pytest.mark.parametrize("name", NAMES)
def test_both_are_shown_the_name_of_an_originate(house: House, name: str):
    place = list(NAMES).index(name)
    number, outside = f"19{place:02}", f"120255501{50 + place}"
    password = house.api.do("extension-create", extension=number)["password"]
    with Answering(ACCEPTING) as phone, Registering(number, HERE, password, house.sip) as itself:
        assert itself.registers(f"<sip:{number}@{ADDRESS}:{phone.port}>") == "200 OK"
        house.api.do(
            "originate", caller_id_number="5550177", caller_id_name=name, destination_a=number, destination_b=outside
        )
        assert shown(eventually(lambda: phone.invited(number), "A is called")) == expected(name)
        assert shown(eventually(lambda: house.provider.invited(outside), "B is called")) == expected(name)


@pytest.mark.parametrize("caller", ["Ann", "${domain_name}", "${system(touch /dev/shm/evil)}", "A, {C}", "A/B: C@D"])
def test_prefixes_of_destination_and_group_add_up(house: House, caller: str):
    place = ["Ann", "${domain_name}", "${system(touch /dev/shm/evil)}", "A, {C}", "A/B: C@D"].index(caller)
    number, group, called = f"20{place}", f"67{place}", f"1202555017{place}"
    password = house.api.do("extension-create", extension=number)["password"]
    rung = {"strategy": "simultaneous", "destinations": [{"number": number}]}
    house.api.do("ringgroup-create", name=group, extension=group, ring_group_cid_name_prefix="[Sales]", **rung)
    house.api.do("destination-create", number=called, extension=group, destination_cid_name_prefix="New York:")
    with Answering(RINGING) as phone, Registering(number, HERE, password, house.sip) as itself:
        assert itself.registers(f"<sip:{number}@{ADDRESS}:{phone.port}>") == "200 OK"
        with Caller(called, house.trunk, name=caller):
            invite = eventually(lambda: phone.invited(number), "it rings")
        house.api.do("destination-delete", number=called)
        freeswitch = f"New York: [Sales] {caller.replace('$', '%')}"
        wanted = f"New York: Sales {caller}" if KIND == "asterisk" else freeswitch
        assert shown(invite) == wanted, "FreeSWITCH itself says % for $"


FORGED = {
    ("12025550199", "A%0D%0AX-Evil%3A 1"): ("A", "12025550199"),
    ("12025550199", "50% discount"): ("50", "12025550199"),
    ("12025550199", "%0AX-Evil"): ("", "12025550199"),
    ("12025550199", "A%250D%250AX-Evil%253A 1"): ("A", "12025550199"),
    ("12025550199", "100% ${domain_name}%41"): ("100% %{domain_name}A", "12025550199"),
    ("1%0D%0AX-Evil%3A%201", "Ann"): ("Ann", "1"),
    ("%0D%0AX-Evil%3A%201", "Ann"): ("Ann", "anonymous"),
}
"""The number and the name that a caller says, and what a FreeSWITCH shows; an Asterisk reads no % in a name."""
FROM = re.compile(r'^From: ?(?:"(?P<name>.*)" ?)?<sip:(?P<number>[^@>]*)', re.MULTILINE)


@pytest.mark.parametrize(("shows", "name"), FORGED)
@pytest.mark.parametrize("way", ["phone", "group", "outside"])
def test_no_caller_writes_a_line_into_what_is_sent(house: House, shows: str, name: str, way: str):
    place = list(FORGED).index((shows, name))
    number, outside = f"22{place}", f"120255501{20 + place}"
    group, called = f"66{place}", f"1202555016{place}"
    password = house.api.do("extension-create", extension=number)["password"]
    rung = {"strategy": "sequence", "destinations": [{"number": number}]}
    rings = house.api.do("ringgroup-create", name=group, extension=group, **rung)["ring_group_uuid"]
    house.api.do("destination-create", number=called, extension=group if way == "group" else number)
    if way == "outside":
        sent = {"enabled": True, "destination": outside}
        house.api.do("extension-forward-set", extension=number, unconditional=sent)
    with Answering(RINGING) as phone, Registering(number, HERE, password, house.sip) as itself:
        assert itself.registers(f"<sip:{number}@{ADDRESS}:{phone.port}>") == "200 OK"
        with Caller(called, house.trunk, shows=shows, name=name):
            whom, by = (house.provider, outside) if way == "outside" else (phone, number)
            invite = eventually(lambda: whom.invited(by), "it rings")
    house.api.do("destination-delete", number=called)
    house.api.do("ringgroup-delete", ring_group_uuid=rings)
    house.api.do("extension-delete", extension=number)
    assert not re.search(r"^X-Evil", invite, re.MULTILINE)
    if KIND == "freeswitch":
        found = FROM.search(invite)
        assert found
        assert (found["name"] or "", found["number"]) == FORGED[shows, name]


@pytest.mark.parametrize("way", ["phone", "group", "outside"])
def test_a_phone_shows_what_its_extension_is_called_whatever_it_says(house: House, way: str):
    place = ["phone", "group", "outside"].index(way)
    caller, number, group, outside = f"23{place}", f"24{place}", f"65{place}", f"120255501{15 + place}"
    own, password = (house.api.do("extension-create", extension=one)["password"] for one in (caller, number))
    rung = {"strategy": "simultaneous", "destinations": [{"number": number}]}
    house.api.do("ringgroup-create", name=group, extension=group, **rung)
    with Answering(RINGING) as phone, Registering(number, HERE, password, house.sip) as itself:
        assert itself.registers(f"<sip:{number}@{ADDRESS}:{phone.port}>") == "200 OK"
        with OwnTransfers(caller, HERE, own, house.sip) as odd:
            odd.says = '"A%0D%0AX-Evil%3A 1" '
            whom, by = (house.provider, outside) if way == "outside" else (phone, number)
            odd.calls(group if way == "group" else by)
            invite = eventually(lambda: whom.invited(by), "it rings")
    assert not re.search(r"^X-Evil", invite, re.MULTILINE)
    assert "%0D" not in invite
    assert shown(invite) == caller
