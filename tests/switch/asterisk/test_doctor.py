"""What the doctor finds, and that it says it in words."""

import re
from pathlib import Path

import pytest

from ringpost.link.doing import beside
from ringpost.model.errors import SwitchRefused
from ringpost.switch import Finding
from ringpost.switch.asterisk import marks
from ringpost.switch.asterisk.doctor import ACTIONS, MODULES, SYSTEM_ACTIONS, examined
from ringpost.switch.asterisk.place import Address
from ringpost.switch.kinds import Place
from tests.fakes import FakeClock
from tests.switch.asterisk.scripted import PASSWORD, REFUSED, SUCCESS, USER, ScriptedAsterisk, answered, listed
from tests.switch.asterisk.stage import at_home, switch_at
from tests.switch.staging import HOME

GUIDE = Path(__file__).parents[3] / "docs/asterisk"
RECORDED_AT = 1795761403.0
ELSEWHERE = "127.1"
"""A name of this machine that does not look like one."""
TRUNK = HOME.model_copy(update={"outbound_gateway": "trunk"})
OF_RING = answered("ami-login", "ListCommands")
"""What a user with write = call,agent,reporting,originate may do."""
OF_QUEUES = ("GetConfig", "QueueAdd", "QueuePause", "QueuePenalty", "QueueReload", "QueueRemove", "QueueStatus",
             "QueueWithdrawCaller", "UpdateConfig")  # fmt: skip
OF_SYSTEM = OF_RING.replace(
    "\r\n\r\n", "".join(f"\r\n{name}: x  (Priv: system,all)" for name in SYSTEM_ACTIONS) + "\r\n\r\n"
)
OF_WHOLE = OF_SYSTEM.replace(
    "\r\n\r\n", "".join(f"\r\n{name}: x  (Priv: config,all)" for name in OF_QUEUES) + "\r\n\r\n"
)
NO_302 = "![[:cntrl:]]Forward:"
STEPS = [
    "address", "secret", "AMI", "user", "version", "systemname", "clock", "channelvars", "events", "parking", "told",
    "modules", "plan", "asks", "queues", "gateway", "phones",
]  # fmt: skip


OF_USER = f"GetConfig Filename=manager.conf Category={USER}"


def config(**said: str) -> str:
    """``GetConfig`` of one category, as its source writes it; not recorded."""
    lines = "".join(
        f"Line-000000-{number:06d}: {name}={value}\r\n" for number, (name, value) in enumerate(said.items())
    )
    return f"Response: Success\r\nActionID: a\r\nCategory-000000: general\r\n{lines}\r\n"


def value(said: str) -> str:
    return f"Response: Success\r\nActionID: a\r\nVariable: x\r\nValue: {said}\r\n\r\n"


def healthy(server: ScriptedAsterisk) -> None:
    """As a switch answers that is set up as the guide says."""
    server.answers |= {
        "ListCommands": OF_WHOLE,
        "CoreSettings": answered("ami-login", "CoreSettings"),
        "Ping": answered("ami-login", "Ping", 1),
        "GetConfig": config(channelvars=",".join(marks.SAID), timestampevents="yes"),
        "GetConfig Filename=res_parking.conf": config(parkeddynamic="yes"),
        "GetConfig Filename=queues.conf": config(autofill="yes", persistentmembers="no"),
        "GetConfig Filename=ringpost-queues.conf": config(),
        OF_USER: config(read="call,security", eventfilter=NO_302),
        "ModuleCheck": "Response: Success\r\nActionID: a\r\nVersion: \r\n\r\n",
        "ShowDialPlan": listed(["Event: ListDialplan\r\nActionID: a\r\nContext: x\r\n\r\n"], "ShowDialPlanComplete"),
        "Getvar Variable=RP_URL": value("http://127.0.0.1:8700"),
        "Getvar Variable=PJSIP_ENDPOINT(100@live.example.net,context)": value("ringpost"),
        "Getvar Variable=PJSIP_ENDPOINT(trunk,context)": value("public"),
        "Getvar Variable=PJSIP_ENDPOINT(trunk,identify_by)": value("ip"),
        "Getvar Variable=PJSIP_ENDPOINT(trunk,auth)": value(""),
        "DBGetTree": at_home(answered("registration-delete", "DBGetTree")),
    }


def found(
    server: ScriptedAsterisk, *, host: str = "", is_encrypted: bool = False, at: float = RECORDED_AT
) -> list[Finding]:
    clock = FakeClock()
    clock.time = at
    place = Address(host or server.host, server.port, is_encrypted)
    return list(examined(switch_at(server), place, lambda _: PASSWORD, clock, TRUNK))


def bad(findings: list[Finding]) -> dict[str, str]:
    return {finding.step: finding.words for finding in findings if not finding.well}


def test_a_switch_that_is_set_up_as_it_should_be_is_well() -> None:
    with ScriptedAsterisk() as server:
        healthy(server)
        findings = found(server)
    assert bad(findings) == {}
    assert [finding.step for finding in findings] == STEPS


@pytest.mark.parametrize(
    ("key", "answer", "step", "says"),
    [
        ("ListCommands", OF_SYSTEM, "queues", "add agent,config"),
        ("ShowDialPlan Context=ringpost-states", REFUSED.format("Did not find context"), "queues", "ringpost-states"),
        ("GetConfig Filename=queues.conf", config(autofill="no"), "queues", "autofill=yes"),
        ("GetConfig Filename=queues.conf", config(autofill="yes", persistentmembers="yes"), "queues", "persistentmem"),
        (
            "GetConfig Filename=ringpost-queues.conf",
            REFUSED.format("Config file not found"),
            "queues",
            "no ringpost-qu",
        ),
        (
            "CoreSettings",
            answered("ami-login", "CoreSettings").replace("22.10.1", "18.9-cert1"),
            "version",
            "20 or later",
        ),
        (
            "CoreSettings",
            answered("ami-login", "CoreSettings").replace("pbx2", "pbx1"),
            "systemname",
            "systemname=pbx2",
        ),
        ("CoreSettings", answered("ami-login", "CoreSettings").replace("pbx2", ""), "systemname", "is empty"),
        ("Ping", SUCCESS.format("Pong"), "clock", "does not say"),
        ("Ping", answered("ami-login", "Ping", 1).replace("1795761403", "1795765003"), "clock", "3601 seconds ahead"),
        ("Ping", answered("ami-login", "Ping", 1).replace("1795761403", "1795761303"), "clock", "seconds behind"),
        ("Ping", answered("ami-login", "Ping", 1).replace("1795761403.786697", "nan"), "clock", "does not say"),
        (
            "GetConfig",
            config(channelvars="RP_DOMAIN,RP_CALL", timestampevents="yes"),
            "channelvars",
            "RP_HELD, RP_QUEUED, RP_MODERATOR",
        ),
        ("GetConfig", config(channelvars=",".join(marks.SAID)), "events", "timestampevents=yes"),
        ("GetConfig Filename=res_parking.conf", config(parkeddynamic="no"), "parking", "parkeddynamic=yes"),
        (OF_USER, config(read="system,call", eventfilter=NO_302), "told", "add security to read="),
        (OF_USER, config(read="all"), "told", f"set eventfilter={NO_302}"),
        ("ModuleCheck Module=res_curl.so", REFUSED.format("Module not loaded"), "modules", "res_curl not loaded"),
        ("ShowDialPlan Context=ringpost-phones", REFUSED.format("Did not find context"), "plan", "ringpost-phones"),
        ("Getvar Variable=RP_URL", value(""), "asks", "RP_URL"),
        ("Getvar Variable=PJSIP_ENDPOINT(trunk,context)", value(""), "gateway", "none of the switch's"),
        ("Getvar Variable=PJSIP_ENDPOINT(trunk,context)", value("ringpost"), "gateway", "context=public"),
        ("Getvar Variable=PJSIP_ENDPOINT(trunk,identify_by)", value("username,ip"), "gateway", "identify_by=ip"),
        ("Getvar Variable=PJSIP_ENDPOINT(100@live.example.net,context)", value(""), "phones", "extconfig"),
        ("DBGetTree", listed([], "DBGetTreeComplete"), "phones", "no phone"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(key: str, answer: str, step: str, says: str) -> None:
    with ScriptedAsterisk() as server:
        healthy(server)
        server.answers[key] = answer
        findings = bad(found(server))
    assert list(findings) == [step]
    assert says in findings[step]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (OF_RING, "DBDel, DBPut, Filter, MixMonitor, ModuleCheck, PJSIPNotify"),
        (SUCCESS.format(""), "write = call,agent,reporting,originate,system"),
    ],
)
def test_a_user_that_may_do_too_little_is_said(answer: str, says: str) -> None:
    with ScriptedAsterisk() as server:
        healthy(server)
        server.answers["ListCommands"] = answer
        findings = bad(found(server))
    assert list(findings) == ["user", "queues"]
    assert says in findings["user"]


def test_a_switch_may_be_without_queues() -> None:
    with ScriptedAsterisk() as server:
        healthy(server)
        server.answers["ModuleCheck Module=app_queue.so"] = REFUSED.format("Module not loaded")
        [finding] = [one for one in found(server) if one.step == "queues"]
    assert finding.well
    assert "there can be none" in finding.words


def test_a_user_that_may_run_a_shell_is_refused_beyond_this_machine() -> None:
    with ScriptedAsterisk() as server:
        healthy(server)
        assert "may run a shell" in bad(found(server, host=ELSEWHERE))["user"]
        server.answers["ListCommands"] = OF_RING
        assert "user" not in bad(found(server, host=ELSEWHERE))


def test_what_the_smaller_user_may_not_look_at_is_said() -> None:
    with ScriptedAsterisk() as server:
        healthy(server)
        server.denied = {"GetConfig", "ModuleCheck"}
        server.answers["CoreShowChannels"] = listed([])
        findings = {finding.step: finding for finding in found(server)}
        assert findings["modules"].well
        assert "cannot be seen" in findings["channelvars"].words
        server.answers["CoreShowChannels"] = answered("ev-reconnect", "CoreShowChannels")
        assert "RP_HELD, RP_QUEUED, RP_MODERATOR" in bad(found(server))["channelvars"]


@pytest.mark.parametrize(
    ("host", "is_encrypted", "says"),
    [
        ("8.8.8.8", False, "tls:// in front of the address"),
        ("no-such-name.invalid", True, "no name that can be found"),
        ("a..b", False, "no name that can be found"),
    ],
)
def test_an_address_that_will_not_do_ends_it(host: str, is_encrypted: bool, says: str) -> None:
    with ScriptedAsterisk() as server:
        [finding] = found(server, host=host, is_encrypted=is_encrypted)
        assert server.connections == 0
    assert not finding.well
    assert says in finding.words


def test_no_secret_and_a_wrong_one_are_said() -> None:
    def missing(_: str) -> str:
        raise SwitchRefused("RINGPOST_SECRET_X is not set")

    with ScriptedAsterisk("refuse") as server:
        place = Address(server.host, server.port, False)
        assert "not set" in list(examined(switch_at(server), place, missing, FakeClock(), None))[-1].words
        assert "refused the password" in bad(found(server))["AMI"]


def test_what_is_asked_for_is_on_the_list_of_what_a_user_may_do() -> None:
    may = {line.split(":")[0] for line in OF_RING.split("\r\n")}
    assert set(ACTIONS) <= may
    assert not set(SYSTEM_ACTIONS) & may


def test_without_a_domain_its_phones_and_trunk_are_not_looked_for() -> None:
    with ScriptedAsterisk() as server:
        healthy(server)
        place, clock = Address(server.host, server.port, False), FakeClock()
        steps = [one.step for one in examined(switch_at(server), place, lambda _: PASSWORD, clock, None)]
    assert steps == STEPS[:-2]


def test_a_link_that_knows_its_switch_by_a_uuid_says_what_its_name_is() -> None:
    with ScriptedAsterisk() as server:
        healthy(server)
        record = switch_at(server).model_copy(update={"switch_name": HOME.domain_uuid})
        place = Address(server.host, server.port, is_encrypted=False)
        clock = FakeClock()
        clock.time = RECORDED_AT
        assert bad(list(examined(record, place, lambda _: PASSWORD, clock, None))) == {}


def test_a_link_examines_its_switch_under_the_name_it_has_here() -> None:
    clock = FakeClock()
    clock.time = RECORDED_AT
    with ScriptedAsterisk() as server:
        healthy(server)
        place = Place(server.host, server.port, USER, PASSWORD)
        assert bad(list(beside("asterisk", place, clock, switch_name="PBX2")().examine(None))) == {}
        assert list(bad(list(beside("asterisk", place, clock, switch_name="pbx1")().examine(None)))) == ["systemname"]


def test_what_it_asks_for_is_what_the_guide_loads_and_has_listed() -> None:
    loaded = set(re.findall(r"(?m)^load=(\w+)\.so$", (GUIDE / "modules.conf").read_text()))
    assert not set(MODULES) - loaded
    [listed_there] = re.findall(r"(?m)^channelvars=(.*)$", (GUIDE / "manager.conf").read_text())
    assert set(listed_there.split(",")) == set(marks.SAID)


def test_each_module_is_asked_for_by_its_file() -> None:
    with ScriptedAsterisk() as server:
        healthy(server)
        found(server)
    asked = [one.get("Module") for one in server.heard if one.action == "ModuleCheck"]
    assert asked == [f"{name}.so" for name in (*MODULES, "app_queue")]
