from typing import Any

import pytest

from tests.harness import Caller

WANTED = {"name": "Billing", "extension": "701"}


def test_answers_the_whole_record(tenant: Caller) -> None:
    made = tenant.done("queue-create", **WANTED, members=[{"agent": "7001", "penalty": 2}, {"extension": "101"}])
    assert (made["name"], made["extension"], made["strategy"], made["ring_seconds"]) == (
        "Billing",
        "701",
        "ringall",
        15,
    )
    assert made["members"] == [
        {"agent": "7001", "extension": None, "penalty": 2},
        {"agent": None, "extension": "101", "penalty": 0},
    ]
    assert (made["join_empty"], made["longest_wait"], made["enabled"], made["version"]) == (True, None, True, 1)


@pytest.mark.parametrize("number", ["100", "600", "700"])
def test_refuses_a_number_that_is_taken(tenant: Caller, number: str) -> None:
    reply = tenant.call("queue-create", name="Billing", extension=number)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "extension")


def test_a_queue_takes_its_number_from_all_others(tenant: Caller) -> None:
    tenant.done("queue-create", **WANTED)
    assert tenant.call("extension-create", extension="701").status == 409
    group = {"name": "G", "extension": "701", "destinations": [{"number": "100"}], "strategy": "simultaneous"}
    assert tenant.call("ringgroup-create", **group).status == 409


def test_refuses_a_name_that_is_taken_in_any_case(tenant: Caller) -> None:
    reply = tenant.call("queue-create", name="SUPPORT", extension="701")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "name")


def test_refuses_an_emergency_number(tenant: Caller) -> None:
    assert tenant.call("queue-create", name="Billing", extension="112").status == 422


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ([{"agent": "7999"}], 422),
        ([{"extension": "199"}], 422),
        ([{"extension": "600"}], 422),
        ([{"agent": "7001"}, {"agent": "7001", "penalty": 1}], 400),
        ([{}], 400),
        ([{"agent": "7001", "extension": "101"}], 400),
        ([{"agent": "7001", "penalty": 21}], 400),
        ([{"agent": "${x}"}], 400),
        ([{"extension": str(number)} for number in range(201)], 400),
    ],
)
def test_refuses_members_that_are_none(tenant: Caller, members: list[Any], status: int) -> None:
    assert tenant.call("queue-create", **WANTED, members=members).status == status


def test_refuses_an_agent_of_another_domain(tenant: Caller, stranger: Caller) -> None:
    stranger.done("agent-create", number="7500", firstname="Mallory")
    assert tenant.call("queue-create", **WANTED, members=[{"agent": "7500"}]).status == 422


@pytest.mark.parametrize(
    "bad",
    [
        {"strategy": "loudest"},
        {"ring_seconds": 0},
        {"longest_wait": 0},
        {"most_waiting": -1},
        {"music": "../../etc/passwd"},
        {"music": "a b"},
        {"timeout_destination": "x"},
        {"pause_on": ["lunch"]},
        {"name": ""},
        {"name": "a\nb"},
        {"extension": "7 01"},
    ],
)
def test_refuses_what_is_no_setting(tenant: Caller, bad: dict[str, Any]) -> None:
    assert tenant.call("queue-create", **WANTED | bad).status == 400


@pytest.mark.parametrize("way", ["timeout_destination", "full_destination", "empty_destination"])
@pytest.mark.parametrize("number", ["199", "112"])
def test_refuses_a_way_on_that_leads_nowhere_or_to_help(tenant: Caller, way: str, number: str) -> None:
    reply = tenant.call("queue-create", **WANTED, **{way: number})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, way)


def test_a_way_on_may_be_anything_that_is_dialled(tenant: Caller) -> None:
    ways = ["100", "600", "700", "*99100", "12025550123"]
    for place, number in enumerate(ways):
        tenant.done("queue-create", name=f"Q{place}", extension=f"71{place}", timeout_destination=number)


def test_refuses_a_way_on_to_itself(tenant: Caller) -> None:
    reply = tenant.call("queue-create", **WANTED, timeout_destination="701")
    assert (reply.status, reply.json["error"]) == (422, "callers would come back to this queue: 701 → 701")
