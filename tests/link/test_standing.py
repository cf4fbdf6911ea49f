"""Standing in: phones work while the endpoint is away, and nothing comes back that is gone."""

import re
import sqlite3
import stat
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from ringpost.dispatch.catalogue import Catalogue
from ringpost.dispatch.registry import discover
from ringpost.entry import demo
from ringpost.link import warming
from ringpost.link.asking import Away, Told
from ringpost.link.kept_answers import Answered, Kept, KeptAnswers
from ringpost.model.errors import StoreUnavailable
from ringpost.services.switching import answered_ahead
from ringpost.switch.asking import Fields, Posted
from ringpost.switch.asterisk.standing import ASKS as ASTERISK
from ringpost.switch.deciding import mark
from tests.actions.freeswitch.test_decided_by import OF_A_PHONE, QUESTIONS
from tests.actions.freeswitch.test_freeswitch_xml import CALL, HOME, REGISTER
from tests.entry.answering import listening
from tests.fakes import FakeClock
from tests.harness import Caller, House
from tests.link.standing import LINK, Asked, Lab, stands_in
from tests.webhooks.receivers import until

HERE = {"domain_name": HOME}
REGISTERS = QUESTIONS["registers"]
A_DAY = 86_400.0


def dials(number: str, caller: str = "") -> str:
    """What is asked when a phone dials, with what the entry of its extension has marked it with."""
    marks = f"&variable_extension_uuid={caller}&variable_ringpost_number=100" if caller else ""
    return CALL.format(context=HOME, number=number) + OF_A_PHONE + marks


def uuid_of(operator: Caller, number: str) -> str:
    found: str = operator.done("extension-details", **HERE, extension=number)["extension_uuid"]
    return found


def taken_away(operator: Caller, number: str) -> None:
    """Delete an extension, whoever's it is."""
    owner = {"100": "alice"}.get(number)
    if owner:
        operator.done("user-extension-remove", **HERE, user=owner, extension=number)
    operator.done("extension-delete", **HERE, extension=number)


@pytest.mark.parametrize("how", ["away", 500, 502, 503, 429])
@pytest.mark.parametrize("what", [what for what in QUESTIONS if what != "is nobody's"])
def test_what_was_answered_once_is_answered_while_the_endpoint_is_away(what: str, how: str | int, lab: Lab) -> None:
    with lab.link() as asked:
        before = asked.ask(QUESTIONS[what])
        lab.endpoint.how = how
        kept = asked.post(QUESTIONS[what])
        assert without_pin(kept.body.decode()) == without_pin(before)
        assert kept.headers["X-Ringpost-Kept"] == "2026-11-22T12:00:01.000Z"
        assert any("standing in" in one for one in lab.said)
        assert any(one.startswith("kept: freeswitch-xml of 2026-11-22") for one in lab.said)


def without_pin(text: str) -> str:
    return re.sub('vm-a1-hash" value="[0-9a-f]{32}"', "", text)


def test_an_endpoint_that_is_slow_is_not_waited_for(lab: Lab) -> None:
    with lab.link(within=0.2) as asked:
        before = asked.ask(REGISTERS)
        lab.endpoint.before_answering.clear()
        kept = asked.post(REGISTERS)
        assert "X-Ringpost-Kept" in kept.headers
        assert without_pin(kept.body.decode()) == without_pin(before)
        lab.endpoint.before_answering.set()


def test_who_asks_while_another_waits_in_vain_is_not_kept_waiting(lab: Lab) -> None:
    with lab.link(within=1.5) as asked:
        asked.ask(REGISTERS)
        lab.endpoint.before_answering.clear()
        took = []
        for _ in range(2):
            began = time.monotonic()
            assert asked.is_known(REGISTERS)
            took.append(time.monotonic() - began)
        lab.endpoint.before_answering.set()
        assert took[0] >= 1.5 > took[1]


def test_what_comes_too_late_is_kept_all_the_same(lab: Lab) -> None:
    with lab.link(within=0.2) as asked:
        lab.endpoint.before_answering.clear()
        assert not asked.is_known(REGISTERS)
        lab.endpoint.before_answering.set()
        question = asked.stands.standing.questions["freeswitch-xml"]
        until(lambda: asked.stands.standing.is_kept(question, question.read(Posted(REGISTERS.encode()))), 10)
        lab.endpoint.how = "away"
        assert asked.is_known(REGISTERS)


def test_answers_that_wait_for_the_disk_are_written_together(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    may_write = threading.Event()
    with lab.link() as asked, ThreadPoolExecutor(10) as pool:
        keep = asked.stands.kept.keep

        def slowly(answered: Sequence[Answered], *, is_ahead: bool) -> None:
            written.append(len(answered))
            assert may_write.wait(10)
            keep(answered, is_ahead=is_ahead)

        monkeypatch.setattr(asked.stands.kept, "keep", slowly)
        asking = [pool.submit(asked.ask, REGISTERS.replace("user=100", f"user=10{place}")) for place in range(10)]
        until(lambda: len(asked.stands.standing.unwritten) == 9, 10)
        may_write.set()
        assert all("document" in one.result(10) for one in asking)
    assert written == [1, 9]


def test_while_the_endpoint_is_there_nothing_kept_is_used(lab: Lab, operator: Caller) -> None:
    with lab.link() as asked:
        before = asked.ask(REGISTERS)
        operator.done("extension-password-reset", **HERE, extension="100", password="an0ther-Passw0rd")
        answer = asked.post(REGISTERS)
        assert "X-Ringpost-Kept" not in answer.headers
        assert answer.body.decode() != before
        taken_away(operator, "100")
        assert not asked.is_known(REGISTERS)
        lab.endpoint.how = "away"
        assert not asked.is_known(REGISTERS), "what was gone when it was asked last stays so"


def test_what_nobody_asked_before_sends_the_switch_to_its_own_files(lab: Lab) -> None:
    lab.endpoint.how = "away"
    with lab.link() as asked:
        assert not asked.is_known(REGISTERS)
        assert any("no answer is kept" in one for one in lab.said)


def test_a_hundred_of_one_tenant_is_never_let_in_as_one_of_another(lab: Lab, house: House, operator: Caller) -> None:
    other = "other.example.net"
    operator.done("domain-create", domain_name=other, switch="lab")
    operator.done("extension-create", domain_name=other, extension="100")
    operator.done("extension-create", domain_name=other, extension="555")
    with lab.link() as asked:
        of_home, of_other = asked.ask(REGISTERS), asked.ask(REGISTER.format(user="100", domain=other))
        asked.ask(REGISTER.format(user="555", domain=other))
        lab.endpoint.how = "away"
        assert a1(asked.ask(REGISTER.format(user="100", domain=other))) == a1(of_other) != a1(of_home)
        attacks = [
            REGISTER.format(user="555", domain=HOME),
            REGISTER.format(user="555", domain=other).replace(f"sip_to_host={other}", f"sip_to_host={HOME}"),
            REGISTER.format(user="100", domain=HOME).replace(f"sip_to_host={HOME}", f"sip_to_host={other}"),
            REGISTER.format(user="555", domain=f"{HOME}&domain={other}&user=555") + f"&domain={HOME}",
            REGISTER.format(user="555", domain=other) + f"&domain={HOME}",
            REGISTER.format(user="101", domain=HOME),
            REGISTERS + "&purpose=gateways",
            CALL.format(context=other, number="100") + OF_A_PHONE,
        ]
        for attack in attacks:
            assert not asked.is_known(attack), attack


def a1(text: str) -> str:
    found = ET.fromstring(text).find(".//param[@name='a1-hash']")
    assert found is not None
    return found.get("value", "")


def test_what_is_kept_holds_no_pin_and_opens_no_box(lab: Lab, operator: Caller) -> None:
    operator.done("voicemail-update", **HERE, voicemail="100", password="246813")
    with lab.link() as asked:
        there = asked.ask(REGISTERS)
        pin = re.search('vm-a1-hash" value="([0-9a-f]{32})"', there)
        assert pin
        lab.endpoint.how = "away"
        kept = asked.ask(REGISTERS)
        nobodys = re.search('vm-a1-hash" value="([0-9a-f]{32})"', kept)
        assert nobodys, "left out, FreeSWITCH takes the SIP password for the PIN"
        assert nobodys[1] not in (pin[1], a1(there))
    files = b"".join(file.read_bytes() for file in lab.folder.glob("standing-*"))
    assert a1(there).encode() in files
    assert pin[1].encode() not in files


def test_a_leg_that_is_recorded_again_has_another_file(lab: Lab, operator: Caller) -> None:
    operator.done("extension-update", **HERE, extension="100", user_record="all")
    with lab.link() as asked:
        asked.ask(dials("100"))
        lab.endpoint.how = "away"
        files = {tuple(re.findall(r"/([0-9a-f]{8})-\$\{uuid\}", asked.ask(dials("100")))) for _ in range(3)}
        assert len(files) == 3


def test_it_stands_in_for_so_long_and_no_longer_whatever_the_clock_says(lab: Lab, clock: FakeClock) -> None:
    with lab.link(hours=24) as asked:
        asked.ask(REGISTERS)
        asked.stands.standing.caught_up()
        lab.endpoint.how = "away"
        clock.time += 400 * A_DAY
        assert asked.is_known(REGISTERS)
        clock.time -= 800 * A_DAY
        lab.passing.seconds += A_DAY - 1
        assert asked.is_known(REGISTERS)
        lab.passing.seconds += 2
        assert not asked.is_known(REGISTERS)


def test_a_restart_does_not_begin_the_time_anew(lab: Lab, clock: FakeClock) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
        asked.stands.standing.caught_up()
        lab.endpoint.how = "away"
        lab.passing.seconds += A_DAY / 2
        asked.stands.standing.time.note()
    lab.passing.seconds = 5.0
    clock.time -= 1000.0
    with lab.link() as asked:
        assert asked.is_known(REGISTERS)
        lab.passing.seconds += A_DAY / 2 + 1
        assert not asked.is_known(REGISTERS)
    lab.passing.seconds = 5.0
    clock.time += A_DAY * 2
    with lab.link() as asked:
        assert not asked.is_known(REGISTERS)


def test_what_was_kept_too_long_is_asked_anew_before_it_is_used_again(lab: Lab, operator: Caller) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
        asked.stands.watching.look()
        lab.endpoint.how = "away"
        lab.passing.seconds += 40 * A_DAY
        lab.endpoint.how = "there"
        asked.stands.watching.look()
        lab.endpoint.how = "away"
        assert not asked.is_known(REGISTERS), "what changed so long ago is not told any more"


CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("extension-password-reset", {"extension": "100", "password": "an0ther-Passw0rd"}, "registers"),
    ("extension-update", {"extension": "100", "enabled": False}, "registers"),
    ("extension-delete", {"extension": "100"}, "registers"),
    ("extension-delete", {"extension": "100"}, "calls"),
    ("extension-delete", {"extension": "100"}, "is rung"),
    ("extension-delete", {"extension": "101"}, "dials"),
    ("extension-update", {"extension": "101", "enabled": False}, "dials"),
    ("extension-dnd-set", {"extension": "101", "enabled": True}, "dials"),
    ("voicemail-update", {"voicemail": "100", "enabled": False}, "registers"),
    ("domain-update", {"domain_enabled": False}, "registers"),
    ("domain-update", {"domain_enabled": False}, "comes in"),
    ("domain-update", {"outbound_gateway": "other"}, "dials help"),
    ("domain-update", {"switch": "sandbox"}, "registers"),
    ("domain-update", {"switch": "sandbox"}, "dials"),
    ("destination-delete", {"number": "12025550100"}, "comes in"),
    ("destination-update", {"number": "12025550100", "destination_enabled": False}, "comes in"),
]


@pytest.mark.parametrize(("action", "members", "what"), CHANGES)
def test_nothing_comes_back_that_was_changed(
    action: str, members: dict[str, Any], what: str, lab: Lab, operator: Caller, clock: FakeClock
) -> None:
    with lab.link() as asked:
        asked.stands.watching.look()
        assert asked.is_known(QUESTIONS[what])
        clock.time += 1
        if action == "extension-delete":
            taken_away(operator, members["extension"])
        else:
            operator.done(action, **HERE, **members)
        clock.time += 1
        asked.stands.watching.look()
        lab.endpoint.how = "away"
        assert not asked.is_known(QUESTIONS[what])


def test_a_change_of_somebody_else_drops_nothing(lab: Lab, operator: Caller, clock: FakeClock) -> None:
    with lab.link() as asked:
        asked.stands.watching.look()
        asked.ask(REGISTERS)
        clock.time += 1
        operator.done("extension-update", **HERE, extension="101", description="Second desk")
        asked.stands.watching.look()
        lab.endpoint.how = "away"
        assert asked.is_known(REGISTERS)


def test_a_ring_group_is_asked_anew_when_one_of_its_members_changes(
    lab: Lab, operator: Caller, clock: FakeClock
) -> None:
    operator.done(
        "ringgroup-create",
        **HERE,
        extension="655",
        name="Two",
        strategy="simultaneous",
        destinations=[{"number": "100"}, {"number": "207"}],
    )
    with lab.link() as asked:
        asked.stands.watching.look()
        assert asked.is_known(dials("655"))
        clock.time += 1
        operator.done("extension-create", **HERE, extension="207")
        asked.stands.watching.look()
        lab.endpoint.how = "away"
        assert not asked.is_known(dials("655")), "who has 207 now was not there when it was answered"


def test_after_a_gap_nothing_is_used_before_it_was_asked_anew(lab: Lab, operator: Caller) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
        asked.ask(dials("101"))
        taken_away(operator, "101")
        asked.stands.standing.gap()
        lab.endpoint.how = "away"
        assert not asked.is_known(REGISTERS)
        lab.endpoint.how = "there"
        asked.stands.warming.warm()
        lab.endpoint.how = "away"
        assert asked.is_known(REGISTERS)
        assert not asked.is_known(dials("101"))


def test_an_answer_that_was_on_its_way_while_a_change_was_told_is_not_kept(lab: Lab, operator: Caller) -> None:
    with lab.link(within=0.1) as asked:
        lab.endpoint.before_answering.clear()
        asked.post(REGISTERS)
        until(lambda: "freeswitch-xml" in lab.endpoint.asked)
        asked.stands.standing.changed(
            {"type": "extension.deleted", "data": {"extension_uuid": uuid_of(operator, "100")}}
        )
        lab.endpoint.before_answering.set()
        until(lambda: asked.stands.standing.asking._answered_at > 0)
        lab.endpoint.how = "away"
        assert not asked.is_known(REGISTERS)


@pytest.mark.parametrize("what", ["revoked", "narrowed"])
def test_a_key_that_is_refused_has_nothing_any_more(what: str, lab: Lab, operator: Caller, clock: FakeClock) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
        if what == "revoked":
            operator.done("key-delete", key_uuid=lab.key.key_uuid)
        else:
            operator.done("key-update", key_uuid=lab.key.key_uuid, scopes=["switch.event"])
        clock.time += 60
        assert not asked.is_known(REGISTERS)
        lab.endpoint.how = "away"
        assert not asked.is_known(REGISTERS)
        assert any("refuses the link's key" in one for one in lab.said)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 421])
def test_what_something_in_between_refuses_says_nothing_of_what_is_kept(status: int, lab: Lab) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
        lab.endpoint.instead = {"freeswitch-xml": (status, b"<html>No such site</html>")}
        assert asked.is_known(REGISTERS)


def test_a_question_that_breaks_something_keeps_no_other_from_being_asked(lab: Lab, operator: Caller) -> None:
    with lab.link() as asked:
        lab.endpoint.breaks_on = "user=100"
        with pytest.raises(Away):
            asked.stands.warming.warm()
        lab.endpoint.how = "away"
        assert asked.is_known(dials("101", uuid_of(operator, "100")))
        assert not asked.is_known(REGISTERS)


def test_what_is_somebody_elses_answer_is_none(lab: Lab) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
        for status, body in ((200, b"<html>Welcome to the hotel</html>"), (302, b""), (200, b"x" * (2 << 20))):
            lab.endpoint.instead = {"freeswitch-xml": (status, body)}
            if body[:1] == b"<":
                lab.endpoint.how = status
            assert asked.is_known(REGISTERS)
            lab.endpoint.how = "there"


def test_an_older_endpoint_that_says_not_what_decides_is_passed_on_and_not_kept(lab: Lab, house: House) -> None:
    with lab.link() as asked:
        action = house.catalogue.load("freeswitch-xml")
        assert action
        lab.endpoint.instead = {"freeswitch-xml": (200, b"<document type='freeswitch/xml'/>")}
        assert asked.ask(REGISTERS) == "<document type='freeswitch/xml'/>"


# warm


def test_a_phone_that_never_called_a_colleague_can_while_we_are_away(lab: Lab, operator: Caller) -> None:
    one = uuid_of(operator, "100")
    operator.done("domain-update", **HERE, outbound_gateway="trunk")
    with lab.link() as asked:
        asked.stands.warming.warm()
        lab.endpoint.how = "away"
        questions = {
            "registers": REGISTERS,
            "asks how others are": REGISTERS.replace("=REGISTER", "=SUBSCRIBE"),
            "calls": QUESTIONS["calls"],
            "is rung": QUESTIONS["is rung"],
            "has its messages counted": QUESTIONS["is rung"].replace("user_call", "message-count"),
            "dials a colleague": dials("101", one),
            "dials help": dials("911", one),
            "hears its messages": dials("*97", one),
            "comes in": QUESTIONS["comes in"],
        }
        for what, question in questions.items():
            assert asked.is_known(question), what
        assert 'data="sofia/gateway/trunk/911"' in asked.ask(dials("911", one))
        assert not asked.is_known(dials("15551230001", one)), "nothing outside that nobody has called"


def test_what_a_transfer_leads_to_is_warm_too(lab: Lab, operator: Caller) -> None:
    """A call comes in: its number leads to an extension, which forwards it if nobody answers."""
    operator.done("extension-forward-set", **HERE, extension="101", noanswer={"enabled": True, "destination": "100"})
    one = uuid_of(operator, "100")
    with lab.link() as asked:
        asked.stands.warming.warm()
        lab.endpoint.how = "away"
        question = dials("101", one)
        answer = asked.ask(question)
        assert "ringpost_tried=101" in answer
        again = f"{question}&variable_call_direction=local&variable_ringpost_dialled=101&variable_ringpost_reached=101"
        again += "&variable_ringpost_tried=101&variable_originate_disposition=NO_ANSWER"
        assert "transfer" in asked.ask(again)


def test_each_phone_may_dial_each_other_though_few_have_asked(lab: Lab, operator: Caller) -> None:
    numbers = [str(number) for number in range(300, 330)]
    for number in numbers:
        operator.done("extension-create", **HERE, extension=number)
    operator.done("extension-update", **HERE, extension="305", user_record="local")
    with lab.link() as asked:
        asked.stands.warming.warm()
        assert lab.endpoint.asked.count("freeswitch-xml") < 20 * len(numbers), "not the square of them"
        lab.endpoint.how = "away"
        for caller in numbers[::5]:
            records = "&variable_ringpost_records=local" if caller == "305" else ""
            one = dials("NUMBER", uuid_of(operator, caller)) + records
            answers = {number: asked.ask(one.replace("NUMBER", number)) for number in numbers}
            for number, answer in answers.items():
                assert f"user/{number}@{HOME}" in answer
                assert ("record_session" in answer) is ("305" in (caller, number))


def test_warming_asks_for_nothing_twice(lab: Lab) -> None:
    with lab.link() as asked:
        asked.stands.warming.warm()
        first = lab.endpoint.asked.count("freeswitch-xml")
        asked.stands.warming.warm()
        assert first > 30
        assert lab.endpoint.asked.count("freeswitch-xml") - first < first / 10, "but for what leads nowhere"


def older(lab: Lab) -> None:
    """An endpoint that knows no request of many questions."""
    house = lab.endpoint.house
    house.catalogue = Catalogue({name: at for name, at in discover().items() if name != "switch-link-answer-lookup"})
    house.restart()


def test_an_older_endpoint_is_asked_one_by_one_and_no_faster_than_it_may(lab: Lab) -> None:
    older(lab)
    with lab.link(a_second=20.0) as asked:
        began = time.monotonic()
        asked.stands.warming.warm()
        took = time.monotonic() - began
        assert len(lab.endpoint.at_once) == 1, "it is not tried again and again"
        asked_for = lab.endpoint.asked.count("freeswitch-xml") - lab.endpoint.at_once[0]
        assert 30 < asked_for <= 20 * took + 1
        lab.says("questions are asked one by one: unknown action")
        lab.endpoint.how = "away"
        assert asked.is_known(REGISTERS)


def test_many_questions_are_one_request(lab: Lab, operator: Caller) -> None:
    for number in range(300, 330):
        operator.done("extension-create", **HERE, extension=str(number))
    with lab.link() as asked:
        asked.stands.warming.warm()
        assert sum(lab.endpoint.at_once) > 250
        assert len(lab.endpoint.at_once) <= 6
        assert asked.stands.kept.asked_ahead() > 250
        asked.stands.standing.gap()
        lab.endpoint.at_once.clear()
        asked.stands.warming.warm()
        assert asked.stands.kept.asked_ahead() > 250
        assert 1 <= len(lab.endpoint.at_once) <= 4, "what lapsed is asked anew in one, too"


class Resting(threading.Event):
    """Nobody stops, and nobody waits: how long one would have is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.rests: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.rests.append(timeout or 0.0)
        return False


def test_it_rests_after_many_questions_for_so_many_times_as_they_took(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "RESTS", 1000.0)
    with lab.link() as asked:
        resting = Resting()
        at_work = replace(asked.stands.warming, link=replace(asked.link, stopping=resting))
        began = time.monotonic()
        at_work.warm()
        took = time.monotonic() - began
        assert len(resting.rests) >= len(lab.endpoint.at_once) > 0
        assert took * 50 < sum(resting.rests) <= took * 1001


def test_what_an_asterisk_asks_for_each_phone_is_few_requests(lab: Lab, house: House, operator: Caller) -> None:
    for number in range(300, 320):
        operator.done("extension-create", **HERE, extension=str(number))
    lab.key, lab.asks = house.key(*stands_in("asterisk"), switch="lab"), ASTERISK
    with lab.link() as asked:
        asked.stands.warming.warm()
        assert asked.stands.kept.asked_ahead() > 20 * 20
        assert len(lab.endpoint.asked) - sum(lab.endpoint.at_once) < 15
        lab.endpoint.how = "away"
        row = asked.post(f"id=300%40{HOME}", "asterisk-realtime", "ps_auths/single")
        assert b"md5_cred" in row.body
        for caller, number in ((300, 319), (319, 300)):
            question = f"where=ringpost&endpoint={caller}%40{HOME}&number={number}&domain={demo.DOMAIN_UUID}"
            assert b"Dial" in asked.post(question, "asterisk-route").body


def test_what_there_was_no_time_for_is_asked_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    with lab.link() as asked:
        asked.stands.warming.warm()
        there = asked.stands.kept.asked_ahead()
    with lab.link() as asked:
        asked.stands.standing.gap()
        monkeypatch.setattr(answered_ahead, "MOST_BYTES", 20_000)
        lab.endpoint.at_once.clear()
        asked.stands.warming.warm()
        assert len(lab.endpoint.at_once) > 3
        assert asked.stands.kept.asked_ahead() == there


def test_a_question_that_has_no_answer_among_many_keeps_no_other_from_being_kept(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = lab.endpoint.house.catalogue.load("freeswitch-xml")
    answers = action.handle

    def handle(request: Any, context: Any) -> Any:
        if b"user=100" in request.body:
            raise StoreUnavailable
        return answers(request, context)

    with lab.link() as asked:
        asked.ask(REGISTERS)
        asked.ask(QUESTIONS["is rung"])
        asked.stands.standing.gap()
        monkeypatch.setattr(action, "handle", handle)
        with pytest.raises(Away, match="no answer"):
            asked.stands.warming.warm()
        assert lab.endpoint.at_once[0] == 2
        assert len(asked.stands.kept.lapsed(0, 100)) == 2, "what had no answer is still to be asked"
        lab.endpoint.how = "away"
        assert asked.is_known(REGISTER.format(user="101", domain=HOME))
        assert not asked.is_known(REGISTERS)


@contextmanager
def many_on_their_way(lab: Lab, asked: Asked) -> Iterator[list[list[Told]]]:
    """What 100 registers with was asked among others, and is answered afterwards, if it is waited for."""
    question, told = asked.stands.standing.questions["freeswitch-xml"], list[list[Told]]()
    all_asked = [(question, question.read(Posted(QUESTIONS[what].encode()))) for what in ("registers", "dials")]
    lab.endpoint.before_answering.clear()
    asking = threading.Thread(target=lambda: told.append(asked.stands.standing.ask_ahead_at_once(all_asked)))
    asking.start()
    until(lambda: lab.endpoint.at_once == [2], 10)
    try:
        yield told
    finally:
        lab.endpoint.before_answering.set()
        asking.join(10)
    assert not asking.is_alive()


@pytest.mark.parametrize("changes", [True, False])
def test_many_answers_that_were_on_their_way_while_a_change_was_told_are_not_kept(
    changes: bool, lab: Lab, operator: Caller
) -> None:
    with lab.link() as asked:
        with many_on_their_way(lab, asked):
            if changes:
                gone = {"extension_uuid": uuid_of(operator, "100")}
                asked.stands.standing.changed({"type": "extension.deleted", "data": gone})
        lab.endpoint.how = "away"
        assert asked.is_known(REGISTERS) is not changes


def test_a_link_that_is_to_stop_waits_for_no_answer(lab: Lab) -> None:
    with lab.link() as asked, many_on_their_way(lab, asked) as told:
        asked.link.stopping.set()
        until(lambda: told == [[]], 5)


def test_a_key_that_may_not_ask_that_any_more_has_nothing_of_many(lab: Lab, operator: Caller, clock: FakeClock) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
        scopes = [scope for scope in LINK if scope != "freeswitch.#"]
        operator.done("key-update", key_uuid=lab.key.key_uuid, scopes=scopes)
        clock.time += 60
        asked.stands.warming.warm()
        assert lab.endpoint.at_once
        lab.endpoint.how = "away"
        assert not asked.is_known(REGISTERS)
        lab.says("refuses the link's key")


def test_a_link_at_work_is_warm_again_after_a_change(lab: Lab, operator: Caller, clock: FakeClock) -> None:
    with lab.link(works=True) as asked:
        lab.says("what phones may ask for is kept")
        lab.says("all changes are known")
        clock.time += 1
        operator.done("extension-create", **HERE, extension="207")
        clock.time += 1
        question = asked.stands.standing.questions["freeswitch-xml"]
        fields = question.read(Posted(REGISTER.format(user="207", domain=HOME).encode()))
        until(lambda: asked.stands.standing.is_kept(question, fields), 20)
        operator.done("extension-delete", **HERE, extension="207")
        clock.time += 1
        until(lambda: not asked.stands.standing.is_kept(question, fields), 20)


def test_a_change_has_only_its_own_domain_looked_through(lab: Lab, operator: Caller, clock: FakeClock) -> None:
    other = operator.done("domain-create", domain_name="other.example.net", switch="lab")["domain_uuid"]
    operator.done("extension-create", domain_uuid=other, extension="100")
    [question] = lab.asks.questions
    looked: list[str] = []

    def ahead(named: Iterable[Mapping[str, Any]]) -> Iterator[Fields]:
        items = list(named)
        looked.append(items[0]["domain_uuid"])
        return question.ahead(items)

    lab.asks = replace(lab.asks, questions=(replace(question, ahead=ahead),))
    with lab.link(works=True) as asked:
        lab.says("what phones may ask for is kept")
        lab.says("all changes are known")
        both = {*looked}
        assert other in both
        assert len(both) > 1
        clock.time += 1
        until(lambda: not asked.stands.standing.stirred.is_set(), 10)
        looked.clear()
        operator.done("extension-create", domain_uuid=other, extension="101")
        clock.time += 1
        fields = question.read(Posted(REGISTER.format(user="101", domain="other.example.net").encode()))
        until(lambda: asked.stands.standing.is_kept(question, fields), 20)
        assert {*looked} == {other}
        asked.stands.standing.gap()
        until(lambda: {*looked} == both, 20)


def test_a_link_that_was_away_reads_on_where_it_was(lab: Lab, operator: Caller, clock: FakeClock) -> None:
    with lab.link() as asked:
        asked.stands.watching.look()
        asked.ask(REGISTERS)
    clock.time += 3600
    taken_away(operator, "100")
    clock.time += 3600
    with lab.link() as asked:
        lab.endpoint.how = "away"
        assert asked.is_known(REGISTERS), "nobody could know"
        lab.endpoint.how = "there"
        asked.stands.watching.look()
        lab.endpoint.how = "away"
        assert not asked.is_known(REGISTERS)


def test_a_domain_that_is_removed_is_forgotten(lab: Lab, operator: Caller) -> None:
    other = "other.example.net"
    home = operator.done("domain-create", domain_name=other, switch="lab")["domain_uuid"]
    operator.done("extension-create", domain_name=other, extension="100")
    question = REGISTER.format(user="100", domain=other)
    with lab.link() as asked:
        asked.stands.watching.look()
        asked.ask(question)
        assert operator.call("domain-delete", domain_uuid=home, cascade=True).status in (200, 202)
        asked.stands.watching.look()
        lab.endpoint.how = "away"
        assert not asked.is_known(question)


# the file


def test_the_file_is_its_owners_alone(lab: Lab) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in lab.folder.glob("standing-*")}
        assert modes == {0o600}


def test_it_goes_on_after_a_restart(lab: Lab) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
    lab.endpoint.how = "away"
    with lab.link() as asked:
        assert asked.is_known(REGISTERS)


def test_another_key_begins_anew(lab: Lab, house: House) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
    lab.endpoint.how = "away"
    lab.key = house.key(*LINK, switch="lab")
    with lab.link() as asked:
        assert not asked.is_known(REGISTERS)
    assert any("is another link's: begun anew" in one for one in lab.said)


@pytest.mark.parametrize("keep", [0, 1, 100, 4096, 5000, -1])
def test_a_file_that_is_cut_is_begun_anew(keep: int, lab: Lab) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
    file = lab.folder / "standing-lab.sqlite3"
    file.write_bytes(file.read_bytes()[:keep])
    with lab.link() as asked:
        assert asked.is_known(REGISTERS)
        lab.endpoint.how = "away"
        assert asked.is_known(REGISTERS)


@pytest.mark.parametrize(
    ("pragma", "why"), [("user_version = 2", "written by a newer version"), ("application_id = 7", "is something else")]
)
def test_a_file_that_is_not_for_it_is_left_alone(pragma: str, why: str, lab: Lab) -> None:
    with lab.link() as asked:
        asked.ask(REGISTERS)
    file = lab.folder / "standing-lab.sqlite3"
    with sqlite3.connect(file) as there:
        there.execute(f"PRAGMA {pragma}")
    there.close()
    before = file.read_bytes()
    with lab.link() as asked:
        assert any(why in one for one in lab.said)
        assert asked.is_known(REGISTERS)
        lab.endpoint.how = "away"
        assert asked.is_known(REGISTERS)
    assert file.read_bytes() == before


def test_a_place_that_cannot_be_written_to_is_said_and_it_goes_on(lab: Lab) -> None:
    (lab.folder / "standing-lab.sqlite3").mkdir(parents=True)
    with lab.link() as asked:
        assert any("kept in memory only" in one for one in lab.said)
        asked.ask(REGISTERS)
        lab.endpoint.how = "away"
        assert asked.is_known(REGISTERS)


def test_strangers_who_ask_much_push_out_nothing_that_was_asked_ahead() -> None:
    kept = KeptAnswers(":memory:", "lab", "key", most=10)
    answer = Kept(b"<document/>", 1.0)
    kept.keep([Answered("xml", {"user": "100"}, answer, ["user"], [mark("100")])], is_ahead=True)
    for number in range(100):
        kept.keep([Answered("xml", {"user": f"x{number}"}, answer, ["user"])], is_ahead=False)
    assert kept.find("xml", {"user": "100"}) == answer
    assert kept.find("xml", {"user": "x99"}) == answer
    assert kept.find("xml", {"user": "x0"}) is None


def test_the_last_answer_takes_the_place_of_what_was_decided_otherwise() -> None:
    kept, one = KeptAnswers(":memory:", "lab", "key"), Kept(b"<document/>", 1.0)
    asked = {"user": "100", "action": "call"}
    kept.keep([Answered("xml", asked, one, ["user"])], is_ahead=False)
    other = one._replace(body=b"<other/>")
    kept.keep([Answered("xml", asked, other, ["action=call", "user"])], is_ahead=False)
    assert kept.find("xml", asked) == other
    assert kept.find("xml", {**asked, "action": "else"}) is None
    kept.keep([Answered("xml", asked)], is_ahead=False)
    assert kept.find("xml", asked) is None


def test_over_the_real_server_too(lab: Lab, house: House) -> None:
    with listening(house.endpoint) as url:
        lab.url = url
        with lab.link() as asked:
            there = asked.ask(REGISTERS)
            asked.stands.watching.look()
            asked.stands.warming.warm()
    with lab.link() as asked:
        assert without_pin(asked.ask(REGISTERS)) == without_pin(there), "nobody listens there any more"
        assert asked.is_known(QUESTIONS["comes in"])


QUEUE = f"{demo.QUEUE_UUID}@{demo.DOMAIN_UUID}"
STARTS = "hostname=vm&section=configuration&tag_name=configuration&key_name=name&key_value=callcenter.conf"
"""A FreeSWITCH that starts asks for who is in its queues; with CC-Queue it asks for one of them."""


def test_a_queue_goes_on_while_the_endpoint_is_away(lab: Lab, operator: Caller) -> None:
    operator.done("queue-update", **HERE, queue="700", longest_wait=30, timeout_destination="101")
    with lab.link() as asked:
        asked.stands.warming.warm()
        lab.endpoint.how = "away"
        assert "max-wait-time" in asked.ask(f"{STARTS}&CC-Queue={QUEUE}")
        assert "<tier " in asked.ask(STARTS)
        question = dials("700", uuid_of(operator, "100"))
        assert f'data="{QUEUE}"' in asked.ask(question)
        again = "&variable_call_direction=local&variable_ringpost_dialled=700&variable_ringpost_left=700"
        timed_out = asked.ask(f"{question}{again}&variable_cc_cause=cancel&variable_cc_cancel_reason=TIMEOUT")
        assert f'data="101 XML {HOME}"' in timed_out
        passed = "&variable_ringpost_passed=700&variable_call_direction=local&variable_ringpost_dialled=700"
        assert "bridge" in asked.ask(dials("101", uuid_of(operator, "100")) + passed)


@pytest.mark.parametrize(
    ("action", "members"),
    [
        ("queue-update", {"queue": "700", "ring_seconds": 20}),
        ("queue-delete", {"queue": "700"}),
        ("agent-pause", {"agent": "7001"}),
        ("agent-logout", {"agent": "7001"}),
        ("extension-update", {"extension": "100", "enabled": False}),
    ],
)
@pytest.mark.parametrize("what", ["starts", "dials"])
def test_nothing_of_a_queue_comes_back_that_was_changed(
    what: str, action: str, members: dict[str, Any], lab: Lab, operator: Caller, clock: FakeClock
) -> None:
    operator.done("queue-update", **HERE, queue="700", join_empty=False)
    question = {"starts": STARTS, "dials": dials("700")}[what]
    with lab.link() as asked:
        asked.stands.watching.look()
        assert asked.is_known(question)
        clock.time += 1
        operator.done(action, **HERE, **members)
        clock.time += 1
        asked.stands.watching.look()
        lab.endpoint.how = "away"
        assert not asked.is_known(question)
