"""What a link tells of queues: events, figures, agents that rest, codes that are dialled; each once."""

from typing import Any

import pytest

from ringpost.clock import stamp
from ringpost.entry import demo
from ringpost.model.notices import Notice
from ringpost.model.route import AgentCodeWord
from tests.actions.events.test_switch_event import hand_in, link, switch_uuid
from tests.fakes import NOON, RecordingSwitch
from tests.harness import Caller, House
from tests.services.happenings.test_queue_events import AGENTS, Switchboard, answered

__all__ = ["link", "switch_uuid"]

HOME = {"domain_name": demo.DOMAIN_NAME}
UNKNOWN = "bdbdbdbd-0000-4000-8000-000000000000"


@pytest.fixture
def switch(house: House) -> RecordingSwitch:
    house.switch = RecordingSwitch()
    return house.switch


@pytest.fixture
def agents(operator: Caller, link: Caller, switch: RecordingSwitch) -> dict[str, str]:
    """Two agents of the demo tenant's queue, at the extensions the stories ring, by those."""
    found = {"101": "7003"}
    operator.done("queue-update", **HOME, queue="700", members=[{"agent": "7003"}], service_level=15)
    operator.done("agent-login", **HOME, agent="7003", extension="101")
    operator.done("agent-create", **HOME, number="7002", firstname="Bob")
    operator.done("extension-create", **HOME, extension="102")
    operator.done("queue-member-add", **HOME, queue="700", agent="7002")
    operator.done("agent-login", **HOME, agent="7002", extension="102")
    return found | {"102": "7002"}


def numbered(told: list[Notice], since: int = 1) -> list[dict[str, Any]]:
    """The notices as a link hands them in, of the demo domain and its queue."""
    return [
        {
            **notice.model_dump(exclude_none=True),
            "domain_uuid": demo.DOMAIN_UUID,
            **({"queue_uuid": demo.QUEUE_UUID} if notice.queue_uuid else {}),
            "position": place,
        }
        for place, notice in enumerate(told, since)
    ]


def told(operator: Caller, house: House, *types: str) -> list[dict[str, Any]]:
    house.clock.time += 3600
    found: list[dict[str, Any]] = operator.done("event-list", **HOME, types=list(types), limit=1000)["items"]
    return found


def test_each_is_told_once_with_whose_phone_it_was(
    house: House, operator: Caller, link: Caller, agents: dict[str, str]
) -> None:
    assert hand_in(link, numbered(answered().told)) == 0
    assert hand_in(link, numbered(answered().told)) == 0
    happened = [one for one in told(operator, house, "queue.*", "agent.missed") if one["call_uuid"]]
    assert [(one["type"], one["data"]["agent"] and one["data"]["agent"]["number"]) for one in happened] == [
        ("queue.joined", None),
        ("agent.missed", "7003"),
        ("queue.connected", "7002"),
        ("queue.completed", "7002"),
    ]
    assert {one["data"]["queue"]["name"] for one in happened} == {"Support"}


def test_the_figures_are_counted_from_it(house: House, operator: Caller, link: Caller, agents: dict[str, str]) -> None:
    hand_in(link, numbered(answered().told))
    house.clock.time += 3600
    figures = operator.done("queue-statistics", **HOME, queue="700")["total"]
    assert (figures["offered"], figures["answered"], figures["in_service_level"]) == (1, 1, 1)
    assert (figures["mean_wait"], figures["talk"]) == (14, 30)
    items = {one["of"]: one for one in operator.done("agent-statistics", **HOME)["items"]}
    assert (items["7003"]["missed"], items["7002"]["answered"], items["7002"]["talk"]) == (1, 1, 30)


def test_a_talk_counts_for_the_agent_that_took_it_though_it_is_logged_out_meanwhile(
    house: House, operator: Caller, link: Caller, agents: dict[str, str]
) -> None:
    story = numbered(answered().told)
    hand_in(link, story[:9])
    operator.done("agent-logout", **HOME, agent="7002")
    hand_in(link, story)
    house.clock.time += 3600
    items = {one["of"]: one for one in operator.done("agent-statistics", **HOME)["items"]}
    assert (items["7002"]["answered"], items["7002"]["talk"]) == (1, 30)


def missed(times: int, cause: str = "NO_ANSWER") -> list[Notice]:
    board = Switchboard()
    board.joins(0)
    for place in range(times):
        leg = f"f0000000-0000-4000-8000-{place:012d}"
        about = {
            "source_uuid": board.told[0].leg_uuid,
            "extension": "101",
            "number": "101",
            "start_stamp": stamp(NOON + place * 10 + 1),
        }
        for what, more in (("made", {}), ("ringing", {}), ("ended", {"cause": cause})):
            at = place * 10 + (9 if what == "ended" else 1)
            notice = {"what": what, "at": stamp(NOON + at), "core": "c1", "sequence": len(board.told) + 1}
            whose = {"domain_uuid": demo.DOMAIN_UUID, "leg_uuid": leg}
            board.told.append(Notice.model_validate({**notice, **whose, **about, **more}))
    return board.told


def test_who_does_not_answer_so_often_running_is_paused_if_the_queue_says_so(
    operator: Caller, link: Caller, agents: dict[str, str], switch: RecordingSwitch
) -> None:
    operator.done("queue-update", **HOME, queue="700", pause_on=["no_answer"], pause_after=3)
    story = numbered(missed(3))
    hand_in(link, story[:9])
    agent = operator.done("agent-details", **HOME, agent="7003")
    assert (agent["unanswered"], agent["paused_in"]) == (2, [])
    switch.queues.clear()
    hand_in(link, story)
    agent = operator.done("agent-details", **HOME, agent="7003")
    assert (agent["paused_in"], agent["pause_reason"]) == ([demo.QUEUE_UUID], "no_answer")
    [order] = switch.queues
    assert {one.extension: one.paused for one in order.members} == {"101": True, "102": False}


def test_otherwise_it_is_only_counted_until_it_answers(operator: Caller, link: Caller, agents: dict[str, str]) -> None:
    hand_in(link, numbered(missed(5)))
    assert operator.done("agent-details", **HOME, agent="7003")["unanswered"] == 5
    board = Switchboard()
    board.joins(100)
    board.rings(101, "101")
    board.answers(102, "101", 101)
    leg = "c9000000-0000-4000-8000-000000000000"
    fresh = []
    for one in board.told:
        whose = "source_uuid" if one.leg_uuid in AGENTS.values() else "leg_uuid"
        fresh.append(one.model_copy(update={whose: leg}))
    hand_in(link, numbered(fresh, 100))
    assert operator.done("agent-details", **HOME, agent="7003")["unanswered"] == 0


def test_one_without_a_phone_is_paused_at_once_if_the_queue_says_so(
    operator: Caller, link: Caller, agents: dict[str, str]
) -> None:
    operator.done("queue-update", **HOME, queue="700", pause_on=["unregistered"])
    hand_in(link, numbered(missed(1, "USER_NOT_REGISTERED")))
    assert operator.done("agent-details", **HOME, agent="7003")["pause_reason"] == "unregistered"


def dialled(code: AgentCodeWord, extension: str, agent: str | None = None) -> Notice:
    return Notice(
        what="agent_code",
        at=stamp(NOON),
        domain_uuid=demo.DOMAIN_UUID,
        leg_uuid="c8000000-0000-4000-8000-000000000000",
        start_stamp=stamp(NOON),
        extension=extension,
        agent_code=code,
        agent_number=agent,
    )


def test_an_agent_logs_in_rests_and_logs_out_by_codes_on_its_phone(
    operator: Caller, link: Caller, agents: dict[str, str], switch: RecordingSwitch
) -> None:
    operator.done("extension-create", **HOME, extension="103")
    codes = [
        (dialled("log_in", "103", "7002"), {"extension": "103", "paused": False}),
        (dialled("pause", "103"), {"extension": "103", "paused": True}),
        (dialled("unpause", "103"), {"extension": "103", "paused": False}),
        (dialled("log_out", "103"), {"extension": None, "paused": False}),
    ]
    for place, (notice, after) in enumerate(codes, 1):
        hand_in(link, numbered([notice], place))
        agent = operator.done("agent-details", **HOME, agent="7002")
        assert {name: agent[name] for name in after} == after


@pytest.mark.parametrize(
    "notice",
    [
        dialled("log_in", "103", "7999"),
        dialled("log_in", "199", "7002"),
        dialled("log_in", "101", "7002"),
        dialled("log_out", "103"),
        dialled("log_out", "101", "7002"),
        dialled("pause", "103", "7002"),
    ],
)
def test_a_code_that_means_nothing_holds_up_no_link_and_changes_nothing(
    operator: Caller, link: Caller, agents: dict[str, str], notice: Notice
) -> None:
    before = operator.done("agent-list", **HOME)["items"]
    assert hand_in(link, [*numbered([notice]), *numbered(answered().told, 2)]) == 0
    assert operator.done("agent-list", **HOME)["items"][0] == before[0]
    assert {one["number"]: one["extension"] for one in operator.done("agent-list", **HOME)["items"]} == {
        one["number"]: one["extension"] for one in before
    }


def test_a_queue_of_another_domain_is_none_of_the_links_business(
    house: House, operator: Caller, link: Caller, agents: dict[str, str]
) -> None:
    story = [one | {"domain_uuid": demo.EMPTY_DOMAIN_UUID} for one in numbered(answered().told)]
    assert hand_in(link, story) == len(story)
    assert operator.done("queue-statistics", **HOME)["total"]["offered"] == 0


def test_the_switch_is_told_of_each_change_at_once(
    operator: Caller, link: Caller, agents: dict[str, str], switch: RecordingSwitch
) -> None:
    switch.queues.clear()
    operator.done("agent-pause", **HOME, agent="7003", reason="lunch")
    operator.done("agent-logout", **HOME, agent="7002")
    operator.done("queue-delete", **HOME, queue="700")
    told = [{one.extension: one.paused for one in order.members} for order in switch.queues]
    assert told == [{"101": True, "102": False}, {"101": True}]
    assert switch.dropped == [demo.QUEUE_UUID]


def test_a_domain_that_moves_to_another_switch_has_its_queues_told_there(
    operator: Caller, agents: dict[str, str], switch: RecordingSwitch
) -> None:
    here = operator.done("domain-details", **HOME)["switch"]
    operator.done("domain-update", **HOME, switch="sandbox")
    switch.queues = []
    operator.done("domain-update", **HOME, domain_description="x")
    assert switch.queues == []
    operator.done("domain-update", **HOME, switch=here)
    assert {member.extension for one in switch.queues for member in one.members} >= {"101", "102"}


def test_an_agent_that_cannot_be_counted_holds_up_no_link(
    house: House, operator: Caller, link: Caller, agents: dict[str, str]
) -> None:
    operator.done("queue-update", **HOME, queue="700", pause_on=["no_answer"], pause_after=1)
    story = numbered(missed(1))
    hand_in(link, story[:-1])
    operator.done("agent-logout", **HOME, agent="7003")
    assert hand_in(link, story) == 0
    assert operator.done("agent-details", **HOME, agent="7003")["unanswered"] == 0
    assert [one["type"] for one in told(operator, house, "agent.missed")] == ["agent.missed"]


def test_what_was_not_answered_long_ago_pauses_nobody(
    house: House, operator: Caller, link: Caller, agents: dict[str, str]
) -> None:
    operator.done("queue-update", **HOME, queue="700", pause_on=["no_answer"], pause_after=1)
    house.clock.time += 3600
    hand_in(link, numbered(missed(1)))
    agent = operator.done("agent-details", **HOME, agent="7003")
    assert (agent["unanswered"], agent["paused_in"]) == (1, [])


@pytest.mark.parametrize("code", [dialled("log_out", "101"), dialled("pause", "101")])
def test_a_code_that_was_dialled_long_ago_is_no_order_any_more(
    house: House, operator: Caller, link: Caller, agents: dict[str, str], code: Notice
) -> None:
    house.clock.time += 3600
    assert hand_in(link, numbered([code])) == 0
    agent = operator.done("agent-details", **HOME, agent="7003")
    assert (agent["extension"], agent["paused"]) == ("101", False)


def test_a_code_from_before_what_was_said_since_is_none(
    house: House, operator: Caller, link: Caller, agents: dict[str, str]
) -> None:
    house.clock.time += 30
    operator.done("extension-create", **HOME, extension="103")
    operator.done("agent-login", **HOME, agent="7003", extension="103")
    operator.done("agent-login", **HOME, agent="7003", extension="101")
    assert hand_in(link, numbered([dialled("log_out", "101")])) == 0
    assert operator.done("agent-details", **HOME, agent="7003")["extension"] == "101"


def test_a_queue_nobody_knows_is_refused(house: House, operator: Caller, link: Caller, agents: dict[str, str]) -> None:
    story = [one | ({"queue_uuid": UNKNOWN} if "queue_uuid" in one else {}) for one in numbered(answered().told)]
    assert hand_in(link, story) == 1
    assert [one for one in told(operator, house, "queue.*") if one["call_uuid"]] == []
