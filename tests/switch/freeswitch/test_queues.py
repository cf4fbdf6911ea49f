"""Queues on a FreeSWITCH: the driver makes what there is what is ordered, and tells nothing twice."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.clock import stamp
from ringpost.model.errors import SwitchRefused
from ringpost.model.queue import Queue, QueueMemberOrder, QueueOrder
from ringpost.model.switch import SwitchRecord
from ringpost.switch.freeswitch import queues
from ringpost.switch.freeswitch.driver import FreeSwitch
from tests.fakes import FakeClock
from tests.switch.freeswitch.callcenter import CallCenter
from tests.switch.freeswitch.scripted import PASSWORD, ScriptedFreeSwitch
from tests.switch.freeswitch.stage import switch_at
from tests.switch.staging import HOME, NOBODY, OTHER

QUEUE = Queue(
    queue_uuid="0f9469b4-eb2d-4195-8e75-f95ea9908d42", domain_uuid=HOME.domain_uuid, name="Orders", extension="700"
)
NAME = f"{QUEUE.queue_uuid}@{HOME.domain_uuid}"
LEG, LATER = "ba826131-fbb3-4955-8c90-7e594be51dd2", "014d1289-de4b-430f-bc10-47a4771c80f1"
CALL = "2d5e52aa-0000-4000-8000-00000000000a"


def row(leg: str = LEG, state: str = "Trying", *, name: str = NAME, who: str = "12025550121|Example caller") -> str:
    """A row of ``queue list members``, as 1.11.3 wrote it."""
    times = "1795817404|1795817404|0|0|0|0|0"
    return f"{name}|single_box|46a35cb2-4876-4310-82f2-f969483d16f6|{leg}|{who}|{times}|ring-all||{state}|4"


def member(extension: str, **more: object) -> QueueMemberOrder:
    return QueueMemberOrder.model_validate({"extension": extension, "name": extension, **more})


def order(*members: QueueMemberOrder, **options: object) -> QueueOrder:
    return QueueOrder(queue=QUEUE.model_copy(update=options), members=members)


@dataclass
class Lab:
    switch: FreeSwitch
    center: CallCenter
    server: ScriptedFreeSwitch
    ordered: QueueOrder | None = None

    def set(self, ordered: QueueOrder) -> list[str]:
        """Have it so; the commands by which it became so."""
        self.ordered, self.center.told = ordered, []
        self.switch.set_queues(HOME, [ordered])
        return self.center.told

    def has(self) -> dict[str, tuple[int, int]]:
        """Extension, level and position of those who may be rung."""
        return {agent.partition("@")[0]: (level, at) for (_, agent), (level, at) in self.center.tiers.items()}


@pytest.fixture
def lab(clock: FakeClock) -> Iterator[Lab]:
    with ScriptedFreeSwitch() as server:
        center = CallCenter()
        found = Lab(FreeSwitch(switch_at(server), lambda _: PASSWORD, clock), center, server)
        center.asked = lambda name: found.ordered.queue if found.ordered and name == NAME else None
        server.answers["callcenter_config"] = center.answer
        yield found
        found.switch.close()


def channels(*rows: tuple[str, str]) -> str:
    listed = ",".join(f'{{"uuid":"{uuid}","presence_data":"{presence}"}}' for uuid, presence in rows)
    return f'{{"row_count":{len(rows)},"rows":[{listed}]}}'


def test_an_empty_call_centre_becomes_what_is_ordered(lab: Lab) -> None:
    lab.set(order(member("101"), member("102", penalty=3), ring_seconds=9, wrap_up_seconds=7))
    assert lab.has() == {"101": (1, 1), "102": (4, 2)}
    agent = lab.center.agents[f"101@{HOME.domain_uuid}"]
    assert (agent["status"], agent["wrap_up_time"], agent["no_answer_delay_time"]) == ("Available", "7", "5")
    assert agent["contact"] == queues.contact(HOME, "101")
    assert lab.center.queues.keys() == {NAME}


def test_nobody_is_rung_before_it_is_as_it_is_to_be(lab: Lab) -> None:
    told = lab.set(order(member("101")))
    verbs = [" ".join(command.split()[:3]) for command in told]
    assert verbs.index("agent set status") < verbs.index(f"tier add {NAME}")
    assert verbs.index("agent set contact") < verbs.index("agent set status")


def test_what_is_so_already_is_not_told_again(lab: Lab) -> None:
    ordered = order(member("101"), member("102"))
    lab.set(ordered)
    assert lab.set(ordered) == []


def test_who_rests_or_is_a_member_no_more_is_taken_out_and_nothing_else_is_told(lab: Lab) -> None:
    lab.set(order(member("101"), member("102")))
    told = lab.set(order(member("101"), member("102", paused=True)))
    assert told == [f"tier del {NAME} 102@{HOME.domain_uuid}"]
    assert lab.set(order(member("101"), member("102"))) == [f"tier add {NAME} 102@{HOME.domain_uuid} 1 2"]


def test_another_penalty_is_another_place(lab: Lab) -> None:
    lab.set(order(member("101"), member("102")))
    assert lab.set(order(member("101", penalty=2), member("102"))) == [
        f"tier set level {NAME} 101@{HOME.domain_uuid} 3"
    ]


def test_an_extension_that_is_there_twice_is_rung_once(lab: Lab) -> None:
    lab.set(order(member("101", penalty=2), member("101"), member("101", paused=True)))
    assert lab.has() == {"101": (1, 1)}


def test_a_queue_that_is_loaded_is_loaded_anew_only_if_it_is_another(lab: Lab) -> None:
    lab.set(order(member("101")))
    assert lab.set(order(member("101"), longest_wait=60)) == [f"queue load {NAME}"]
    assert lab.center.queues[NAME]["max-wait-time"] == "60"
    assert not [command for command in lab.center.told if "reload" in command], "that loses who waits"


def test_a_stale_call_centre_is_put_right(lab: Lab) -> None:
    agent = f"101@{HOME.domain_uuid}"
    lab.center.agents = {agent: {"status": "On Break", "contact": "user/101@old.example.net"}}
    lab.center.agents[f"109@{HOME.domain_uuid}"] = {"status": "Available"}
    lab.center.tiers = {(NAME, agent): [3, 9], (NAME, f"109@{HOME.domain_uuid}"): [1, 1]}
    lab.set(order(member("101")))
    assert lab.has() == {"101": (1, 1)}
    assert lab.center.agents[agent]["status"] == "Available"


MEMBERS = st.lists(
    st.builds(
        member,
        st.sampled_from(["100", "101", "102", "*55"]),
        penalty=st.integers(0, 20),
        paused=st.booleans(),
    ),
    max_size=6,
)


@given(st.lists(st.tuples(MEMBERS, st.integers(1, 60), st.sampled_from([None, 10])), min_size=1, max_size=5))
def test_whatever_was_there_before_it_is_as_ordered_last(
    changes: list[tuple[list[QueueMemberOrder], int, int | None]],
) -> None:
    center = CallCenter()
    for members, retry, longest in changes:
        ordered = order(*members, retry_seconds=retry, longest_wait=longest)
        center.asked = lambda _, queue=ordered.queue: queue
        for command in _commands(center, ordered):
            center.answer(f"callcenter_config {command}")
        left = {agent.partition("@")[0] for _, agent in center.tiers}
        assert left == {one.extension for one in members if not one.paused}
        assert _commands(center, ordered) == []


def _commands(center: CallCenter, ordered: QueueOrder) -> list[str]:
    """What the driver would say."""
    asked: list[str] = []

    class Said(FreeSwitch):
        def _api(self, command: str) -> str:
            words = command.removeprefix("callcenter_config ")
            if words.split()[1] != "list":
                asked.append(words)
            return center.answer(command)

    record = SwitchRecord(switch_uuid=NOBODY, switch_name="pbx1", kind="freeswitch", address="127.0.0.1:8021")
    before = len(center.told)
    Said(record, lambda _: PASSWORD, FakeClock()).set_queues(HOME, [ordered])
    del center.told[before:]
    return asked


def test_lists_who_waits_of_this_domain_only_in_its_order(lab: Lab) -> None:
    lab.center.rows = [
        row(LEG),
        row(LATER, "Waiting"),
        row("", "Abandoned"),
        row(CALL, "Answered"),
        row(NOBODY),
        row(LEG, name=f"{QUEUE.queue_uuid}@{OTHER.domain_uuid}"),
        row(LEG, name="q-all@t1.example.net"),
    ]
    lab.server.answers["show channels as json"] = channels(
        (LEG, HOME.domain_uuid), (LATER, f"{HOME.domain_uuid}:{CALL}"), (CALL, HOME.domain_uuid)
    )
    first, second = lab.switch.waiting(HOME)
    assert (first.leg_uuid, first.queue_uuid, first.since) == (LEG, QUEUE.queue_uuid, stamp(1795817404))
    assert (first.caller_id_number, first.caller_id_name) == ("12025550121", "Example caller")
    assert second.leg_uuid == CALL, "A of a call we have placed goes by that call's uuid"


def test_nobody_forges_a_row_with_a_name(lab: Lab) -> None:
    forged = f"x\n{row(NOBODY)}\ny"
    lab.center.rows = [row(LEG, who=f"+1|2'3|O'Neil | {forged}")]
    lab.server.answers["show channels as json"] = channels((LEG, HOME.domain_uuid))
    assert lab.switch.waiting(HOME) == [], "its own row is cut in two, and of the other's there is no leg"


def test_nobody_waits_where_nobody_does(lab: Lab) -> None:
    assert lab.switch.waiting(HOME) == []


def test_a_queue_that_is_dropped_rings_nobody_and_who_waits_is_hung_up(lab: Lab) -> None:
    lab.set(order(member("101")))
    lab.center.rows = [row(LEG)]
    lab.server.answers["show channels as json"] = channels((LEG, HOME.domain_uuid))
    lab.server.answers[f"uuid_dump {LEG} json"] = f'{{"variable_domain_uuid":"{HOME.domain_uuid}"}}'
    lab.server.answers["uuid_kill"] = "+OK\n"
    lab.switch.drop_queue(HOME, QUEUE.queue_uuid)
    assert lab.center.tiers == {}
    assert f"api uuid_kill {LEG}" in "\n".join(lab.server.heard)
    assert NAME in lab.center.queues, "nobody takes it from under those who are in it"
    lab.center.rows = []
    lab.switch.drop_queue(HOME, QUEUE.queue_uuid)
    assert NAME not in lab.center.queues
    lab.switch.drop_queue(HOME, QUEUE.queue_uuid)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("-ERR callcenter_config Command not found!\n", "load mod_callcenter"),
        ("-ERR Queue not found!\n", "bindings of xml_curl.conf.xml"),
        ("-ERR Invalid Queue not found!\n", "bindings of xml_curl.conf.xml"),
        ("-ERR Invalid!\n", "see its log"),
    ],
)
def test_says_what_is_wrong_with_a_switch_that_cannot(lab: Lab, answer: str, says: str) -> None:
    lab.server.answers["callcenter_config"] = answer
    with pytest.raises(SwitchRefused, match=says):
        lab.switch.set_queues(HOME, [order(member("101"))])


def test_of_a_member_of_several_queues_the_longest_rest_counts() -> None:
    other = QueueOrder(
        queue=QUEUE.model_copy(update={"queue_uuid": LATER, "wrap_up_seconds": 30, "retry_seconds": 0}),
        members=(member("101"),),
    )
    found = queues.members(HOME, [order(member("101"), member("102"), retry_seconds=9), other])
    rests = {(one.name.partition("@")[0], one.wrap_up, one.rest) for here in found.values() for one in here}
    assert rests == {("101", 30, 9), ("102", 0, 9)}


def test_who_would_be_first_again_rests_until_the_others_had_their_turn() -> None:
    def rest(strategy: str, members: int = 3) -> int:
        ordered = order(*(member(str(100 + at)) for at in range(members)), strategy=strategy, ring_seconds=15)
        return queues.members(HOME, [ordered])[NAME][0].rest

    assert (rest("leastrecent"), rest("fewestcalls"), rest("linear"), rest("ringall")) == (30, 30, 5, 5)
    assert rest("leastrecent", 20) == 60


@given(st.text())
def test_whatever_is_listed_can_be_read(text: str) -> None:
    queues.waiting(text, HOME.domain_uuid)
    queues.configured(text)
    queues.agents(text)
    queues.tiers(text)


@given(st.integers(0, 2**32), st.text(alphabet="|\n+OKabc0123-@", max_size=40))
def test_rows_are_read_whatever_stands_between_them(seed: int, rubbish: str) -> None:
    lines = [row(LEG, who=f"{rubbish.replace(chr(10), '')}|x"), rubbish, row(LATER, "Waiting")]
    random.Random(seed).shuffle(lines)
    found = {one.channel for one in queues.waiting("\n".join(lines), HOME.domain_uuid)}
    assert found == {LEG, LATER}


@pytest.mark.parametrize("name", ["", "@", "a@b", NAME + "x", NAME.replace("@", "|"), f"{NAME}@{NAME}"])
def test_a_name_that_is_none_of_ours(name: str) -> None:
    assert queues.named(name) is None


def test_whose_phone_it_is_goes_with_its_leg(lab: Lab) -> None:
    lab.set(order(member("101", agent_uuid=LATER)))
    agent = f"101@{HOME.domain_uuid}"
    assert f"ringpost_agent={LATER}" in lab.center.agents[agent]["contact"]
    [told] = lab.set(order(member("101", agent_uuid=CALL)))
    assert told.startswith(f"agent set contact {agent} "), "another is logged in there now"


def test_nothing_a_member_is_called_comes_into_a_command(lab: Lab) -> None:
    told = lab.set(order(member("101", pause_reason="'x", name="O'Neil ${x} | ;")))
    assert "Neil" not in "\n".join(told)
