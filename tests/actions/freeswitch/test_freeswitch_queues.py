"""Queues, as a FreeSWITCH asks for them: what a caller's dialplan does, and what mod_callcenter is configured with."""

from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from ringpost.entry import demo
from ringpost.switch.deciding import READ_FROM, mark
from tests.actions.freeswitch.test_freeswitch_xml import all_actions, ask, dialled, exported, is_not_found, read
from tests.harness import Caller, Reply

HOME = demo.DOMAIN_NAME
IN_HOME = {"domain_name": HOME}
NAME = f"{demo.QUEUE_UUID}@{demo.DOMAIN_UUID}"
ASKED = (
    "hostname=vm&section=configuration&tag_name=configuration&key_name=name&key_value=callcenter.conf"
    "&Event-Name=REQUEST_PARAMS&Core-UUID=dc7091c5-93e0-4a3c-890b-1119c65b771b&Event-Calling-Function=load_queue"
)
"""As FreeSWITCH 1.11.3 posted it."""


@pytest.fixture
def queue(operator: Caller) -> dict[str, Any]:
    """A queue of an agent that is logged in at 101, and of the extension 100."""
    operator.done("agent-create", **IN_HOME, number="7050", firstname="Eve")
    made = operator.done(
        "queue-create",
        **IN_HOME,
        name="Orders",
        extension="750",
        strategy="linear",
        ring_seconds=12,
        longest_wait=30,
        timeout_destination="101",
        members=[{"agent": "7050"}, {"extension": "100", "penalty": 2}],
    )
    found: dict[str, Any] = made
    return found


def name_of(queue: dict[str, Any]) -> str:
    return f"{queue['queue_uuid']}@{demo.DOMAIN_UUID}"


def configured(caller: Caller, name: str = "") -> ET.Element:
    return read(asked(caller, name))


def asked(caller: Caller, name: str = "") -> Reply:
    return ask(caller, ASKED + (f"&CC-Queue={quote(name)}" if name else ""))


def params(found: ET.Element) -> dict[str, str]:
    return {one.get("name", ""): one.get("value", "") for one in found.findall(".//queue/param")}


def test_a_caller_waits_and_the_dialplan_is_asked_again(switch_key: Caller, queue: dict[str, Any]) -> None:
    steps = dialled(switch_key, "750", sip_authorized="true")
    assert steps == [
        ("set", f"ringpost_queue={queue['queue_uuid']}"),
        ("set", "cc_cause="),
        ("set", "cc_cancel_reason="),
        ("set", "ringpost_rings=12"),
        ("set", "cc_outbound_cid_name_prefix="),
        ("callcenter", name_of(queue)),
        ("set", "ringpost_left=750"),
        ("transfer", f"750 XML {HOME}"),
    ]
    assert exported(switch_key, "750")["domain_uuid"] == demo.DOMAIN_UUID


LEFT = {"sip_authorized": "true", "ringpost_left": "750"}


def test_who_has_waited_too_long_goes_on_and_does_not_come_back(switch_key: Caller, queue: dict[str, Any]) -> None:
    steps = dialled(switch_key, "750", **LEFT, cc_cause="cancel", cc_cancel_reason="TIMEOUT")
    assert steps[-2:] == [("set", "ringpost_passed=750"), ("transfer", f"101 XML {HOME}")]
    assert ("set", "ringpost_left=") in steps, "called once more it is a caller like any other"
    assert "callcenter" not in dict(steps)


@pytest.mark.parametrize("noted", [("answered", ""), ("cancel", "BREAK_OUT"), ("cancel", "NO_AGENT_TIMEOUT")])
def test_whose_call_is_over_or_has_no_way_on_is_hung_up(
    switch_key: Caller, queue: dict[str, Any], noted: tuple[str, str]
) -> None:
    steps = dialled(switch_key, "750", **LEFT, cc_cause=noted[0], cc_cancel_reason=noted[1])
    assert steps[-1] == ("hangup", "NORMAL_CLEARING")
    assert not [data for application, data in steps if application == "event"], "the queue has told of it"


def test_no_more_wait_than_may_and_one_too_many_is_told(
    switch_key: Caller, operator: Caller, queue: dict[str, Any]
) -> None:
    operator.done("queue-update", **IN_HOME, queue="750", most_waiting=3, full_destination="100")
    steps = dialled(switch_key, "750", sip_authorized="true")
    limited = f"hash ringpost_waiting {name_of(queue)} 3 callcenter {name_of(queue)}"
    assert ("limit_execute", limited) in steps
    freed = f"api_before_bridge=uuid_limit_release ${{uuid}} hash ringpost_waiting {name_of(queue)}"
    assert ("set", freed) in steps, "who talks does not wait"
    steps = dialled(switch_key, "750", **LEFT)
    assert steps[-1] == ("transfer", f"100 XML {HOME}")
    told = f"Event-Name=CUSTOM,Event-Subclass=ringpost::queue,Ringpost-Queue={name_of(queue)},Ringpost-Left=full"
    assert ("event", told) in steps


def test_a_queue_that_the_switch_does_not_get_is_empty(switch_key: Caller, queue: dict[str, Any]) -> None:
    steps = dialled(switch_key, "750", **LEFT)
    assert steps[-1] == ("hangup", "NO_ANSWER")
    assert any(data.endswith("Ringpost-Left=empty") for _, data in steps)


def test_whoever_may_not_wait_for_nobody_is_told_by_whose_phones_are_there(
    switch_key: Caller, operator: Caller, queue: dict[str, Any]
) -> None:
    operator.done("queue-update", **IN_HOME, queue="750", join_empty=False, empty_destination="100")
    instead = if_empty(switch_key)
    assert (instead.get("field"), instead.get("expression")) == (f"${{sofia_count_reg(internal/100@{HOME})}}", "^0*$")
    steps = [(one.get("application"), one.get("data")) for one in instead.findall("action")]
    assert steps[-1] == ("transfer", f"100 XML {HOME}")
    assert "callcenter" not in dict(steps)
    operator.done("agent-login", **IN_HOME, agent="7050", extension="101")
    field = if_empty(switch_key).get("field", "")
    assert field.count("sofia_count_reg") == 2
    operator.done("agent-pause", **IN_HOME, agent="7050")
    assert "101" not in if_empty(switch_key).get("field", ""), "who rests is not there"


def if_empty(caller: Caller) -> ET.Element:
    call = (
        "hostname=vm&section=dialplan&tag_name=&key_name=&key_value=&Call-Direction=inbound"
        f"&Hunt-Context={HOME}&Hunt-Destination-Number=750&variable_sip_authorized=true"
    )
    found = read(ask(caller, call)).findall(".//extension[@name='ringpost-instead']/condition")
    assert found[0].get("field") == "destination_number"
    return found[1]


def test_nobody_waits_where_nobody_is_logged_in_if_nobody_may(
    switch_key: Caller, operator: Caller, queue: dict[str, Any]
) -> None:
    operator.done("queue-update", **IN_HOME, queue="750", join_empty=False, members=[{"agent": "7050"}])
    assert if_empty(switch_key).get("field") == "0"


def test_its_calls_are_recorded_if_it_says_so(switch_key: Caller, operator: Caller, queue: dict[str, Any]) -> None:
    assert "ringpost_recording" not in str(dialled(switch_key, "750"))
    operator.done("queue-update", **IN_HOME, queue="750", record=True)
    assert "ringpost_recording" in str(dialled(switch_key, "750"))
    again = dialled(switch_key, "750", **LEFT, cc_cause="cancel", cc_cancel_reason="TIMEOUT")
    assert "ringpost_recording" not in str(again), "once"


def test_what_stands_before_the_callers_name(switch_key: Caller, operator: Caller, queue: dict[str, Any]) -> None:
    operator.done("queue-update", **IN_HOME, queue="750", name_prefix="Orders: ${x}")
    prefix = dict(data.split("=", 1) for application, data in dialled(switch_key, "750") if application == "set")
    assert prefix["cc_outbound_cid_name_prefix"] == "Orders%3A %24{x}%20"


def test_it_asks_nothing_about_who_dials(switch_key: Caller, queue: dict[str, Any]) -> None:
    one, other = (all_actions(switch_key, "750", Caller_ID=who) for who in ("a", "b"))
    assert one == other


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("*227050", "Ringpost-Code=log_in,Ringpost-Agent=7050"),
        ("*23", "Ringpost-Code=log_out"),
        ("*24", "Ringpost-Code=pause"),
        ("*257050", "Ringpost-Code=unpause,Ringpost-Agent=7050"),
    ],
)
def test_a_code_is_told_and_heard(switch_key: Caller, code: str, told: str) -> None:
    steps = dialled(switch_key, code, sip_authorized="true")
    assert ("event", f"Event-Name=CUSTOM,Event-Subclass=ringpost::queue,{told}") in steps
    assert [application for application, _ in steps] == ["answer", "event", "sleep", "playback", "hangup"]


# mod_callcenter's own


def test_a_queue_as_mod_callcenter_is_to_have_it(switch_key: Caller, queue: dict[str, Any]) -> None:
    found = configured(switch_key, name_of(queue))
    assert [one.get("name") for one in found.iterfind(".//queue")] == [name_of(queue)]
    known = params(found)
    assert (known["strategy"], known["max-wait-time"], known["moh-sound"]) == ("top-down", "30", "${hold_music}")
    assert found.find(".//agents/agent") is None, "who is an agent it is told"
    assert found.find(".//tiers") is not None, "without one it would ask twice"


def test_a_queue_of_nobody_here_is_not_found(switch_key: Caller, queue: dict[str, Any]) -> None:
    for name in ("support", f"{queue['queue_uuid']}@{HOME}", f"{demo.DOMAIN_UUID}@{demo.DOMAIN_UUID}", "@", "x@y"):
        assert is_not_found(configured(switch_key, name)), name


def test_another_configuration_is_the_switchs_own(switch_key: Caller) -> None:
    assert is_not_found(read(ask(switch_key, ASKED.replace("callcenter.conf", "sofia.conf"))))


def test_a_switch_that_starts_is_told_of_all_who_may_be_rung(
    switch_key: Caller, operator: Caller, queue: dict[str, Any]
) -> None:
    operator.done("agent-login", **IN_HOME, agent="7050", extension="101")
    found = configured(switch_key)
    agents = {one.get("name"): one for one in found.findall(".//agent")}
    assert {f"100@{demo.DOMAIN_UUID}", f"101@{demo.DOMAIN_UUID}"} <= agents.keys()
    contact = agents[f"101@{demo.DOMAIN_UUID}"].get("contact", "")
    assert contact.endswith(f"]user/101@{HOME}")
    assert f"domain_uuid={demo.DOMAIN_UUID}" in contact
    tiers = [one for one in found.findall(".//tier") if one.get("queue") == name_of(queue)]
    assert [(one.get("agent"), one.get("level")) for one in tiers] == [
        (f"101@{demo.DOMAIN_UUID}", "1"),
        (f"100@{demo.DOMAIN_UUID}", "3"),
    ]
    settings = {one.get("name"): one.get("value") for one in found.findall(".//settings/param")}
    assert settings == {"truncate-agents-on-load": "true", "truncate-tiers-on-load": "true"}
    operator.done("agent-pause", **IN_HOME, agent="7050")
    left = [one for one in configured(switch_key).findall(".//tier") if one.get("queue") == name_of(queue)]
    assert len(left) == 1, "who rests is none of a queue"


def test_an_answer_that_was_kept_is_dropped_when_the_queue_or_an_agent_changes(
    switch_key: Caller, operator: Caller, queue: dict[str, Any]
) -> None:
    operator.done("agent-login", **IN_HOME, agent="7050", extension="101")
    read_from = asked(switch_key, name_of(queue)).headers[READ_FROM]
    assert mark(queue["queue_uuid"]) in read_from
    at_start = asked(switch_key).headers[READ_FROM]
    assert {mark("7050"), mark(queue["queue_uuid"])} <= set(at_start.split())
