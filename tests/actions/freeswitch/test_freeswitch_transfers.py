"""What a FreeSWITCH is answered, and hands in, of transfers, rooms and parking lots."""

import json
from itertools import permutations

import pytest

from ringpost.entry import demo
from tests.actions.freeswitch.test_freeswitch_cdr import capture, handed_in, recorded, taken
from tests.actions.freeswitch.test_freeswitch_xml import dialled
from tests.harness import Caller

TRANSFER, WAITS = "f1f1f1f1-0000-4000-8000-000000000009", "b1b1b1b1-0000-4000-8000-000000000009"
CONSULTS = f"{TRANSFER}:{WAITS}:{WAITS}:101"
BY_ITS_PHONE = ["transferred/a-leg", "transferred/b-leg", "transferred/other-leg", "transferred/recipient-leg"]
"""100 calls 101, whose phone calls 102 and puts 100 through to it: as FreeSWITCH 1.11.3 posted the four legs."""


def test_who_asks_a_number_that_leads_nowhere_any_more_talks_with_who_waits_again(switch_key: Caller) -> None:
    assert dialled(switch_key, "199") == []
    found = dialled(switch_key, "199", ringpost_consults=CONSULTS)
    assert found[-2:] == [("intercept", WAITS), ("hangup", "NORMAL_CLEARING")]


def test_who_asks_is_led_on_as_whoever_dials_and_back_at_the_end(switch_key: Caller) -> None:
    about = {"ringpost_consults": CONSULTS, "bridge_uuid": WAITS}
    found = dialled(switch_key, "101", **about)
    assert ("bridge", f"user/101@{demo.DOMAIN_NAME}") in found
    assert any(data.endswith(f",Ringpost-Consults={CONSULTS}") for application, data in found if application == "event")
    assert "intercept" in [application for application, _ in found]


@pytest.mark.parametrize("mark", ["", "x", f"{CONSULTS}:x", CONSULTS.replace("101", "1 XML public"), "${system(x)}"])
def test_a_mark_that_is_none_marks_nothing(switch_key: Caller, mark: str) -> None:
    assert dialled(switch_key, "101", ringpost_consults=mark) == dialled(switch_key, "101")


def test_a_room_is_what_the_table_says(switch_key: Caller, tenant: Caller) -> None:
    tenant.done("conference-create", name="Board", extension="882", pin="4711", moderator_pin="4712", announce=False)
    found = dialled(switch_key, "882")
    assert found[-1] == ("conference", f"room-882-{demo.DOMAIN_NAME}@quiet")
    assert "play_and_get_digits" in [application for application, _ in found]
    invited = dialled(switch_key, "882", ringpost_invited="882:moderator")
    assert "play_and_get_digits" not in [application for application, _ in invited]
    tenant.done("conference-update", conference="882", enabled=False)
    assert dialled(switch_key, "882") == []


def test_a_lot_is_what_the_table_says(switch_key: Caller, tenant: Caller) -> None:
    about = {"name": "Backyard", "extension": "890", "slots_start": "891", "slots_end": "893", "timeout": 30}
    lot = tenant.done("parkinglot-create", **about)["parkinglot_uuid"]

    def goes(number: str = "890", **variables: str) -> str:
        found = dict(data.partition("=")[::2] for _, data in dialled(switch_key, number, **variables))
        return found["valet_parking_orbit_exten"].rpartition("^")[2]

    assert dialled(switch_key, "890")[-1] == ("valet_park", f"{lot}.3@{demo.DOMAIN_NAME} auto in 891 893")
    assert dialled(switch_key, "892")[-1] == ("valet_park", f"{lot}.3@{demo.DOMAIN_NAME} 892")
    assert goes() == "hangup:NORMAL_CLEARING", "nobody knows who has parked"
    assert goes(ringpost_parked_by="101") == f"transfer:101 XML {demo.DOMAIN_NAME}"
    assert goes(ringpost_parked_by="${x}") == "hangup:NORMAL_CLEARING"
    tenant.done("parkinglot-update", parkinglot="890", timeout_destination="100")
    assert goes(ringpost_parked_by="101") == f"transfer:100 XML {demo.DOMAIN_NAME}"


def test_whoever_has_waited_for_too_long_is_not_told_to_be_sent_on(switch_key: Caller) -> None:
    spoke = {"bridge_uuid": WAITS}
    assert "event" in [application for application, _ in dialled(switch_key, "101", **spoke)]
    timed_out = dialled(switch_key, "101", ringpost_timed_out="true", **spoke)
    assert "event" not in [application for application, _ in timed_out]
    assert ("set", "ringpost_timed_out=") in timed_out


@pytest.mark.parametrize("order", list(permutations(BY_ITS_PHONE)), ids=lambda order: " ".join(n[12] for n in order))
def test_what_a_phone_puts_through_itself_is_one_call_in_whatever_order_its_legs_come(
    tenant: Caller, order: tuple[str, ...]
) -> None:
    for name in order:
        taken(tenant, name)
    [call] = recorded(tenant)
    assert call["xml_cdr_uuid"] == capture("transferred/a-leg")["variables"]["uuid"]
    assert [leg["leg"] for leg in call["legs"]] == ["a", "b", "b", "b"]
    other = next(leg for leg in call["legs"] if leg["xml_cdr_uuid"] == _uuid("transferred/other-leg"))
    assert (other["originating_leg_uuid"], other["billsec"]) == (_uuid("transferred/b-leg"), 1)
    assert set(call["extensions"]) == {"100", "101", "102"}
    for name in order:
        taken(tenant, name)
    assert recorded(tenant) == [call], "again is nothing new"


def _uuid(name: str) -> str:
    return str(capture(name)["variables"]["uuid"])


def test_a_rooms_pin_is_in_no_record(tenant: Caller) -> None:
    asked = "1%204%203%2010000%20%23%20conference/conf-pin.wav%20%5E(%3F%3A4711)%24"
    post = capture("answered-a-leg", last_app="play_and_get_digits", last_arg=asked)
    assert handed_in(tenant, post).status == 200
    assert "4711" not in json.dumps(recorded(tenant))
