"""What the doctor finds, and that it says it in words."""

import json
import re
from pathlib import Path

import pytest

from ringpost.model.errors import SwitchRefused
from ringpost.switch import Finding
from ringpost.switch.freeswitch.doctor import COMMANDS, MODULES, examined
from ringpost.switch.freeswitch.sounds import MACROS
from tests.switch.freeswitch.scripted import PASSWORD, USER, USER_PASSWORD, ScriptedFreeSwitch
from tests.switch.freeswitch.stage import switch_at
from tests.switch.staging import HOME

GUIDE = Path(__file__).parents[3] / "docs/freeswitch"
USAGE = "-USAGE: <uuid>\n"
RUNNING = "    internal\tprofile\tsip:mod_sofia@127.0.0.1:5060\tRUNNING (0)\n"


SOUNDS, MUSIC = "/usr/share/freeswitch/sounds/en/us/callie", "tone_stream://%(2000,4000,440,480);loops=-1"
ZONES = """<configuration name="timezones.conf" description="Timezones">
    <timezones>
        <zone name="Africa/Abidjan" value="GMT0"></zone>

    </timezones>

</configuration>
"""
QUEUES = """<configuration name="callcenter.conf" description="queues of Ringpost">
  <settings></settings>
  <queues></queues>
  <agents></agents>
  <tiers></tiers>
</configuration>
"""
BOX_IS_FULL = """
    <macro name="voicemail_disk_quota_exceeded">
        <input pattern="(.*)">
            <match>
                <action function="play-file" data="voicemail/vm-mailbox_full.wav"></action>

    </match>

    </input>

    </macro>
"""
"""A phrase as xml_locate wrote it (1.11.3)."""


def language(*without: str) -> str:
    phrases = [BOX_IS_FULL.replace("voicemail_disk_quota_exceeded", name) for name in MACROS if name not in without]
    return f'<language name="en" say-module="en" sound-prefix="{SOUNDS}">\n{"".join(phrases)}</language>\n'


class Playing:
    """A switch's channels that play, and what became of each sound: as 1.11.3 answered, with less about the channel."""

    def __init__(self, *missing: str) -> None:
        self._missing = missing
        self._steps: dict[str, list[str]] = {}

    def originate(self, command: str) -> str:
        if " " not in command:
            return USAGE
        asked = re.fullmatch(
            r"originate \{origination_uuid=(\S+),process_cdr=false\}null/ringpost 'm:\^:(.*)\^park' inline", command
        )
        assert asked, command
        self._steps[asked[1]] = asked[2].split("^")
        return f"+OK {asked[1]}\n"

    def dump(self, command: str) -> str:
        if " " not in command:
            return USAGE
        said = {"Event-Name": "CHANNEL_DATA", "Answer-State": "answered", "variable_current_application": "park"}
        steps = self._steps[command.split()[1]]
        for playback, kept in zip(steps[::2], steps[1::2], strict=True):
            file = playback.removeprefix("playback:").removesuffix("@@99999999")
            if "loops=-1" in file and not self._is_missing(file):
                return json.dumps(said | {"variable_current_application": "playback"})
            name = kept.removeprefix("set:").removesuffix("=${current_application_response}")
            said[f"variable_{name}"] = "FILE NOT FOUND" if self._is_missing(file) else "FILE PLAYED"
        return json.dumps(said)

    def kill(self, command: str) -> str:
        return "+OK\n" if self._steps.pop(command.partition(" ")[2], None) else USAGE

    def _is_missing(self, file: str) -> bool:
        return file.startswith(self._missing)

    def left(self) -> int:
        return len(self._steps)


def well(server: ScriptedFreeSwitch, *missing: str) -> Playing:
    """Answers as a switch with the guide's configuration, but for sounds that are missing."""
    playing = Playing(*missing)
    server.answers |= {
        "originate": playing.originate,
        "uuid_dump": playing.dump,
        "uuid_kill": playing.kill,
        "global_getvar hold_music": MUSIC,
        "xml_locate languages language name en": language(),
        "xml_locate configuration configuration name timezones.conf": ZONES,
        "xml_locate configuration configuration name callcenter.conf": QUEUES,
        "module_exists": "true",
        "sofia": RUNNING,
        "xml_locate": f'<domain name="live.example.net"><variable value="{HOME.domain_uuid}"/></domain>',
        **dict.fromkeys(("show", "global_getvar", "valet_info", "uuid_phone_event"), USAGE),
        **dict.fromkeys(("uuid_audio", "uuid_send_dtmf", "uuid_buglist", "uuid_displace", "callcenter_config"), USAGE),
        "conference": USAGE,
    }
    return playing


def examine(server: ScriptedFreeSwitch, *, user: str | None = None, password: str = PASSWORD) -> dict[str, Finding]:
    record = switch_at(server).model_copy(update={"user": user})
    found = examined(record, (server.host, server.port), lambda _: password, HOME)
    return {finding.step: finding for finding in found}


def test_finds_nothing_where_all_is_well() -> None:
    with ScriptedFreeSwitch() as server:
        playing = well(server)
        found = examine(server)
        assert playing.left() == 0
    assert [step for step, finding in found.items() if not finding.well] == []
    assert list(found) == [
        "address", "secret", "event socket", "commands", "events", "modules", "sounds", "hold music",
        "time zones", "queues", "SIP", "directory",
    ]  # fmt: skip
    assert SOUNDS in found["sounds"].words


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        (SOUNDS, "voicemail/vm-mailbox_full.wav, digits/0.wav"),
        (f"{SOUNDS}/voicemail/vm-mailbox_full.wav", "cannot play voicemail/vm-mailbox_full.wav from"),
        (f"{SOUNDS}/time/", "time/day-0.wav"),
        (f"{SOUNDS}/conference/", "conference/conf-alone.wav, conference/conf-muted.wav, conference/conf-unmuted.wav"),
    ],
)
def test_names_the_sounds_that_cannot_be_played(missing: str, named: str) -> None:
    with ScriptedFreeSwitch() as server:
        playing = well(server, missing)
        found = examine(server)
        assert playing.left() == 0
    assert [step for step, finding in found.items() if not finding.well] == ["sounds"]
    assert named in found["sounds"].words
    assert SOUNDS in found["sounds"].words
    assert "sound_prefix" in found["sounds"].words


def test_says_when_the_queues_are_not_from_here() -> None:
    with ScriptedFreeSwitch() as server:
        well(server)
        server.answers["xml_locate configuration configuration name callcenter.conf"] = QUEUES.partition(" desc")[0]
        found = examine(server)
    assert [step for step, finding in found.items() if not finding.well] == ["queues"]
    assert "configuration" in found["queues"].words


def test_says_when_there_is_no_music_for_who_waits() -> None:
    with ScriptedFreeSwitch() as server:
        well(server, "tone_stream:")
        found = examine(server)
    assert [step for step, finding in found.items() if not finding.well] == ["hold music"]
    assert MUSIC in found["hold music"].words


def test_says_when_the_switch_knows_no_time_zone() -> None:
    with ScriptedFreeSwitch() as server:
        well(server)
        server.answers["xml_locate configuration configuration name timezones.conf"] = "can't find anything\n"
        found = examine(server)
    assert [step for step, finding in found.items() if not finding.well] == ["time zones"]
    assert "timezones.conf.xml" in found["time zones"].words


@pytest.mark.parametrize("music", ["", "it's;music", "a^b"])
def test_music_that_cannot_be_named_is_none(music: str) -> None:
    with ScriptedFreeSwitch() as server:
        well(server)
        server.answers["global_getvar hold_music"] = music
        assert not examine(server)["hold music"].well


@pytest.mark.parametrize(
    ("answer", "named"),
    [("can't find anything\n", "voicemail_abort"), (language("valet_announce_ext"), "no valet_announce_ext: copy")],
)
def test_names_the_phrases_that_are_not_there(answer: str, named: str) -> None:
    with ScriptedFreeSwitch() as server:
        well(server)
        server.answers["xml_locate languages language name en"] = answer
        found = examine(server)
    assert [step for step, finding in found.items() if not finding.well] == ["sounds"]
    assert named in found["sounds"].words
    assert "lang" in found["sounds"].words


def test_a_language_without_sounds_of_its_own_has_those_of_the_switch() -> None:
    with ScriptedFreeSwitch() as server:
        well(server)
        server.answers["xml_locate languages language name en"] = language().replace(f' sound-prefix="{SOUNDS}"', "")
        server.answers["global_getvar sound_prefix"] = "/opt/sounds"
        found = examine(server)
    assert "/opt/sounds" in found["sounds"].words


def test_sounds_cannot_be_tried_without_a_channel_for_them() -> None:
    with ScriptedFreeSwitch() as server:
        well(server)
        server.answers["module_exists mod_loopback"] = "false"
        found = examine(server)
    assert "mod_loopback" in found["modules"].words
    assert "sounds" not in found


def test_a_switch_that_places_no_call_plays_nothing() -> None:
    with ScriptedFreeSwitch() as server:
        well(server)
        server.answers["originate"] = "-ERR CHAN_NOT_IMPLEMENTED\n"
        found = examine(server)
    assert [step for step, finding in found.items() if not finding.well] == ["sounds", "hold music"]


def test_names_what_the_user_may_not_do() -> None:
    allowed = frozenset({"status", "show", "module_exists", "sofia", "xml_locate"})
    with ScriptedFreeSwitch(allowed_api=allowed, allowed_events=frozenset()) as server:
        well(server)
        found = examine(server, user=USER, password=USER_PASSWORD)
    assert not found["commands"].well
    assert "originate, uuid_dump" in found["commands"].words
    assert "status" not in found["commands"].words
    assert not found["events"].well
    assert "esl-allowed-events" in found["events"].words
    assert "cannot be tried" in found["sounds"].words
    assert found["directory"].well


def test_names_what_is_not_loaded_and_what_does_not_run() -> None:
    with ScriptedFreeSwitch() as server:
        well(server)
        server.answers |= {
            "module_exists mod_xml_curl": "false",
            "sofia": "0 profiles\n",
            "xml_locate": "-ERR bad args\n",
        }
        found = examine(server)
    assert "mod_xml_curl" in found["modules"].words
    assert [step for step, finding in found.items() if not finding.well] == ["modules", "SIP", "directory"]
    assert "vars.xml" in found["directory"].words


def test_says_when_the_password_is_wrong_or_nobody_answers() -> None:
    with ScriptedFreeSwitch() as server:
        assert "password" in examine(server, password="wrong")["event socket"].words
    with ScriptedFreeSwitch("refuse") as server:
        assert "cannot be reached" in examine(server)["event socket"].words


def test_says_when_there_is_no_secret() -> None:
    def nowhere(reference: str) -> str:
        raise SwitchRefused(f"{reference} is not there")

    with ScriptedFreeSwitch() as server:
        found = list(examined(switch_at(server), (server.host, server.port), nowhere, None))
    assert (found[-1].well, found[-1].words) == (False, "env:RINGPOST_SECRET_X is not there")


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700:4700::1111"])
def test_refuses_a_public_address_before_a_password_is_sent_there(host: str) -> None:
    with ScriptedFreeSwitch() as server:
        record = switch_at(server).model_copy(update={"address": host})
        found = list(examined(record, (host, 8021), lambda _: json.dumps(None), None))
        assert server.heard == []
    assert [finding.well for finding in found] == [False]
    assert "tunnel" in found[0].words


def test_says_when_a_name_cannot_be_found() -> None:
    with ScriptedFreeSwitch() as server:
        found = list(examined(switch_at(server), ("pbx..example.net", 8021), lambda _: "", None))
    assert "pbx..example.net" in found[0].words


def test_the_guide_loads_what_the_doctor_looks_for_and_no_more_than_logs_a_codec_and_the_socket_itself() -> None:
    text = (GUIDE / "autoload_configs/modules.conf.xml").read_text()
    loaded = set(re.findall(r'<load module="(\w+)"', text))
    assert loaded - set(MODULES) == {"mod_console", "mod_logfile", "mod_event_socket", "mod_opus"}
    assert set(MODULES) <= loaded


def test_the_guides_user_may_do_what_the_doctor_looks_for_and_its_welcome_is_not_cut() -> None:
    text = (GUIDE / "directory/ringpost.xml").read_text()
    ours, link = (
        dict(re.findall(r'name="(esl-allowed-[a-z]+)" value="([^"]*)"', user)) for user in text.split("<user id=")[1:]
    )
    assert set(COMMANDS) == set(ours["esl-allowed-api"].split())
    for allowed in (ours, link):
        assert sum(map(len, allowed.values())) < 400
        assert allowed["esl-allowed-log"] == "false"


def test_every_variable_of_the_guide_is_set_in_vars_xml_or_is_one_of_freeswitchs_own() -> None:
    own = {"sounds_dir"}
    used = {name for file in GUIDE.rglob("*.xml") for name in re.findall(r"\$\$\{(\w+)\}", file.read_text())}
    known = re.findall(r'cmd="set" data="(\w+)=', (GUIDE / "vars.xml").read_text())
    assert used - set(known) == own
    assert set(known) <= used | {"sound_prefix"}
    assert "sound_prefix" in known


def test_every_module_that_complains_without_its_file_has_one() -> None:
    complain = {
        "mod_db": "db", "mod_opus": "opus", "mod_xml_curl": "xml_curl", "mod_json_cdr": "json_cdr",
        "mod_sofia": "sofia", "mod_conference": "conference", "mod_voicemail": "voicemail",
        "mod_event_socket": "event_socket", "mod_logfile": "logfile", "mod_console": "console",
    }  # fmt: skip
    loaded = re.findall(r'<load module="(\w+)"', (GUIDE / "autoload_configs/modules.conf.xml").read_text())
    for module in loaded:
        if module in complain:
            file = GUIDE / f"autoload_configs/{complain[module]}.conf.xml"
            assert f'<configuration name="{complain[module]}.conf">' in file.read_text()
