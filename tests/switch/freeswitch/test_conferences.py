"""Conference rooms on a FreeSWITCH: its dialplan, what mod_conference is told and lists, and what it tells."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.conference import Conference, ParticipantChange
from ringpost.model.errors import CannotComply, NotFound
from ringpost.model.route import Room
from ringpost.switch.freeswitch import conferences, originating
from ringpost.switch.freeswitch.driver import FreeSwitch
from ringpost.switch.freeswitch.events import notices, recorded
from tests.fakes import FakeClock
from tests.switch.freeswitch.scripted import PASSWORD, ScriptedFreeSwitch
from tests.switch.freeswitch.stage import switch_at
from tests.switch.freeswitch.test_events import events
from tests.switch.staging import HOME, OTHER, order

LISTED = (Path(__file__).parents[2] / "captures" / "conference_list.json").read_text()
"""As 1.11.3 wrote it: a room of two, a moderator and another, which is recorded twice."""
FIRST, MODERATOR = "2d5e52aa-0000-4000-8000-00000000000a", "2d5e52aa-0000-4000-8000-00000000000b"
NAME, HOMES = "room-800-live.example.net", "/var/recordings/live.example.net"
NOBODY_IN = f"-ERR Conference {NAME} not found\n"


def channel(uuid: str, domain_uuid: str, number: str) -> dict[str, str]:
    """A row of ``show channels``, as far as it is looked at."""
    account = f"{number}@live.example.net"
    return {
        "uuid": uuid,
        "call_uuid": uuid,
        "direction": "inbound",
        "created_epoch": "1795826825",
        "created": "2026-11-28 00:47:05",
        "name": f"sofia/internal/{account}",
        "state": "CS_EXECUTE",
        "callstate": "ACTIVE",
        "cid_num": number,
        "cid_name": number,
        "accountcode": account,
        "presence_id": account,
        "presence_data": domain_uuid,
    }


class Lab:
    """A FreeSWITCH with that room; ``told`` is what mod_conference was told."""

    def __init__(self, server: ScriptedFreeSwitch, clock: FakeClock) -> None:
        self.server = server
        self.switch = FreeSwitch(switch_at(server), lambda _: PASSWORD, clock)
        rows = [channel(FIRST, HOME.domain_uuid, "100"), channel(MODERATOR, HOME.domain_uuid, "101")]
        server.answers |= {
            "show": json.dumps({"row_count": 2, "rows": rows}),
            "conference json_list": LISTED,
            f"conference {NAME} json_list": LISTED,
            "conference": "+OK done\n",
            "global_getvar recordings_dir": "/var/recordings",
        }
        for leg in (FIRST, MODERATOR):
            dump = {"Answer-State": "answered", "variable_domain_uuid": HOME.domain_uuid}
            server.answers[f"uuid_dump {leg} json"] = json.dumps(dump)

    def told(self) -> list[str]:
        commands = [line.removeprefix("api ") for line in self.server.heard]
        return [line for line in commands if line.startswith("conference ") and not line.endswith("json_list")]


@pytest.fixture
def lab(clock: FakeClock) -> Iterator[Lab]:
    with ScriptedFreeSwitch() as server:
        lab = Lab(server, clock)
        yield lab
        lab.switch.close()


def test_lists_who_is_in_a_room_the_first_first(lab: Lab) -> None:
    [room] = lab.switch.rooms(HOME)
    assert (room.room, room.locked, room.recorded) == ("800", False, True)
    assert [(one.leg_uuid, one.extension, one.moderator) for one in room.participants] == [
        (FIRST, "100", False),
        (MODERATOR, "101", True),
    ]


def test_lists_no_room_of_another_domain(lab: Lab) -> None:
    assert lab.switch.rooms(OTHER) == []
    longer = HOME.model_copy(update={"domain_name": "example.net"})
    assert lab.switch.rooms(longer) == [], "though the name of the room ends like that one's"


def test_lists_nobody_in_a_room_who_is_no_leg_of_the_domain(lab: Lab) -> None:
    rows = [channel(FIRST, OTHER.domain_uuid, "100"), channel(MODERATOR, HOME.domain_uuid, "101")]
    lab.server.answers["show"] = json.dumps({"row_count": 2, "rows": rows})
    [room] = lab.switch.rooms(HOME)
    assert [one.leg_uuid for one in room.participants] == [MODERATOR]


@pytest.mark.parametrize("change", get_args(ParticipantChange))
def test_does_something_to_one_in_the_room(lab: Lab, change: ParticipantChange) -> None:
    lab.switch.change_participant(HOME, "800", MODERATOR, change)
    assert lab.told() == [f"conference {NAME} {change} 2"]


def test_does_nothing_to_who_is_not_in_the_room_or_not_of_the_domain(lab: Lab) -> None:
    gone = "2d5e52aa-0000-4000-8000-00000000000c"
    lab.server.answers[f"uuid_dump {gone} json"] = lab.server.answers[f"uuid_dump {FIRST} json"]
    with pytest.raises(NotFound, match="not in the room"):
        lab.switch.change_participant(HOME, "800", gone, "kick")
    with pytest.raises(NotFound):
        lab.switch.change_participant(OTHER, "800", FIRST, "kick")
    lab.server.answers[f"conference {NAME} json_list"] = NOBODY_IN
    with pytest.raises(NotFound, match="nobody"):
        lab.switch.change_participant(HOME, "800", FIRST, "kick")
    assert lab.told() == []


def test_who_has_gone_in_this_moment_is_not_in_the_room(lab: Lab) -> None:
    lab.server.answers[f"conference {NAME} kick 1"] = "-ERR Non-Existant ID 1\n"
    with pytest.raises(NotFound, match="not in the room"):
        lab.switch.change_participant(HOME, "800", FIRST, "kick")


def test_locks_and_unlocks(lab: Lab) -> None:
    lab.switch.lock_room(HOME, "800", locked=True)
    lab.switch.lock_room(HOME, "800", locked=False)
    assert lab.told() == [f"conference {NAME} lock", f"conference {NAME} unlock"]
    lab.server.answers[f"conference {NAME} json_list"] = NOBODY_IN
    with pytest.raises(NotFound, match="nobody"):
        lab.switch.lock_room(HOME, "800", locked=True)


def test_a_room_that_is_recorded_is_recorded_once(lab: Lab) -> None:
    assert lab.switch.record_room(HOME, "800", FIRST).startswith(f"{HOMES}/")
    assert lab.told() == []
    quiet = json.loads(LISTED)
    quiet[0]["members"] = [one for one in quiet[0]["members"] if one["type"] == "caller"]
    lab.server.answers[f"conference {NAME} json_list"] = json.dumps(quiet)
    path = lab.switch.record_room(HOME, "800", FIRST)
    assert re.fullmatch(rf"{HOMES}/[0-9a-f]{{8}}-{FIRST}\.wav", path)
    assert lab.told() == [f"conference {NAME} record {path}"]
    with pytest.raises(CannotComply, match="not being recorded"):
        lab.switch.stop_recording_room(HOME, "800")


def test_records_no_more(lab: Lab) -> None:
    lab.switch.stop_recording_room(HOME, "800")
    assert lab.told() == [f"conference {NAME} norecord all"]


def test_who_is_invited_carries_it() -> None:
    invited = order().model_copy(update={"destination_b": "800", "room": "800", "moderator": True})
    assert ",ringpost_invited=800:moderator," in originating.command(invited)
    assert originating.command(invited).partition("}")[2].startswith("user/100@live.example.net 800 XML ")


# the dialplan


def room(**settings: object) -> Room:
    about = {"conference_uuid": "c0" * 4 + "-0000-4000-8000-000000000001", "domain_uuid": HOME.domain_uuid}
    return Room("800", Conference.model_validate({**about, "name": "Board", "extension": "800", **settings}))


def variables(route: Room, invitation: str = "") -> dict[str, str]:
    found = conferences.enters(HOME, route, invitation, "")
    return dict(data.partition("=")[::2] for application, data in found if application == "set")


def applications(route: Room, invitation: str = "") -> list[str]:
    return [application for application, _ in conferences.enters(HOME, route, invitation, "")]


def test_a_pin_is_asked_before_the_room_is_there_and_stays_nowhere() -> None:
    found = conferences.enters(HOME, room(pin="4711", moderator_pin="47120"), "", "")
    [asks] = [data for application, data in found if application == "play_and_get_digits"]
    assert asks.startswith("1 5 3 10000 # conference/conf-pin.wav conference/conf-bad-pin.wav ringpost_pin ")
    assert " ^(?:4711|47120)$ " in asks
    assert asks.endswith("'hangup:CALL_REJECTED inline'")
    assert ("unset", "ringpost_pin") in found
    assert found[-1] == ("conference", f"{NAME}@default")


def test_who_says_the_moderators_pin_is_one() -> None:
    found = variables(room(pin="4711", moderator_pin="4712", end_with_moderator=True))
    assert found["ringpost_moderator"] == "${regex(${ringpost_pin}|^4712$)}"
    moderates = "moderator|mandatory_member_endconf"
    assert found["conference_member_flags"] == f"${{cond(${{ringpost_moderator}} == true ? {moderates} : )}}"
    assert variables(room(pin="4711"))["conference_member_flags"] == ""


def test_who_is_invited_is_not_asked_and_comes_into_a_locked_room() -> None:
    secret = room(pin="4711", moderator_pin="4712")
    assert "play_and_get_digits" not in applications(secret, "800")
    assert variables(secret, "800")["conference_enforce_security"] == "false"
    assert variables(secret, "800")["conference_member_flags"] == ""
    assert variables(secret, "800:moderator")["conference_member_flags"] == "moderator"


@pytest.mark.parametrize("invitation", ["", "801", "801:moderator", "80", "800x"])
def test_who_is_invited_elsewhere_is_asked(invitation: str) -> None:
    assert "play_and_get_digits" in applications(room(pin="4711"), invitation)
    assert variables(room(pin="4711"), invitation)["conference_enforce_security"] == "true"


def test_a_room_is_made_as_it_is_set() -> None:
    found = variables(room(most_participants=12, wait_for_moderator=True, music="jazz"))
    assert (found["conference_max_members"], found["conference_flags"]) == ("12", "wait-mod")
    assert (found["conference_moh_sound"], found["conference_auto_record"]) == ("local_stream://jazz", "")
    assert variables(room())["conference_max_members"] == "", "what an earlier room has left goes"


def test_a_room_that_is_recorded_says_under_which_leg() -> None:
    path = variables(room(record=True))["conference_auto_record"]
    assert re.fullmatch(r"\$\{recordings_dir\}/live\.example\.net/[0-9a-f]{8}-\$\{uuid\}\.wav", path)
    placed = conferences.enters(HOME, room(record=True), "", FIRST)
    assert any(data.endswith(f"-{FIRST}.wav") for _, data in placed), "its channel has another uuid"


def test_nobody_hears_who_comes_and_goes_if_it_is_not_to_be_heard() -> None:
    assert conferences.enters(HOME, room(announce=False), "", "")[-1] == ("conference", f"{NAME}@quiet")


def test_a_room_that_is_made_on_the_spot_has_no_settings() -> None:
    assert conferences.enters(HOME, Room("*342"), "", "") == [
        ("answer", ""),
        ("set", "conference_enforce_security=true"),
        ("conference", "42-live.example.net@default"),
    ]


# what is told


def test_who_comes_goes_and_is_muted_is_told() -> None:
    told = [(one.what, one.room, one.moderator) for event in events("rooms") for one in notices(event)]
    assert ("room_joined", "880", False) in told
    assert ("room_joined", "880", True) in told
    assert ("room_muted", "880", False) in told
    assert ("room_unmuted", "880", False) in told
    assert ("room_left", "880", False) in told


def test_the_recording_of_a_room_is_that_of_a_leg_and_of_a_domain() -> None:
    placed: dict[str, str] = {}
    found = [one for event in events("rooms") for _ in [notices(event, placed)] if (one := recorded(event, placed))]
    assert [one.file.leg_uuid in one.path for one in found] == [True] * len(found)
    assert found
    assert {one.file.domain_uuid for one in found} == set(placed.values()) or not placed
    assert not any(recorded(event, {}) for event in events("rooms")), "of a room nobody knows"


def test_after_a_break_it_is_seen_who_is_in_a_room() -> None:
    event = next(event for event in events("rooms") if event.get("Action") == "add-member")
    dumped = {
        **event,
        "Event-Name": "CHANNEL_DATA",
        "variable_domain_name": "live.example.net",
        "variable_conference_name": "room-880-live.example.net",
        "variable_conference_moderator": "true",
        "variable_current_application": "conference",
    }
    placed: dict[str, str] = {}
    told = notices({**dumped, "variable_ringpost_muted": "true"}, placed)
    assert [(one.what, one.room, one.moderator) for one in told[-2:]] == [
        ("room_joined", "880", True),
        ("room_muted", "880", True),
    ]
    assert "room-880-live.example.net" in placed
    elsewhere = notices({**dumped, "variable_current_application": "bridge"})
    assert [one.what for one in elsewhere if one.what.startswith("room")] == ["room_left"]


_NAMES = st.sampled_from(["conference_name", "members", "flags", "uuid", "id", "locked", "record_path"])
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=10)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_NAMES, inner, max_size=4)),
)


@given(st.one_of(st.text(max_size=60), _VALUES.map(json.dumps)))
def test_whatever_is_listed_it_can_be_read(text: str) -> None:
    for one in conferences.meetings(text, "live.example.net"):
        assert one.room


@given(st.integers(0, len(LISTED)), st.text(max_size=5))
def test_a_list_that_is_broken_has_no_room_or_the_same(at: int, noise: str) -> None:
    for one in conferences.meetings(LISTED[:at] + noise + LISTED[at:], "live.example.net"):
        assert one.name.endswith("-live.example.net")
