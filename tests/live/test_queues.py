"""A call centre on a real switch: callers wait, agents come and go, and all of it is told, each thing once."""

import itertools
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.live.conftest import ABSENT, HERE, SILENT, WILLING, Api, House, Link, Serving
from tests.live.patience import eventually
from tests.live.phones import Caller, Phone
from tests.live.test_standing import away, elsewhere, standing_in
from tests.live.told import ToldEvents
from tests.live.under_test import IS_SANDBOX, KIND, LINK_DOES_ALL, NEEDS_A_LINK, NEEDS_PHONES, NEEDS_QUEUES
from tests.webhooks.receiving import Receiving

pytestmark = NEEDS_QUEUES
Phones = tuple[Phone, Phone]
SOMEBODY, OTHER = "7001", "7002"
"""Two agents."""
BY_HAND = "185"
"""The extension of a phone that is answered by hand."""
_NUMBERS = itertools.count(60)
_CALLERS = itertools.count(10)
"""The last digits of what is dialled, and of who dials."""
_VAIN = ("queue.abandoned", "queue.left")
GAVE_UP = ("queue.left", "removed") if IS_SANDBOX else ("queue.abandoned", "abandoned")
"""What is told of a caller who hangs up, and why; in the sandbox an action does it."""


@dataclass
class Centre:
    """Queues and agents of the live domain, and who calls from outside."""

    house: House
    told: ToldEvents
    stack: ExitStack
    queues: list[str] = field(default_factory=list)

    @property
    def api(self) -> Any:
        return self.house.api

    def queue(self, *agents: str, **options: Any) -> str:
        """A new queue of these agents, and its number."""
        number = f"7{next(_NUMBERS)}"
        members = options.pop("members", [{"agent": agent} for agent in agents])
        options = {"ring_seconds": 4, "retry_seconds": 1, **options}
        self.api.do("queue-create", name=f"queue {number}", extension=number, members=members, **options)
        self.api.do("destination-create", number=_dialled(number), extension=number)
        self.queues.append(number)
        return number

    def calls(self, queue: str, seconds: int) -> str:
        """Somebody calls a queue from outside, and hangs up after so many seconds; who that is."""
        shows = self.house.shown(f"130355501{next(_CALLERS)}")
        caller = self.house.caller(_dialled(queue), shows=shows, talks=seconds)
        self.stack.enter_context(caller)
        return shows

    def log_in(self, agent: str, extension: str) -> None:
        self.api.do("agent-login", agent=agent, extension=extension)

    def agent(self, agent: str) -> dict[str, Any]:
        [found] = self.api.do("agent-status", agent=agent)["items"]
        return dict(found)

    def waiting(self, queue: str) -> list[dict[str, Any]]:
        [status] = self.api.do("queue-status", queue=queue)["items"]
        return list(status["waiting"])

    def waits(self, queue: str, count: int = 1) -> list[dict[str, Any]]:
        return eventually(lambda: len(found := self.waiting(queue)) == count and found, f"{count} wait in {queue}")

    def events(self, *types: str, **about: Any) -> list[dict[str, Any]]:
        return [event for event in self.told.events(**about) if not types or event["type"] in types]

    def of(self, caller: str, *types: str) -> list[dict[str, Any]]:
        """What was told of somebody's time in queues, once the last of these was; it must be just these."""

        def told() -> list[dict[str, Any]]:
            events = [
                event for event in self.events() if event["type"].startswith("queue.") and "call" in event["data"]
            ]
            return [event for event in events if event["data"]["call"]["caller_id_number"] == caller]

        def enough() -> bool:
            return len(told()) >= len(types)

        try:
            eventually(enough, f"{types} of {caller}", 30)
        except AssertionError as error:
            error.add_note(str([event["type"] for event in told()]))
            raise
        assert [event["type"] for event in told()] == list(types)
        return told()

    def figures(self, queue: str) -> dict[str, Any]:
        return dict(self.api.do("queue-statistics", queue=queue)["total"])

    def hears_of(self, agent: str, what: str) -> dict[str, Any]:
        """What was told of an agent, once it was."""

        def told() -> list[dict[str, Any]]:
            events = self.events(f"agent.{what}")
            return [one for one in events if agent in (one["data"].get("number"), _number(one["data"].get("agent")))]

        return dict(eventually(told, f"agent.{what} of {agent}", 30)[-1])

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        eventually(lambda: time.monotonic() > end, "it goes on for a while", seconds + 5)


def _dialled(queue: str) -> str:
    """A queue's number of the world outside."""
    return f"120255501{queue[1:]}"


def _number(agent: Any) -> Any:
    return agent.get("number") if isinstance(agent, dict) else None


@pytest.fixture
def told(house: House) -> Iterator[ToldEvents]:
    """A wall board that is told all that happens in queues."""
    with Receiving() as receiving:
        made = house.api.do("webhook-create", url=f"{receiving.url}/hook", events=["queue.#", "agent.#", "call.#"])
        yield ToldEvents(receiving, made["secret"])
        house.api.do("webhook-delete", webhook_uuid=made["webhook_uuid"])


@pytest.fixture
def centre(house: House, phones: Phones, told: ToldEvents) -> Iterator[Centre]:
    """Two agents that are logged in nowhere; what was made is gone afterwards."""
    with ExitStack() as stack:
        for number in (SOMEBODY, OTHER):
            house.api.do("agent-create", number=number, firstname=f"Agent {number}")
        centre = Centre(house, told, stack)
        yield centre
    house.switch.hush(house.domain_uuid)
    house.api.ask("agent-logout", everybody=True)
    for number in centre.queues:
        house.api.do("destination-delete", number=_dialled(number))
        house.api.do("queue-delete", queue=number)
    for number in (SOMEBODY, OTHER):
        house.api.do("agent-delete", agent=number)


@pytest.mark.usefixtures("linked")
def test_a_caller_is_answered_by_an_agent_and_it_is_told_once(centre: Centre):
    queue = centre.queue(SOMEBODY)
    centre.log_in(SOMEBODY, "100")
    caller = centre.calls(queue, 3)
    _, connected, completed = centre.of(caller, "queue.joined", "queue.connected", "queue.completed")
    assert (connected["data"]["extension"], _number(connected["data"]["agent"])) == ("100", SOMEBODY)
    visit = completed["data"]["visit"]
    assert (visit["left_because"], visit["extension"]) == ("answered", "100")
    centre.api.silence()
    figures = centre.figures(queue)
    assert (figures["offered"], figures["answered"], figures["abandoned"], figures["waiting"]) == (1, 1, 0, 0)
    record = centre.api.record(completed["call_uuid"])
    assert (record["answered_by"], record["missed_call"], len(record["legs"])) == ("100", False, 2)
    assert len(centre.events("call.ended", call_uuid=completed["call_uuid"])) == 1
    assert len([one for one in centre.api.records(limit=100) if one["caller_id_number"] == caller]) == 1


@pytest.mark.usefixtures("linked")
def test_who_hangs_up_while_waiting_has_abandoned(centre: Centre):
    queue = centre.queue(SOMEBODY)
    caller = centre.calls(queue, 4)
    [waiting] = centre.waits(queue)
    assert waiting["caller_id_number"] == caller
    _, left = centre.of(caller, "queue.joined", GAVE_UP[0])
    assert left["data"]["visit"]["left_because"] == GAVE_UP[1]
    eventually(lambda: not centre.waiting(queue), "nobody waits")
    figures = centre.figures(queue)
    assert (figures["offered"], figures["abandoned"]) == (1, 0 if IS_SANDBOX else 1)


@pytest.mark.usefixtures("linked")
def test_who_waits_too_long_goes_on_to_somebody_else(centre: Centre):
    queue = centre.queue(SOMEBODY, longest_wait=3, timeout_destination=WILLING)
    caller = centre.calls(queue, 7)
    _, left = centre.of(caller, "queue.joined", "queue.left")
    assert left["data"]["visit"]["left_because"] == "timeout"
    ended = eventually(lambda: centre.events("call.ended", call_uuid=left["call_uuid"]), "it has ended", 20)
    assert ended[0]["data"]["call"]["answered_by"] == WILLING
    assert centre.figures(queue)["overflowed"] == 1


@pytest.mark.usefixtures("linked")
def test_who_waits_too_long_is_hung_up_if_there_is_no_way_on(centre: Centre):
    queue = centre.queue(SOMEBODY, longest_wait=2)
    caller = centre.calls(queue, 30)
    _, left = centre.of(caller, "queue.joined", "queue.left")
    assert left["data"]["visit"]["left_because"] == "timeout"
    eventually(lambda: centre.events("call.ended", call_uuid=left["call_uuid"]), "it has ended", 20)


@pytest.mark.usefixtures("linked")
def test_one_too_many_goes_on(centre: Centre):
    queue = centre.queue(SOMEBODY, most_waiting=1, full_destination=WILLING)
    first = centre.calls(queue, 10)
    centre.waits(queue)
    second = centre.calls(queue, 4)
    _, left = centre.of(second, "queue.joined", "queue.left")
    assert left["data"]["visit"]["left_because"] == "full"
    ended = eventually(lambda: centre.events("call.ended", call_uuid=left["call_uuid"]), "it has ended", 20)
    assert ended[0]["data"]["call"]["answered_by"] == WILLING
    centre.of(first, "queue.joined", GAVE_UP[0])


@pytest.mark.usefixtures("linked")
def test_who_comes_when_nobody_is_there_goes_on(centre: Centre):
    queue = centre.queue(SOMEBODY, join_empty=False, empty_destination=WILLING)
    caller = centre.calls(queue, 4)
    _, left = centre.of(caller, "queue.joined", "queue.left")
    assert left["data"]["visit"]["left_because"] == "empty"
    ended = eventually(lambda: centre.events("call.ended", call_uuid=left["call_uuid"]), "it has ended", 20)
    assert ended[0]["data"]["call"]["answered_by"] == WILLING
    centre.log_in(SOMEBODY, "100")
    centre.of(centre.calls(queue, 3), "queue.joined", "queue.connected", "queue.completed")


@pytest.mark.usefixtures("linked")
def test_a_supervisor_picks_a_caller(centre: Centre):
    queue = centre.queue(SOMEBODY)
    caller = centre.calls(queue, 10)
    [waiting] = centre.waits(queue)
    centre.api.do("queue-caller-pick", call_uuid=waiting["call_uuid"], extension="101")
    call = centre.api.one_call()
    assert "101" in {leg["extension"] for leg in call["legs"]}
    _, left = centre.of(caller, "queue.joined", "queue.left")
    assert left["data"]["visit"]["left_because"] == "transferred"
    eventually(lambda: not centre.waiting(queue), "nobody waits")
    ended = eventually(lambda: centre.events("call.ended", call_uuid=left["call_uuid"]), "it has ended", 20)
    assert ended[0]["data"]["call"]["answered_by"] == "101"


@pytest.mark.usefixtures("linked")
def test_a_supervisor_hangs_a_caller_up(centre: Centre):
    queue = centre.queue(SOMEBODY)
    caller = centre.calls(queue, 20)
    [waiting] = centre.waits(queue)
    centre.api.do("queue-caller-remove", call_uuid=waiting["call_uuid"])
    _, left = centre.of(caller, "queue.joined", "queue.left")
    assert left["data"]["visit"]["left_because"] == "removed"


@pytest.mark.usefixtures("linked")
def test_an_agent_who_is_paused_gets_no_call(centre: Centre):
    queue = centre.queue(SOMEBODY)
    centre.log_in(SOMEBODY, "100")
    centre.api.do("agent-pause", agent=SOMEBODY, reason="lunch")
    centre.hears_of(SOMEBODY, "paused")
    caller = centre.calls(queue, 8)
    centre.waits(queue)
    centre.wait(2)
    assert len(centre.waiting(queue)) == 1, "it waits still"
    centre.api.do("agent-unpause", agent=SOMEBODY)
    centre.of(caller, "queue.joined", "queue.connected", "queue.completed")


@NEEDS_PHONES
@pytest.mark.usefixtures("linked")
def test_an_agent_who_logs_out_as_its_phone_rings_may_answer_and_has(centre: Centre):
    password = centre.api.do("extension-create", extension=BY_HAND)["password"]
    try:
        with centre.house.phone(BY_HAND, answers=False, password=password) as phone:
            queue = centre.queue(SOMEBODY, ring_seconds=15)
            centre.log_in(SOMEBODY, BY_HAND)
            caller = centre.calls(queue, 12)
            eventually(phone.is_in_a_call, "it rings")
            centre.api.do("agent-logout", agent=SOMEBODY)
            phone.command("accept")
            _, connected, _ = centre.of(caller, "queue.joined", "queue.connected", "queue.completed")
    finally:
        centre.api.do("extension-delete", extension=BY_HAND)
    assert (_number(connected["data"]["agent"]), connected["data"]["extension"]) == (SOMEBODY, BY_HAND)
    centre.api.silence()
    [figures] = [one for one in centre.api.do("agent-statistics", queue=queue)["items"] if one["of"] == SOMEBODY]
    assert figures["answered"] == 1


@pytest.mark.usefixtures("linked")
def test_an_agent_who_does_not_answer_has_missed_it_and_is_paused(centre: Centre):
    queue = centre.queue(SOMEBODY, ring_seconds=2, pause_on=["no_answer"], pause_after=1)
    centre.log_in(SOMEBODY, SILENT)
    caller = centre.calls(queue, 9)
    missed = centre.hears_of(SOMEBODY, "missed")
    assert (missed["data"]["reason"], missed["data"]["extension"]) == ("no_answer", SILENT)
    assert centre.hears_of(SOMEBODY, "paused")["data"]["pause_reason"] == "no_answer"
    [place] = centre.agent(SOMEBODY)["in_queues"]
    assert place["paused"]
    centre.of(caller, "queue.joined", GAVE_UP[0])
    assert len(centre.events("agent.missed")) == 1, "who is paused is rung no more"


@pytest.mark.usefixtures("linked")
def test_an_agent_without_a_phone_has_missed_it(centre: Centre):
    queue = centre.queue(SOMEBODY, pause_on=["unregistered"])
    centre.log_in(SOMEBODY, ABSENT)
    caller = centre.calls(queue, 6)
    assert centre.hears_of(SOMEBODY, "missed")["data"]["reason"] == "unregistered"
    assert centre.hears_of(SOMEBODY, "paused")["data"]["pause_reason"] == "unregistered"
    centre.of(caller, "queue.joined", GAVE_UP[0])


@pytest.mark.usefixtures("linked")
def test_the_next_is_rung_when_one_does_not_answer(centre: Centre):
    queue = centre.queue(SOMEBODY, OTHER, strategy="linear", ring_seconds=2)
    centre.log_in(SOMEBODY, SILENT)
    centre.log_in(OTHER, "101")
    caller = centre.calls(queue, 8)
    _, connected, _ = centre.of(caller, "queue.joined", "queue.connected", "queue.completed")
    assert _number(connected["data"]["agent"]) == OTHER
    assert centre.hears_of(SOMEBODY, "missed")["data"]["reason"] == "no_answer"


@pytest.mark.usefixtures("linked")
def test_an_agent_who_logs_in_elsewhere_is_rung_there(centre: Centre):
    queue = centre.queue(SOMEBODY)
    centre.log_in(SOMEBODY, "100")
    centre.log_in(SOMEBODY, "101")
    caller = centre.calls(queue, 4)
    _, connected, _ = centre.of(caller, "queue.joined", "queue.connected", "queue.completed")
    assert connected["data"]["extension"] == "101"


@pytest.mark.usefixtures("linked")
def test_an_extension_may_be_a_member_by_itself(centre: Centre):
    queue = centre.queue(members=[{"extension": "101"}])
    caller = centre.calls(queue, 4)
    _, connected, _ = centre.of(caller, "queue.joined", "queue.connected", "queue.completed")
    assert connected["data"]["extension"] == "101"


@pytest.mark.usefixtures("linked")
def test_agents_log_in_and_out_and_pause_on_their_phones(centre: Centre, phones: Phones):
    queue = centre.queue(SOMEBODY)
    phone, _ = phones

    def dials(code: str, what: str) -> None:
        phone.dial(code)
        centre.hears_of(SOMEBODY, what)
        eventually(lambda: not phone.is_in_a_call(), "the code is done", 20)

    dials(f"*22{SOMEBODY}", "logged_in")
    assert centre.agent(SOMEBODY)["extension"] == "100"
    centre.of(centre.calls(queue, 3), "queue.joined", "queue.connected", "queue.completed")
    centre.api.silence()
    dials("*24", "paused")
    assert centre.agent(SOMEBODY)["paused"]
    dials("*25", "unpaused")
    dials("*23", "logged_out")
    assert centre.agent(SOMEBODY)["extension"] is None


@NEEDS_A_LINK
@pytest.mark.expects_complaint(r"func_curl\.c: Failed to connect", "it asks a link that is away")
def test_who_waits_is_told_though_the_link_was_away(centre: Centre, linking: Link):
    link = linking.goes_on()
    queue = centre.queue(SOMEBODY)
    before = centre.calls(queue, 30)
    centre.of(before, "queue.joined")
    link.kill()
    if LINK_DOES_ALL:  # nobody calls while nobody says where a number leads
        linking.goes_on()
        centre.waits(queue)
    else:
        during = centre.calls(queue, 30)
        eventually(lambda: centre.house.switch.legs(centre.house.domain_uuid) == 2, "both wait")
        centre.wait(1)
        linking.goes_on()
        centre.of(during, "queue.joined")
        centre.waits(queue, 2)
    centre.log_in(SOMEBODY, "100")
    centre.of(before, "queue.joined", "queue.connected")


@NEEDS_A_LINK
@pytest.mark.expects_complaint(r"func_curl\.c: Failed to connect", "it asks a link that is away")
def test_who_has_left_while_the_link_was_away_is_told(centre: Centre, linking: Link):
    link = linking.goes_on()
    queue = centre.queue(SOMEBODY)
    caller = centre.calls(queue, 4)
    centre.of(caller, "queue.joined")
    link.kill()
    eventually(lambda: not centre.house.switch.legs(centre.house.domain_uuid), "it has hung up")
    linking.goes_on()
    hands_in = KIND == "freeswitch"  # then its record says how it ended; else nobody has heard
    _, left = centre.of(caller, "queue.joined", "queue.abandoned" if hands_in else "queue.left")
    assert left["data"]["visit"]["left_because"] == ("abandoned" if hands_in else "lost")
    figures = centre.figures(queue)
    assert (figures["offered"], figures["abandoned"], figures["waiting"]) == (1, 1 if hands_in else 0, 0)


@pytest.mark.usefixtures("linked")
def test_who_is_clicked_may_wait_too(centre: Centre):
    queue = centre.queue(SOMEBODY)
    placed = centre.api.do("originate", caller_id_number="5550100", destination_a="100", destination_b=queue)
    [waiting] = centre.waits(queue)
    assert waiting["leg_uuid"] == placed["call_uuid"], "A is known by the call's uuid"
    centre.log_in(SOMEBODY, "101")
    connected = eventually(lambda: centre.events("queue.connected", call_uuid=placed["call_uuid"]), "it is taken", 20)
    assert connected[0]["data"]["extension"] == "101"
    call = centre.api.one_call()
    assert (call["call_uuid"], {leg["extension"] for leg in call["legs"]}) == (placed["call_uuid"], {"100", "101"})
    centre.api.do("call-hangup", call_uuid=placed["call_uuid"])
    centre.api.silence()
    record = centre.api.record(placed["call_uuid"])
    assert (record["answered_by"], len(record["legs"])) == ("101", 2)


@pytest.mark.usefixtures("linked")
def test_who_is_clicked_and_has_nobody_to_talk_to_is_one_call(centre: Centre):
    queue = centre.queue(SOMEBODY)
    centre.log_in(SOMEBODY, ABSENT)
    placed = centre.api.do("originate", caller_id_number="5550100", destination_a="100", destination_b=queue)
    assert centre.hears_of(SOMEBODY, "missed")["call_uuid"] == placed["call_uuid"]
    centre.api.do("call-hangup", call_uuid=placed["call_uuid"])
    eventually(lambda: centre.events("call.ended", call_uuid=placed["call_uuid"]), "it has ended", 20)
    assert {event["call_uuid"] for event in centre.events() if event["type"].startswith("call.")} == {
        placed["call_uuid"]
    }


@NEEDS_PHONES
@pytest.mark.usefixtures("linked")
def test_a_queues_calls_are_recorded_if_it_says_so(centre: Centre):
    queue = centre.queue(SOMEBODY, record=True, name_prefix="Orders")
    caller = centre.calls(queue, 8)
    centre.waits(queue)
    centre.log_in(SOMEBODY, "100")
    call = centre.of(caller, "queue.joined", "queue.connected", "queue.completed")[-1]["call_uuid"]
    centre.api.silence()
    recorded = eventually(lambda: centre.api.do("recording-list", call_uuid=call)["items"], "it was recorded", 20)
    assert len(recorded) == 1, "once"


@NEEDS_PHONES
@pytest.mark.expects_complaint(
    r"Invalid data \(\$\{sip_(from_display|full_from)\} contains a variable\)",
    "FreeSWITCH says so of a caller who is named like a variable, and does not expand it",
)
@pytest.mark.parametrize("name", ["Ann", "${domain_name}", "A, {C}|'D", "A%0D%0AB"])
def test_members_see_which_queue_it_is_and_nothing_a_caller_has_made_up(centre: Centre, name: str):
    queue = centre.queue(members=[{"extension": WILLING}], name_prefix="Orders:")
    phone = centre.house.always[WILLING]
    before = phone.heard().count("INVITE sip:")
    with Caller(_dialled(queue), centre.house.trunk, name=name, talks=3):
        eventually(lambda: phone.heard().count("INVITE sip:") > before, "it rings")
    invite = phone.invited(WILLING)
    found = re.search(r'^From: ?"Orders: ([^"]*)" ?<sip:', invite, re.MULTILINE)
    assert found, invite
    assert "live.example.net" not in found[1], "nobody's name is read"
    assert set("${%") & set(name) or found[1] == name


@NEEDS_A_LINK
@pytest.mark.expects_complaint(
    r"mod_xml_curl\.c:\d+ Received HTTP error 0|func_curl\.c: Failed to connect|sofia_reg\.c:\d+ Can't find user",
    "nobody answers while the link takes Ringpost's place, and a phone may ask just then",
)
def test_callers_wait_and_are_answered_while_ringpost_is_away(centre: Centre, serving: Serving, tmp_path: Path):
    queue = centre.queue(SOMEBODY, longest_wait=4, timeout_destination=WILLING)
    centre.log_in(SOMEBODY, "100")
    with elsewhere(centre.house, serving), standing_in(serving, tmp_path):
        there = Api(serving.url, centre.api.token)
        with away(serving):
            caller = centre.calls(queue, 3)
            eventually(lambda: centre.house.switch.phones(centre.house.domain_uuid, f"100@{HERE}"), "100 is rung")
            eventually(lambda: not centre.house.switch.legs(centre.house.domain_uuid), "it is over", 20)

        def completed() -> bool:
            asked: dict[str, Any] = {"types": ["queue.completed"], "fresh": True, "limit": 500}
            more = True
            while more:
                page = there.do("event-list", **asked)
                if any(event["data"]["call"]["caller_id_number"] == caller for event in page["items"]):
                    return True
                asked["cursor"], more = page["next_cursor"], page["more"]
            return False

        eventually(completed, "it is told afterwards", 40)
    assert (centre.figures(queue)["offered"], centre.figures(queue)["answered"]) == (1, 1)


@pytest.mark.usefixtures("linked")
def test_six_callers_and_two_agents(centre: Centre):
    queue = centre.queue(SOMEBODY, OTHER)
    centre.log_in(SOMEBODY, "100")
    centre.log_in(OTHER, "101")
    callers = []
    for seconds in (5, 5, 11, 11, 17, 17):
        callers.append(centre.calls(queue, seconds))
        centre.wait(0.3)  # they are to come in this order
    for caller in callers:
        centre.of(caller, "queue.joined", "queue.connected", "queue.completed")
    centre.api.silence()
    figures = centre.figures(queue)
    assert (figures["offered"], figures["answered"], figures["abandoned"]) == (6, 6, 0)
    agents = {one["of"]: one for one in centre.api.do("agent-statistics", queue=queue, by="agent")["items"]}
    assert agents[SOMEBODY]["answered"] + agents[OTHER]["answered"] == 6
    records = [one for one in centre.api.records(limit=200) if one["caller_id_number"] in callers]
    assert len(records) == 6, "one record a call"
    assert not [event for event in centre.events(*_VAIN) if event["data"]["queue"]["extension"] == queue]
