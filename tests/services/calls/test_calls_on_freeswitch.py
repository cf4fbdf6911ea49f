"""The endpoint on a FreeSWITCH that does not play along: bounded, in words, nothing twice, nothing half."""

import json
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from ringpost.context import CallLimits
from ringpost.entry import demo
from ringpost.model.call import CallOrder
from ringpost.store import ConditionFailed, Write
from ringpost.switch import Progress
from ringpost.switch.freeswitch.driver import FreeSwitch
from tests.fakes import CountingStore, FakeClock
from tests.harness import Caller, House
from tests.switch.freeswitch.callcenter import CallCenter
from tests.switch.freeswitch.scripted import PASSWORD, Mode, ScriptedFreeSwitch
from tests.switch.freeswitch.stage import GONE, LIVE, A, B, any_queue, switch_at
from tests.switch.staging import HOME, NOBODY

CALL = {"caller_id_number": "5550100", "destination_a": "100", "destination_b": "101"}
KEY = {"idempotency-key": "deal-4711"}
HOME_NAME = demo.DOMAIN_NAME
IN_HOME = {"domain_name": HOME_NAME}


def put_on(house: House, operator: Caller, server: ScriptedFreeSwitch, clock: FakeClock) -> None:
    """Let the demo domain live on that switch."""
    house.switch = FreeSwitch(switch_at(server), lambda _: PASSWORD, clock, answer_seconds=0.3)
    server.answers["callcenter_config"] = CallCenter(asked=any_queue).answer
    operator.done("domain-update", **IN_HOME, switch="lab")
    server.heard.clear()


@pytest.fixture
def server(house: House, operator: Caller, clock: FakeClock) -> Iterator[ScriptedFreeSwitch]:
    with ScriptedFreeSwitch() as server:
        server.answers["uuid_dump"] = GONE
        server.answers["sofia xmlstatus"] = "<profiles>\n</profiles>\n"
        server.answers["originate"] = _answered
        put_on(house, operator, server, clock)
        yield server


def _answered(command: str) -> str:
    return f"+OK {command.partition('origination_uuid=')[2][:36]}\n"


def dialled(server: ScriptedFreeSwitch) -> int:
    return sum(line.startswith("bgapi originate") for line in server.heard)


def test_says_success_once_a_has_answered(server: ScriptedFreeSwitch, tenant: Caller) -> None:
    call = tenant.done("originate", **CALL)
    assert (call["success"], call["state"], call["sandbox"]) == (True, "answered", False)
    assert dialled(server) == 1


class RacingStore(CountingStore):
    """A store in which somebody else is faster with a meter, the first times that a call record is written."""

    races = 3

    def transact(self, writes: Sequence[Write]) -> None:
        if self.races and any(write.key.sort == "cdr" for write in writes):
            self.races -= 1
            raise ConditionFailed([next(place for place, one in enumerate(writes) if one.key.sort == "calls")])
        super().transact(writes)


def test_a_failure_is_recorded_though_others_write_the_meters_meanwhile(
    server: ScriptedFreeSwitch, house: House, tenant: Caller
) -> None:
    house.store = racing = RacingStore(house.store)
    house.restart()
    server.answers["originate"] = "-ERR USER_NOT_REGISTERED\n"
    call_uuid = tenant.done("originate", **CALL)["call_uuid"]
    assert racing.races == 0
    assert tenant.done("cdr-details", xml_cdr_uuid=call_uuid)["hangup_cause"] == "USER_NOT_REGISTERED"


@pytest.mark.parametrize(("cause", "types"), [("USER_NOT_REGISTERED", ["call.ended"]), ("USER_BUSY", [])])
def test_a_call_that_never_had_a_leg_is_told_and_recorded_to_its_end(
    server: ScriptedFreeSwitch, house: House, operator: Caller, tenant: Caller, cause: str, types: list[str]
) -> None:
    server.answers["originate"] = f"-ERR {cause}\n"
    call_uuid = tenant.done("originate", **CALL, external_id="deal-1")["call_uuid"]
    house.clock.time += 60
    listed = operator.done("event-list", **IN_HOME, types=["call.ended"], **{"from": "2026-11-22T11:59:00Z"})["items"]
    told = [event for event in listed if event["call_uuid"] == call_uuid]
    assert [event["type"] for event in told] == types, "of a leg there was its link tells"
    record = tenant.done("cdr-details", xml_cdr_uuid=call_uuid)
    assert (record["hangup_cause"], record["billsec"], record["missed_call"]) == (cause, 0, False)
    for event in told:
        call = event["data"]["call"]
        assert (call["external_id"], call["extensions"]) == ("deal-1", ["100"])
        for name in ("start_stamp", "end_stamp", "duration", "billsec", "hangup_cause", "hung_up_by", "missed_call"):
            assert call[name] == record[name], name


@pytest.mark.parametrize("cause", ["USER_BUSY", "NO_ANSWER", "USER_NOT_REGISTERED", "CALL_REJECTED"])
def test_says_why_a_did_not(server: ScriptedFreeSwitch, tenant: Caller, cause: str) -> None:
    server.answers["originate"] = f"-ERR {cause}\n"
    call = tenant.done("originate", **CALL)
    assert (call["success"], call["state"], call["cause"]) == (False, "ended", cause)


@pytest.mark.parametrize("side", ["destination_a", "destination_b"])
@pytest.mark.parametrize("number", ["12025550123", "199", "*6000", "911"])
def test_what_leads_nowhere_is_refused_before_the_switch_hears_of_it(
    server: ScriptedFreeSwitch, tenant: Caller, side: str, number: str
) -> None:
    reply = tenant.call("originate", **{**CALL, side: number})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, side)
    assert server.heard == []


def test_a_number_outside_is_rung_through_the_domains_gateway(
    server: ScriptedFreeSwitch, tenant: Caller, operator: Caller
) -> None:
    operator.done("domain-update", **IN_HOME, outbound_gateway="trunk", outbound_prefixes=["1202"])
    assert tenant.call("originate", **{**CALL, "destination_a": "12125550123"}).status == 422
    assert tenant.done("originate", **{**CALL, "destination_a": "12025550123"})["success"] is True
    [command] = [line for line in server.heard if "originate" in line]
    assert "}sofia/gateway/trunk/12025550123 101 XML fusionpbx.example.net" in command
    assert "call_direction=outbound" in command


def test_a_call_does_not_begin_at_a_ring_group(server: ScriptedFreeSwitch, tenant: Caller) -> None:
    assert tenant.call("originate", **{**CALL, "destination_a": "600"}).status == 422
    assert server.heard == []


def test_a_call_that_failed_is_no_running_one(server: ScriptedFreeSwitch, house: House, tenant: Caller) -> None:
    house.call_limits = CallLimits(per_minute=100, at_once=1)
    house.restart()
    server.answers["originate"] = "-ERR USER_BUSY\n"
    assert [tenant.call("originate", **CALL).status for _ in range(3)] == [200, 200, 200]
    server.answers["originate"] = _answered
    assert [tenant.call("originate", **CALL).status for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("mode", ["refuse", "hang after login", "half", "late", "hang"])
def test_a_switch_in_trouble_is_a_503_in_words_and_nothing_is_dialled_twice(
    house: House, operator: Caller, tenant: Caller, clock: FakeClock, mode: Mode
) -> None:
    with ScriptedFreeSwitch(mode) as server:
        server.answers |= {"originate": _answered, "uuid_dump": GONE}
        put_on(house, operator, server, clock)
        first = tenant.call("originate", **CALL, headers=KEY)
        assert (first.status, first.code) == (503, "switch-unreachable"), first
        assert first.json["call_uuid"]
        assert PASSWORD not in first.text
        clock.time += 31
        again = tenant.call("originate", **CALL, headers=KEY)
        assert again.status == 503
        assert dialled(server) <= 1
    records = tenant.done("cdr-search", **IN_HOME)["items"]
    assert [record["xml_cdr_uuid"] for record in records] == [demo.CALL_UUID], "nothing half written"


@pytest.mark.parametrize(("mode", "seconds"), [("refuse", 0), ("half", 61)])
def test_a_switch_that_is_down_does_not_use_up_the_calls_at_once(
    house: House, operator: Caller, tenant: Caller, clock: FakeClock, mode: Mode, seconds: float
) -> None:
    house.call_limits = CallLimits(per_minute=100, at_once=1)
    house.restart()
    with ScriptedFreeSwitch(mode) as server:
        put_on(house, operator, server, clock)
        for _ in range(3):
            reply = tenant.call("originate", **CALL, headers=KEY if mode == "refuse" else {})
            assert reply.status == 503
            clock.time += seconds


def test_after_a_crash_the_switch_is_asked_how_the_call_is(
    server: ScriptedFreeSwitch, tenant: Caller, clock: FakeClock
) -> None:
    server.reply_to_bgapi = b"Content-Type: nonsense\n\n"
    assert tenant.call("originate", **CALL, headers=KEY).status == 503
    server.reply_to_bgapi = None
    clock.time += 31
    server.answers["uuid_dump"] = next(said for asked, said in LIVE["answered"].items() if "uuid_dump" in asked)
    again = tenant.call("originate", **CALL, headers=KEY)
    assert (again.status, again.json["success"], again.json["state"]) == (200, True, "answered")
    assert dialled(server) == 1


def test_a_call_the_switch_knows_no_more_is_told_by_its_record(
    server: ScriptedFreeSwitch, tenant: Caller, operator: Caller, clock: FakeClock
) -> None:
    server.reply_to_bgapi = b"Content-Type: nonsense\n\n"
    call_uuid = tenant.call("originate", **CALL, headers=KEY).json["call_uuid"]
    clock.time += 31
    post: dict[str, Any] = {
        "uuid": call_uuid, "domain_uuid": demo.DOMAIN_UUID, "start_epoch": "1795348800", "end_epoch": "1795348805",
        "hangup_cause": "USER_BUSY",
    }  # fmt: skip
    assert operator.post(json.dumps({"variables": post}), path="/freeswitch-cdr").status == 200
    again = tenant.call("originate", **CALL, headers=KEY)
    assert (again.json["success"], again.json["cause"]) == (False, "USER_BUSY")
    assert dialled(server) == 1


def test_a_changed_name_is_none_of_the_switchs_business(server: ScriptedFreeSwitch, tenant: Caller) -> None:
    tenant.done("extension-update", extension="100", description="x")
    assert server.heard == []


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("extension-delete", {}),
        ("extension-password-reset", {}),
        ("extension-update", {"enabled": False}),
        ("extension-update", {"new_extension": "150"}),
    ],
)
def test_phones_that_may_not_stay_are_dropped(
    server: ScriptedFreeSwitch, tenant: Caller, action: str, more: dict[str, Any]
) -> None:
    for command, said in LIVE["idle"].items():
        if command.startswith("sofia"):
            server.answers[command] = said.replace(HOME.domain_name, demo.DOMAIN_NAME)
    server.answers["sofia"] = "+OK flushing all registrations matching specified call_id\n"
    server.answers["callcenter_config"] = "+OK\n"
    tenant.done("user-extension-remove", user="alice", extension="100")
    tenant.done(action, extension="100", **more)
    assert [line for line in server.heard if line.startswith("api sofia")] == [
        "api sofia xmlstatus",
        "api sofia xmlstatus profile external reg",
        "api sofia xmlstatus profile internal reg",
        "api sofia profile internal flush_inbound_reg 100@fusionpbx.example.net",
    ]


def test_a_switch_that_cannot_be_told_does_not_undo_what_is_written(
    house: House, operator: Caller, tenant: Caller, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with ScriptedFreeSwitch("refuse") as server:
        put_on(house, operator, server, clock)
        tenant.done("extension-delete", extension="101")
    assert tenant.call("extension-details", extension="101").status == 404
    assert "afterwards" in caplog.text


def test_a_disabled_switch_takes_no_calls(server: ScriptedFreeSwitch, tenant: Caller, operator: Caller) -> None:
    operator.done("switch-update", switch="lab", enabled=False)
    assert tenant.call("originate", **CALL).status == 422
    assert tenant.call("call-list").status == 422
    assert server.heard == []


UP = {"call_uuid": A}


@pytest.fixture
def live(server: ScriptedFreeSwitch, operator: Caller) -> ScriptedFreeSwitch:
    """The demo domain on that switch, with the recorded call as one of its own."""
    for command, said in (LIVE["idle"] | LIVE["answered"]).items():
        server.answers[command] = said.replace(HOME.domain_uuid, demo.DOMAIN_UUID).replace(HOME.domain_name, HOME_NAME)
    server.answers |= {
        "uuid_send_dtmf": f"+OK {B} sent DTMF 1.\n",
        "uuid_buglist": "<media-bugs>\n</media-bugs>\n",
        "uuid_record": "+OK Success\n",
        "uuid_transfer": "+OK\n",
    }
    return server


def sent(server: ScriptedFreeSwitch) -> list[str]:
    return [line for line in server.heard if "uuid_send_dtmf" in line]


def test_a_retry_under_the_same_key_does_it_once(live: ScriptedFreeSwitch, tenant: Caller) -> None:
    first = tenant.call("call-dtmf", **UP, digits="1", headers=KEY)
    again = tenant.call("call-dtmf", **UP, digits="1", headers=KEY)
    assert (first.status, again.status, again.headers["Idempotency-Replayed"]) == (200, 200, "true")
    assert len(sent(live)) == 1


def test_two_at_once_under_the_same_key_do_it_once(live: ScriptedFreeSwitch, tenant: Caller) -> None:
    gate, heard = threading.Event(), threading.Event()

    def slowly(_: str) -> str:
        heard.set()
        gate.wait(5)
        return f"+OK {B} sent DTMF 1.\n"

    live.answers["uuid_send_dtmf"] = slowly
    tenant.house.switch = FreeSwitch(switch_at(live), lambda _: PASSWORD, tenant.house.clock)
    replies = []
    thread = threading.Thread(target=lambda: replies.append(tenant.call("call-dtmf", **UP, digits="1", headers=KEY)))
    thread.start()
    assert heard.wait(10)
    tenant.house.switch = FreeSwitch(switch_at(live), lambda _: PASSWORD, tenant.house.clock)
    assert tenant.call("call-dtmf", **UP, digits="1", headers=KEY).status == 409
    gate.set()
    thread.join(10)
    assert [reply.status for reply in replies] == [200]
    assert len(sent(live)) == 1


def test_what_the_switch_refused_may_be_tried_again_under_the_same_key(
    live: ScriptedFreeSwitch, tenant: Caller
) -> None:
    live.answers["uuid_send_dtmf"] = "-ERR no\n"
    assert tenant.call("call-dtmf", **UP, digits="1", headers=KEY).status == 502
    live.answers["uuid_send_dtmf"] = f"+OK {B} sent DTMF 1.\n"
    assert tenant.call("call-dtmf", **UP, digits="1", headers=KEY).status == 200


def test_what_may_have_been_done_is_not_done_again(live: ScriptedFreeSwitch, tenant: Caller, clock: FakeClock) -> None:
    live.answers["uuid_send_dtmf"] = b"half"
    assert tenant.call("call-dtmf", **UP, digits="1", headers=KEY).status == 503
    assert tenant.call("call-dtmf", **UP, digits="1", headers=KEY).status == 409
    clock.time += 31
    tenant.house.switch = FreeSwitch(switch_at(live), lambda _: PASSWORD, clock)
    live.answers["uuid_send_dtmf"] = f"+OK {B} sent DTMF 1.\n"
    reply = tenant.call("call-dtmf", **UP, digits="1", headers=KEY)
    assert (reply.status, "not finished" in reply.json["error"]) == (409, True)
    assert len(sent(live)) == 1


def test_leaves_an_audit_line(live: ScriptedFreeSwitch, house: House, tenant: Caller) -> None:
    tenant.done("call-record-start", **UP)
    rows = house.store.query(f"domain#{demo.DOMAIN_UUID}#audit", limit=1000)
    lines = {line["action"]: line["events"] for line in map(json.loads, (row.body for row in rows))}
    assert lines["call-record-start"] == ["command.record_started"]


@pytest.mark.parametrize(
    "destination",
    [
        "inline",
        "101 XML default",
        "*5900\n\napi system",
        "hangup:USER_BUSY inline",
        "101;x",
        "${x}",
        "sip:101@example.net",
    ],
)
def test_a_transfer_leads_to_a_number_and_nothing_else(
    live: ScriptedFreeSwitch, tenant: Caller, destination: str
) -> None:
    reply = tenant.call("call-transfer", **UP, destination=destination)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "destination")
    assert live.heard == []


def test_a_transfer_stays_in_the_domain(live: ScriptedFreeSwitch, tenant: Caller, operator: Caller) -> None:
    operator.done("extension-create", domain_name="empty.example.net", extension="777")
    assert tenant.call("call-transfer", **UP, destination="777").status == 422
    tenant.done("call-transfer", **UP, destination="600")
    transfers = [line for line in live.heard if "uuid_transfer" in line]
    assert transfers == [f"api uuid_transfer {B} 600 XML {HOME_NAME}"]


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("call-transfer", {"destination": "101"}),
        ("call-park", {}),
        ("call-monitor", {"extension": "101"}),
        ("call-hangup", {}),
        ("call-record-start", {}),
        ("call-dtmf", {"digits": "1"}),
    ],
)
def test_another_tenants_leg_is_not_there(
    live: ScriptedFreeSwitch, operator: Caller, stranger: Caller, action: str, more: dict[str, Any]
) -> None:
    operator.done("domain-update", domain_name="empty.example.net", switch="lab")
    operator.done("extension-create", domain_name="empty.example.net", extension="101")
    live.heard.clear()
    for uuid in (A, B):
        reply = stranger.call(action, call_uuid=uuid, **more)
        assert (reply.status, reply.json["error"]) == (404, "call not found")
    assert {line for line in live.heard if line.startswith(("api", "bgapi"))} == {"api show calls as json"}


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        *(
            (f"call-{act}", {"call_uuid": ...})
            for act in ("answer", "details", "hangup", "hold", "mute", "park", "resume")
        ),
        ("call-record-start", {"call_uuid": ...}),
        ("call-record-stop", {"call_uuid": ...}),
        ("call-unmute", {"call_uuid": ...}),
        ("call-dtmf", {"call_uuid": ..., "digits": "1"}),
        ("call-transfer", {"call_uuid": ..., "destination": "102"}),
        ("call-monitor", {"call_uuid": ..., "extension": "102"}),
        ("call-unpark", {"call_uuid": ..., "extension": "102"}),
        ("registration-delete", {"extension": ...}),
    ],
)
def test_what_a_user_may_not_see_is_not_there_and_the_switch_is_told_the_same(
    live: ScriptedFreeSwitch, tenant: Caller, action: str, asked: dict[str, Any]
) -> None:
    tenant.done("user-provision", firstname="Carol", username="carol", extension="102")
    tenant.done("permission-set", usergroup="everyone", key="see_calls", allowed=False)
    token = tenant.done("token-create", as_user="carol", domain_name=HOME_NAME)["token"]
    said = []
    for names in ({"call_uuid": A, "extension": "100"}, {"call_uuid": NOBODY, "extension": "190"}):
        live.heard.clear()
        named = {name: names[name] if value is ... else value for name, value in asked.items()}
        reply = tenant.call(action, headers={"authorization": f"Bearer {token}"}, **named)
        commands = [line for line in live.heard if line.startswith(("api", "bgapi"))]
        assert set(commands) <= {"api show calls as json"}
        said.append((reply.status, reply.json["error"], commands))
    assert said[0] == said[1]
    assert said[0][0] == 404


@pytest.mark.parametrize("bad", ["x", "99999999-9999-4999-8999-99999999999", f"{A}\n\napi system", f"{A} all", "all"])
@pytest.mark.parametrize("member", ["call_uuid", "leg_uuid"])
def test_a_uuid_is_one_or_reaches_nothing(live: ScriptedFreeSwitch, tenant: Caller, member: str, bad: str) -> None:
    reply = tenant.call("call-hangup", **{**UP, member: bad})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, member)
    assert live.heard == []


def test_a_slow_switch_takes_its_time_from_the_callers_wait(server: ScriptedFreeSwitch, tenant: Caller) -> None:
    class Slow(FreeSwitch):
        def place(self, order: CallOrder) -> None:
            super().place(order)
            tenant.house.clock.time += 20

        def await_answer(self, order: CallOrder, seconds: float) -> Progress:
            waited.append(seconds)
            return Progress("ringing")

    waited: list[float] = []
    tenant.house.switch = Slow(switch_at(server), lambda _: PASSWORD, tenant.house.clock)
    assert tenant.call("originate", **CALL, wait=25).status == 202
    assert waited == [7.0]


def test_a_call_that_was_parked_is_still_found_by_the_uuid_it_began_with(
    live: ScriptedFreeSwitch, tenant: Caller
) -> None:
    def parked(_: str) -> str:
        for command, said in LIVE["parked"].items():
            told = said.replace(HOME.domain_uuid, demo.DOMAIN_UUID).replace(HOME.domain_name, HOME_NAME)
            # A switch that has released A lists the call under another uuid.
            asked = "valet_info" if command.startswith("valet_info ") else command  # all lots are asked for at once
            live.answers[asked.replace(HOME.domain_name, HOME_NAME)] = told.replace(A, B)
        return "+OK\n"

    live.answers["uuid_transfer"] = parked
    answer = tenant.done("call-park", **UP)
    assert (answer["call_uuid"], answer["leg_uuid"], answer["slot"]) == (A, B, "5901")
    assert tenant.done("call-details", **UP)["slot"] == "5901"
    live.answers["uuid_kill"] = "+OK\n"
    assert tenant.done("call-hangup", **UP)["leg_uuid"] == B


def test_a_transfer_to_the_outside_counts_as_a_call(
    live: ScriptedFreeSwitch, house: House, operator: Caller, tenant: Caller
) -> None:
    operator.done("domain-update", **IN_HOME, outbound_gateway="trunk", outbound_prefixes=["1202"])
    house.call_limits = CallLimits(per_minute=100, at_once=1)
    house.restart()
    outside = {"destination": "12025550123"}
    tenant.done("call-transfer", **UP, destination="600")
    tenant.done("call-transfer", **UP, **outside)
    assert tenant.call("originate", **CALL).status == 429
    post = {"uuid": B, "domain_uuid": demo.DOMAIN_UUID, "start_epoch": "1795348800", "originating_leg_uuid": A}
    assert operator.post(json.dumps({"variables": post}), path="/freeswitch-cdr").status == 200
    live.answers["uuid_transfer"] = "-ERR no\n"
    assert tenant.call("call-transfer", **UP, **outside).status == 502
    assert tenant.call("originate", **CALL).status == 200


@pytest.mark.parametrize("odd", [{"uuid": "4711@192.0.2.1"}, {"created_epoch": "x"}, {"created_epoch": str(10**30)}])
def test_one_odd_row_breaks_no_action_on_calls(server: ScriptedFreeSwitch, tenant: Caller, odd: dict[str, str]) -> None:
    here = LIVE["answered"]["show calls as json"].replace(HOME.domain_uuid, demo.DOMAIN_UUID)
    [row] = json.loads(here)["rows"]
    rows = [{**row, "b_uuid": "", **odd}, row, "no row"]
    server.answers |= {"show": json.dumps({"row_count": len(rows), "rows": rows}), "valet_info": "<lots>\n</lots>\n"}
    for action in ("call-list", "parked-call-list"):
        assert tenant.call(action).status == 200
    assert [call["call_uuid"] for call in tenant.done("call-list")["items"]] == [A]
    assert tenant.done("call-details", call_uuid=B)["call_uuid"] == A
    assert tenant.call("extension-status", extension="100").status == 200
    assert tenant.call("call-hold", call_uuid=A).status == 404, "the switch knows it no more, and says so"
