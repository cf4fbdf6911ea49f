"""Which phone missed a call is one rule, whoever hands the call in: a FreeSWITCH, a CRM, the sandbox."""

import itertools
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from ringpost.entry import demo
from tests.actions.calls.live import placed, record
from tests.harness import Caller

START = 1_795_300_000
UUID = "aaaaaaaa-0000-4000-8000-00000000000{}"


class Leg(NamedTuple):
    """Seconds from the start of the call; ``source`` is the place of the leg it was rung for."""

    cause: str
    start: int
    answer: int | None
    end: int
    source: int | None = 0


A = Leg("NORMAL_CLEARING", 0, None, 30, None)
# What happened: the direction, the legs from the A leg on, which of them missed it, and whether the call was missed.
CALLS: dict[str, tuple[str, list[Leg], list[bool], bool]] = {
    "answered": ("inbound", [A._replace(answer=5), Leg("NORMAL_CLEARING", 0, 5, 30)], [False, False], False),
    "answered elsewhere in a group": (
        "inbound",
        [A._replace(answer=5), Leg("NORMAL_CLEARING", 0, 5, 30), Leg("LOSE_RACE", 0, None, 5)],
        [False, False, False],
        False,
    ),
    "picked up by a colleague": (
        "local",
        [A._replace(answer=5), Leg("PICKED_OFF", 0, None, 5)],
        [False, False],
        False,
    ),
    "cancelled, for another has answered": (
        "inbound",
        [A._replace(answer=5), Leg("NORMAL_CLEARING", 0, 5, 30), Leg("ORIGINATOR_CANCEL", 0, None, 5)],
        [False, False, False],
        False,
    ),
    "answered elsewhere, as Q.850 has it": (
        "local",
        [A._replace(answer=5), Leg("NON_SELECTED_USER_CLEARING", 0, None, 5)],
        [False, False],
        False,
    ),
    "forwarded when nobody answered": (
        "inbound",
        [A._replace(answer=25), Leg("NO_ANSWER", 0, None, 20), Leg("NORMAL_CLEARING", 20, 25, 30)],
        [False, True, False],
        False,
    ),
    "busy, and forwarded": (
        "local",
        [A._replace(answer=5), Leg("USER_BUSY", 0, None, 1), Leg("NORMAL_CLEARING", 1, 5, 30)],
        [False, True, False],
        False,
    ),
    "voicemail answered": ("inbound", [A._replace(answer=20), Leg("NO_ANSWER", 0, None, 20)], [False, True], True),
    "the caller gave up": (
        "inbound",
        [Leg("ORIGINATOR_CANCEL", 0, None, 9, None), Leg("ORIGINATOR_CANCEL", 0, None, 9)],
        [True, True],
        True,
    ),
    "the caller gave up on a group": (
        "local",
        [Leg("ORIGINATOR_CANCEL", 0, None, 9, None), *[Leg("ORIGINATOR_CANCEL", 0, None, 9)] * 2],
        [True, True, True],
        True,
    ),
    "rejected": ("inbound", [A, Leg("CALL_REJECTED", 0, None, 2)], [True, True], True),
    "rejected by one, answered by another": (
        "inbound",
        [A._replace(answer=5), Leg("CALL_REJECTED", 0, None, 5), Leg("NORMAL_CLEARING", 0, 5, 30)],
        [False, True, False],
        False,
    ),
    "transferred and picked up later": (
        "inbound",
        [
            A._replace(answer=5),
            Leg("NORMAL_CLEARING", 0, 5, 10),
            Leg("LOSE_RACE", 10, None, 15),
            Leg("NORMAL_CLEARING", 10, 15, 30),
        ],
        [False, False, False, False],
        False,
    ),
    "transferred to who does not answer": (
        "inbound",
        [A._replace(answer=5), Leg("NORMAL_CLEARING", 0, 5, 10), Leg("NO_ANSWER", 10, None, 30)],
        [False, False, True],
        False,
    ),
    "went out and nobody answered": ("outbound", [A, Leg("NO_ANSWER", 0, None, 30)], [False, False], False),
    "a number that rings nowhere": ("inbound", [A._replace(cause="NO_ROUTE_DESTINATION")], [True], True),
}


def as_a_freeswitch(tenant: Caller, direction: str, legs: list[tuple[int, Leg]]) -> None:
    """Only its A legs say which way a call went."""
    for place, leg in legs:
        variables = {
            "uuid": UUID.format(place),
            "domain_uuid": demo.DOMAIN_UUID,
            "start_epoch": str(START + leg.start),
            "answer_epoch": str(START + leg.answer if leg.answer else 0),
            "end_epoch": str(START + leg.end),
            "hangup_cause": leg.cause,
            **({"call_direction": direction} if leg.source is None else {"originating_leg_uuid": UUID.format(0)}),
        }
        body, headers = json.dumps({"variables": variables}), {"content-type": "application/json"}
        reply = tenant.post(body, path="/freeswitch-cdr", headers=headers)
        assert (reply.status, reply.json["recorded"]) == (200, True), reply


def as_a_crm(tenant: Caller, direction: str, legs: list[tuple[int, Leg]]) -> None:
    for place, leg in legs:
        moments = {"start_stamp": leg.start, "answer_stamp": leg.answer, "end_stamp": leg.end}
        tenant.done(
            "cdr-create",
            xml_cdr_uuid=UUID.format(place),
            leg="a" if leg.source is None else "b",
            hangup_cause=leg.cause,
            **{name: f"2026-11-22T09:30:{at:02d}Z" for name, at in moments.items() if at is not None},
            **({"direction": direction} if leg.source is None else {"originating_leg_uuid": UUID.format(0)}),
        )


@pytest.mark.parametrize("hand_in", [as_a_freeswitch, as_a_crm])
@pytest.mark.parametrize("what", CALLS)
def test_says_who_missed_it_in_whatever_order_it_is_told(
    tenant: Caller, what: str, hand_in: Callable[[Caller, str, list[tuple[int, Leg]]], None]
) -> None:
    direction, legs, missed, call_missed = CALLS[what]
    for order in (list(enumerate(legs)), list(enumerate(legs))[::-1]):
        hand_in(tenant, direction, order)
        call = record(tenant, UUID.format(0))
        found = {leg["xml_cdr_uuid"]: leg["missed_call"] for leg in call["legs"]}
        assert [found[UUID.format(place)] for place in range(len(legs))] == missed
        assert call["missed_call"] is call_missed


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_leg_known_before_its_call_is_no_less_missed(tenant: Caller, order: tuple[int, ...]) -> None:
    direction, legs, missed, _ = CALLS["forwarded when nobody answered"]
    as_a_crm(tenant, direction, [(place, legs[place]) for place in order])
    found = {leg["xml_cdr_uuid"]: leg["missed_call"] for leg in record(tenant, UUID.format(0))["legs"]}
    assert [found[UUID.format(place)] for place in range(3)] == missed


FROM_OUTSIDE: dict[str, Any] = {"caller_id_number": "+12025550199", "destination_a": "5550150", "wait": 0}


def played(tenant: Caller, **parameters: Any) -> dict[str, Any]:
    """The record of a call of the sandbox, when all is over."""
    call_uuid = tenant.call("originate", **{"caller_id_number": "5550100", **parameters}).json["call_uuid"]
    tenant.house.clock.time += 120
    return record(tenant, call_uuid)


def test_in_the_sandbox_a_phone_whose_call_another_took_missed_nothing(tenant: Caller) -> None:
    call = played(tenant, **FROM_OUTSIDE, destination_b="600")
    assert [leg["hangup_cause"] for leg in call["legs"]].count("LOSE_RACE") == 1
    assert [leg["missed_call"] for leg in call["legs"]] == [False] * 3
    assert call["missed_call"] is False


def test_in_the_sandbox_too_a_busy_phone_has_missed_what_was_forwarded(tenant: Caller) -> None:
    tenant.done("extension-dnd-set", extension="100", enabled=True)
    tenant.done("extension-forward-set", extension="100", busy={"enabled": True, "destination": "101"})
    call = played(tenant, **FROM_OUTSIDE, destination_b="100")
    assert {leg["extension"]: leg["missed_call"] for leg in call["legs"] if leg["leg"] == "b"} == {
        "100": True,
        "101": False,
    }
    assert call["missed_call"] is False


def test_in_the_sandbox_too_who_calls_in_vain_is_missed(tenant: Caller) -> None:
    for extension in ("100", "101"):
        tenant.done("extension-dnd-set", extension=extension, enabled=True)
    call = played(tenant, **FROM_OUTSIDE, destination_b="600")
    assert {leg["missed_call"] for leg in call["legs"]} == {True}
    assert call["missed_call"] is True


def test_in_the_sandbox_too_a_caller_who_gives_up_is_missed(tenant: Caller) -> None:
    call_uuid = tenant.call("originate", **FROM_OUTSIDE, destination_b="600").json["call_uuid"]
    tenant.house.clock.time += 0.5
    tenant.done("call-hangup", call_uuid=call_uuid)
    tenant.house.clock.time += 5
    call = record(tenant, call_uuid)
    assert [leg["missed_call"] for leg in call["legs"]] == [True] * 3
    assert call["missed_call"] is True


def test_nobody_has_missed_the_call_he_asked_for_himself(tenant: Caller) -> None:
    tenant.done("extension-create", extension="5550141")
    call = played(tenant, destination_a="5550141", destination_b="101", wait=0)
    assert (call["direction"], call["missed_call"]) == ("local", False)
    assert [leg["missed_call"] for leg in call["legs"]] == [False]


def test_who_was_asked_for_and_did_not_answer_has_missed_it(tenant: Caller) -> None:
    tenant.done("extension-create", extension="5550141")
    call = played(tenant, destination_a="101", destination_b="5550141")
    assert [leg["missed_call"] for leg in call["legs"]] == [False, True]
    assert call["missed_call"] is True


def test_a_group_a_call_is_transferred_to_is_no_different(tenant: Caller) -> None:
    call_uuid = placed(tenant, destination_a="5550123", destination_b="100")
    tenant.house.clock.time += 1
    tenant.done("call-transfer", call_uuid=call_uuid, destination="600")
    tenant.house.clock.time += 60
    call = record(tenant, call_uuid)
    assert [leg["missed_call"] for leg in call["legs"] if leg["hangup_cause"] == "LOSE_RACE"] == [False]
    assert call["missed_call"] is False


def test_any_order_of_any_posts_says_the_same(tenant: Caller) -> None:
    legs = [
        {"xml_cdr_uuid": UUID.format(0), "direction": "inbound", "end_stamp": "2026-11-10T10:00:30Z"},
        {"xml_cdr_uuid": UUID.format(2), "leg": "b", "answer_stamp": "2026-11-10T10:00:04Z"},
        {"xml_cdr_uuid": UUID.format(1), "leg": "b", "end_stamp": "2026-11-10T10:00:05Z"},
        {"xml_cdr_uuid": UUID.format(1), "leg": "b", "hangup_cause": "USER_BUSY"},
    ]
    found = set()
    for number, order in enumerate(itertools.permutations(legs)):
        for leg in order:
            place = leg["xml_cdr_uuid"].replace("aaaaaaaa", f"{number:08x}")
            of_a = {} if leg.get("leg") is None else {"originating_leg_uuid": place[:-1] + "0"}
            tenant.done("cdr-create", **{**leg, **of_a, "xml_cdr_uuid": place, "start_stamp": "2026-11-10T10:00:00Z"})
        call = record(tenant, UUID.format(0).replace("aaaaaaaa", f"{number:08x}"))
        found.add(tuple(leg["missed_call"] for leg in call["legs"]))
    assert len(found) == 1


def test_a_correction_is_heeded_by_the_legs_beside(tenant: Caller) -> None:
    a, b1, b2 = (UUID.format(number) for number in range(3))
    start = {"start_stamp": "2026-11-10T10:00:00Z"}
    beside = {**start, "leg": "b", "originating_leg_uuid": a, "end_stamp": "2026-11-10T10:00:05Z"}
    tenant.done("cdr-create", xml_cdr_uuid=a, direction="inbound", end_stamp="2026-11-10T10:00:09Z", **start)
    tenant.done("cdr-create", xml_cdr_uuid=b1, hangup_cause="ORIGINATOR_CANCEL", **beside)
    made = tenant.done("cdr-create", xml_cdr_uuid=b2, answer_stamp="2026-11-10T10:00:04Z", **beside)
    tenant.done("cdr-create", xml_cdr_uuid=b2, hangup_cause="NO_ANSWER", if_version=made["version"], **beside)
    assert {leg["xml_cdr_uuid"]: leg["missed_call"] for leg in record(tenant, a)["legs"]}[b1] is True
