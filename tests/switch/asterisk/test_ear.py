"""What an ear makes of a manager interface: catching up, listening, and whether anybody is there."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from ringpost.model.errors import SwitchUnreachable
from ringpost.switch.asterisk import cdr, marks
from ringpost.switch.asterisk.ami import Manager, Message, Unlisted
from ringpost.switch.asterisk.ear import PINGS_EVERY, AsteriskEar
from ringpost.switch.hearing import Known
from tests.switch.asterisk.captured import BEGAN, DOMAIN, events, listed

CORE = "pbx2 2026-11-27 06:34:32"
GONE = "11111111-0000-4000-8000-000000000001"


class Played:
    """A manager connection with these rows and events, and answers to questions."""

    def __init__(self, told: Sequence[Message] = (), channels: Sequence[Message] = (), **answers: str) -> None:
        self.told = deque(told)
        self.lists = {"CoreShowChannels": channels, "ParkedCalls": listed("ev-reconnect", "ParkedCall")}
        self.answers = {marks.MONITOR: "/mon", "CDR(answer,u)": "1795762186.250000", **answers}
        self.asked: list[str] = []
        self.is_closed = False

    def ask(self, action: str, *more: tuple[str, str], **members: str) -> Message:
        self.asked.append(action)
        value = self.answers.get(members.get("Variable", ""), "")
        said = {"SystemName": "pbx2", "CoreStartupDate": "2026-11-27", "CoreStartupTime": "06:34:32", "Value": value}
        return Message((("Response", "Success"), *said.items()))

    def listed(self, action: str, *more: tuple[str, str], **members: str) -> list[Message]:
        rows = self.lists.get(action)
        if not rows:
            raise Unlisted(Message((("Response", "Error"),)))
        return list(rows)

    def event(self, seconds: float) -> Message | None:
        return self.told.popleft() if self.told else None

    def close(self) -> None:
        self.is_closed = True


class Clock:
    def __init__(self) -> None:
        self.time = BEGAN + 1500

    def __call__(self) -> float:
        self.time += 0.001
        return self.time


def ear_at(manager: Played, usual: Path = Path("/nowhere")) -> AsteriskEar:
    return AsteriskEar(cast("Manager", manager), Clock(), usual)


def rows() -> list[Message]:
    return listed("ev-reconnect", "CoreShowChannel")


def test_what_is_there_is_told_and_what_is_not_is_gone() -> None:
    with ear_at(Played(channels=rows(), **{marks.RECORDS: "yes"})) as ear:
        caught = ear.caught_up(Known(CORE, BEGAN, {GONE: DOMAIN}))
    assert caught.core == CORE
    assert {one.what for one in caught.there} == {"made", "answered", "parked"}
    assert len({one.leg_uuid for one in caught.there}) == 4
    assert [(one.what, one.leg_uuid) for one in caught.gone] == [("gone", GONE)]
    assert {one.answer_stamp for one in caught.there if one.what == "answered"} == {"2026-11-27T06:49:46.250Z"}


def test_where_no_leg_hands_in_a_record_what_is_not_there_is_lost_at_once() -> None:
    caught = ear_at(Played(channels=rows())).caught_up(Known(CORE, BEGAN, {GONE: DOMAIN}))
    assert [(one.what, one.leg_uuid, one.at) for one in caught.gone] == [("lost", GONE, "2026-11-27T06:30:00.000Z")]


def test_with_a_run_that_is_over_all_its_legs_are_lost() -> None:
    caught = ear_at(Played()).caught_up(Known("pbx2 2026-11-26 01:00:00", BEGAN, {GONE: DOMAIN}))
    assert [(one.what, one.leg_uuid, one.at) for one in caught.gone] == [("lost", GONE, "2026-11-27T06:30:00.000Z")]


def test_what_was_heard_meanwhile_is_no_older_than_what_is_listed() -> None:
    ends = [one for one in events("ev-call-held") if one.event == "Hangup"]
    ear = ear_at(Played(ends, rows()))
    caught = ear.caught_up(Known("", BEGAN, {}))
    heard = ear.heard(0.0)
    assert heard.is_alive
    assert heard.core == CORE
    assert min(one.sequence for one in heard.notices) >= max(one.sequence for one in caught.there)
    assert [one.what for one in heard.notices if one.what != "made"] == ["ended", "ended"]
    assert [record.action for record in heard.records] == [cdr.ACTION] * 2


def test_no_more_than_a_hundred_events_are_heard_at_once() -> None:
    manager = Played(events("ev-call-ring-group") * 3)
    ear = ear_at(manager)
    before = len(manager.told)
    ear.heard(0.0)
    assert before - len(manager.told) == 100


def test_a_silent_switch_is_asked_whether_it_is_there() -> None:
    manager = Played()
    ear = ear_at(manager)
    assert not ear.heard(0.0).is_alive
    assert manager.asked == []
    ear._alive_at -= PINGS_EVERY
    assert ear.heard(0.0).is_alive
    assert manager.asked == ["Ping"]
    assert not ear.heard(0.0).is_alive, "it was asked just now"


def test_a_switch_that_does_not_answer_is_not_there() -> None:
    class Dead(Played):
        def ask(self, action: str, *more: tuple[str, str], **members: str) -> Message:
            raise SwitchUnreachable("gone")

    ear = ear_at(Dead())
    ear._alive_at -= PINGS_EVERY
    with pytest.raises(SwitchUnreachable):
        ear.heard(0.0)


def test_where_it_records_is_what_its_configuration_says_or_where_that_usually_is(tmp_path: Path) -> None:
    assert ear_at(Played()).recordings() == Path("/mon")
    for odd in ("", "/", "monitor", "//"):
        assert ear_at(Played(**{marks.MONITOR: odd})).recordings() is None
        assert ear_at(Played(**{marks.MONITOR: odd}), tmp_path).recordings() == tmp_path


def test_marks_the_phone_that_holds_for_no_list_says_so() -> None:
    manager = Played(events("ev-call-held"))
    ear_at(manager).heard(0)
    holds = [one.event for one in events("ev-call-held") if one.event in ("Hold", "Unhold")]
    assert manager.asked.count("Setvar") == len(holds) > 1
