"""The queues of an Asterisk, as its driver sets them."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.errors import SwitchRefused
from ringpost.model.queue import Queue, QueueMemberOrder, QueueOrder
from ringpost.switch.asterisk import queues
from tests.fakes import FakeClock
from tests.switch.asterisk.queueing import interfaces
from tests.switch.asterisk.scripted import ScriptedAsterisk, blocks
from tests.switch.asterisk.stage import A, AsteriskStage
from tests.switch.staging import HOME, OTHER

SUPPORT, SALES = "e0e0e0e0-0000-4000-8000-000000000001", "e0e0e0e0-0000-4000-8000-000000000002"
NAME = queues.name(HOME.domain_uuid, SUPPORT)
LOOKS = ("GetConfig", "QueueStatus", "DBGetTree")


@pytest.fixture
def stage(clock: FakeClock) -> Iterator[AsteriskStage]:
    with ScriptedAsterisk() as server:
        live = AsteriskStage(server, clock)
        yield live
        live.switch.close()


def queue(uuid: str = SUPPORT, **options: Any) -> Queue:
    about = {"queue_uuid": uuid, "domain_uuid": HOME.domain_uuid, "name": "Support", "extension": "700"}
    return Queue.model_validate({**about, **options})


def member(extension: str, name: str = "Somebody", **options: Any) -> QueueMemberOrder:
    return QueueMemberOrder.model_validate({"extension": extension, "name": name, **options})


def have(stage: AsteriskStage, *members: QueueMemberOrder, **options: Any) -> list[str]:
    """Have it so, and what was ordered for that."""
    before = len(stage.server.actions)
    stage.switch.set_queues(HOME, [QueueOrder(queue=queue(**options), members=members)])
    done = [words.removeprefix("Action=") for words in stage.server.actions[before:]]
    return [words.partition(" ")[0] for words in done if not words.startswith(LOOKS)]


def test_a_queue_is_written_and_its_members_are_added(stage: AsteriskStage) -> None:
    have(stage, member("100"), member("101", penalty=2, paused=True, pause_reason="lunch"), ring_seconds=8)
    assert stage.queues.known[NAME]["timeout"] == "8"
    assert stage.queues.known[NAME]["ringinuse"] == "no"
    one, other = stage.queues.named(NAME)
    assert (one["Location"], one["Paused"]) == ("Local/100@ringpost-phones", "0")
    assert (other["Penalty"], other["Paused"], other["PausedReason"]) == ("2", "1", "lunch")
    assert one["StateInterface"] == "hint:100-live.example.net@ringpost-states"


def test_the_same_again_orders_nothing(stage: AsteriskStage) -> None:
    told = [member("100"), member("101", penalty=2, paused=True, pause_reason="lunch, or not")]
    have(stage, *told)
    assert have(stage, *told) == []


def test_only_what_is_another_is_ordered(stage: AsteriskStage) -> None:
    have(stage, member("100"), member("101"), member("102"))
    assert have(stage, member("100", penalty=1), member("101", paused=True), member("103")) == [
        "Setvar", "QueueRemove", "QueuePenalty", "QueuePause", "QueueAdd"
    ]  # fmt: skip
    assert sorted(interfaces(stage.queues.named(NAME))) == [f"Local/{one}@ringpost-phones" for one in (100, 101, 103)]
    assert have(stage, member("100", penalty=1), member("101", paused=True), member("103"), most_waiting=3) == [
        "UpdateConfig", "QueueReload"
    ]  # fmt: skip


def test_who_has_another_name_is_added_anew(stage: AsteriskStage) -> None:
    have(stage, member("100", "Ada"))
    assert have(stage, member("100", "Grace")) == ["QueueRemove", "QueueAdd"]


def test_the_order_of_members_counts_where_they_are_rung_in_order(stage: AsteriskStage) -> None:
    have(stage, member("100"), member("101"), member("102"), strategy="linear")
    have(stage, member("100"), member("102"), member("101"), strategy="linear")
    assert interfaces(stage.queues.named(NAME)) == [f"Local/{one}@ringpost-phones" for one in (100, 102, 101)]
    assert have(stage, member("101"), member("102"), member("100")).count("QueueReload") == 2, "it is made anew"


def test_whether_a_member_has_a_phone_is_said_before_it_is_added(stage: AsteriskStage) -> None:
    done = have(stage, member("101"), member("199"))
    assert done.index("Setvar") < done.index("QueueAdd")
    assert stage.queues.states == {
        "ringpost-101-live.example.net": "NOT_INUSE",
        "ringpost-199-live.example.net": "UNAVAILABLE",
    }


def test_a_queue_that_is_dropped_is_gone_and_who_waits_there_goes_on(stage: AsteriskStage) -> None:
    have(stage, member("100"))
    stage.queues.waiting[NAME] = [{"Channel": "PJSIP/100@x-00000001", "Uniqueid": A, "Wait": "4"}]
    stage.switch.drop_queue(HOME, SUPPORT)
    assert stage.queues.withdrawn == ["PJSIP/100@x-00000001"]
    assert (stage.queues.file, stage.queues.known, stage.queues.members) == ({}, {}, {})
    stage.switch.drop_queue(HOME, SUPPORT)


def test_who_waits_is_listed_of_the_domain_only(stage: AsteriskStage) -> None:
    have(stage, member("100"))
    waits = {"Channel": "PJSIP/100@live.example.net-00000001", "CallerIDNum": "100", "CallerIDName": "unknown"}
    stage.queues.waiting[NAME] = [
        {**waits, "Uniqueid": A, "Wait": "4", "Position": "1"},
        {**waits, "Uniqueid": "pbx2-1795761346.999", "Wait": "3", "Position": "2"},
    ]
    assert stage.switch.waiting(HOME) == [], "nobody is in it"
    row = stage.rows[A].replace("Application: Dial", "Application: Queue")
    stage.rows[A] = "\r\n".join(
        f"ApplicationData: {NAME},i,,," if line.startswith("ApplicationData:") else line for line in row.split("\r\n")
    )
    [found] = stage.switch.waiting(HOME)
    assert (found.leg_uuid, found.queue_uuid, found.caller_id_number) == (stage.a, SUPPORT, "100")
    assert found.caller_id_name is None
    assert stage.switch.waiting(OTHER) == []


def test_a_switch_that_cannot_write_its_file_says_so(stage: AsteriskStage) -> None:
    stage.queues.may_write = False
    with pytest.raises(SwitchRefused, match="cannot write ringpost-queues"):
        have(stage, member("100"))


def test_a_switch_whose_queues_conf_is_another_says_so(stage: AsteriskStage) -> None:
    stage.queues.includes_file = False
    with pytest.raises(SwitchRefused, match=r"include ringpost-queues\.conf"):
        have(stage, member("100"))


def test_what_is_ordered_is_what_a_real_one_was(stage: AsteriskStage) -> None:
    """The fake answers as it did: here is what it was asked."""
    real = [block.get("Action") for block in blocks("queue-orders") if block.side == "C"]
    have(stage, member("100"), member("101", penalty=2, paused=True, pause_reason="lunch"), most_waiting=3)
    asked = [words.removeprefix("Action=").partition(" ")[0] for words in stage.server.actions]
    first = real[: real.index("QueuePause") + 1]
    assert sorted(set(asked)) == sorted(set(first))
    assert [one for one in asked if one not in LOOKS] == [one for one in first if one not in LOOKS]


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_name_and_no_reason_parts_anything(name: str, reason: str) -> None:
    order = member("100", name, paused=True, pause_reason=reason)
    made = queues.member(HOME, order)
    for text in (made.name, made.reason):
        assert not set(text) & set(",;|\r\n\0$")
        assert len(text.encode()) <= 79
    assert made.name


@given(st.text())
def test_a_queue_s_name_is_read_only_as_it_was_made(said: str) -> None:
    found = queues.named(said)
    assert found is None or queues.name(*found) == said
    assert queues.named(NAME) == (HOME.domain_uuid, SUPPORT)
