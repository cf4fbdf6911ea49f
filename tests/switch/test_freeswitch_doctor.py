"""What the doctor finds, and that it says it in words."""

import json
import re
from pathlib import Path

import pytest

from ringpost.model.errors import SwitchRefused
from ringpost.switch import Finding
from ringpost.switch.freeswitch_doctor import COMMANDS, examined
from tests.switch.scripted_freeswitch import PASSWORD, USER, USER_PASSWORD, ScriptedFreeSwitch
from tests.switch.test_every_switch import HOME, switch_at

USAGE = "-USAGE: <uuid>\n"
RUNNING = "    internal\tprofile\tsip:mod_sofia@127.0.0.1:5060\tRUNNING (0)\n"


def well(server: ScriptedFreeSwitch) -> None:
    """Answers as a switch with the guide's configuration."""
    server.answers |= {
        "module_exists": "true",
        "sofia": RUNNING,
        "xml_locate": f'<domain name="live.example.net"><variable value="{HOME.domain_uuid}"/></domain>',
        **dict.fromkeys(("show", "global_getvar", "valet_info", "uuid_phone_event"), USAGE),
        **dict.fromkeys(("uuid_audio", "uuid_send_dtmf", "uuid_dump", "uuid_buglist", "uuid_displace"), USAGE),
    }


def examine(server: ScriptedFreeSwitch, *, user: str | None = None, password: str = PASSWORD) -> dict[str, Finding]:
    record = switch_at(server).model_copy(update={"user": user})
    found = examined(record, (server.host, server.port), lambda _: password, HOME)
    return {finding.step: finding for finding in found}


def test_finds_nothing_where_all_is_well() -> None:
    with ScriptedFreeSwitch() as server:
        well(server)
        found = examine(server)
    assert [step for step, finding in found.items() if not finding.well] == []
    assert list(found) == ["address", "secret", "event socket", "commands", "events", "modules", "SIP", "directory"]


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


def test_the_guides_user_may_do_what_the_doctor_looks_for_and_its_welcome_is_not_cut() -> None:
    text = (Path(__file__).parents[2] / "docs/freeswitch/directory/ringpost.xml").read_text()
    ours, link = (
        dict(re.findall(r'name="(esl-allowed-[a-z]+)" value="([^"]*)"', user)) for user in text.split("<user id=")[1:]
    )
    assert set(COMMANDS) == set(ours["esl-allowed-api"].split())
    for allowed in (ours, link):
        assert sum(map(len, allowed.values())) < 400
        assert allowed["esl-allowed-log"] == "false"
