"""What is only an Asterisk's about queues: it is started anew with callers waiting; its link says who has a phone."""

from collections.abc import Iterator
from typing import cast

import pytest

from tests.live.conftest import SILENT, House, Link, Serving
from tests.live.patience import eventually
from tests.live.phones import Phone
from tests.live.switches import Asterisk
from tests.live.test_queues import OTHER, SOMEBODY, Centre, Phones, centre, told
from tests.live.under_test import KIND, NEEDS_QUEUES

__all__ = ["centre", "told"]  # fixtures

pytestmark = [
    pytest.mark.skipif(KIND != "asterisk", reason="it is about an Asterisk"),
    NEEDS_QUEUES,
]


@pytest.fixture
def late(house: House) -> Iterator[Phone]:
    """A phone of an extension that has had none."""
    made = house.api.do("extension-create", extension="107")
    phone = house.phone("107", password=made["password"])
    yield phone
    house.api.do("extension-delete", extension="107")


@pytest.mark.usefixtures("linked")
def test_who_waits_for_an_agent_without_a_phone_is_answered_once_there_is_one(
    centre: Centre,
    late: Phone,
) -> None:
    queue = centre.queue(SOMEBODY, join_empty=False)
    centre.log_in(SOMEBODY, "107")
    refused = centre.calls(queue, 3)
    _, left = centre.of(refused, "queue.joined", "queue.left")
    assert left["data"]["visit"]["left_because"] == "empty", "nobody is there who could take it"
    waits = centre.queue(SOMEBODY)
    caller = centre.calls(waits, 12)
    centre.waits(waits)
    with late:
        _, connected, _ = centre.of(caller, "queue.joined", "queue.connected", "queue.completed")
        assert connected["data"]["extension"] == "107"
        assert {one["data"]["reason"] for one in centre.events("agent.missed")} == {"unregistered"}
        centre.of(centre.calls(queue, 3), "queue.joined", "queue.connected", "queue.completed")


@pytest.mark.usefixtures("linked")
def test_who_speaks_already_is_not_rung(centre: Centre, phones: Phones) -> None:
    queue = centre.queue(SOMEBODY)
    centre.log_in(SOMEBODY, "100")
    phones[0].dial(SILENT)
    eventually(centre.api.calls, "100 has a call")
    caller = centre.calls(queue, 9)
    centre.waits(queue)
    centre.wait(2)
    assert len(centre.waiting(queue)) == 1, "it waits still"
    phones[0].hang_up()
    centre.of(caller, "queue.joined", "queue.connected", "queue.completed")
    assert not centre.events("agent.missed")


@pytest.mark.usefixtures("linked")
def test_a_queue_s_calls_are_recorded_and_its_name_is_shown(centre: Centre, phones: Phones) -> None:
    queue = centre.queue(SOMEBODY, record=True, name_prefix="Support")
    centre.log_in(SOMEBODY, "100")
    caller = centre.calls(queue, 4)
    _, connected, _ = centre.of(caller, "queue.joined", "queue.connected", "queue.completed")
    record = centre.api.record(connected["call_uuid"])
    assert record["legs"][0]["record_path"] or record["record_path"]
    rung = next(leg for leg in record["legs"] if leg["extension"] == "100")
    assert (rung["caller_id_name"] or "").startswith("Support"), rung


@pytest.mark.expects_complaint(r".", "it is killed")
def test_who_waits_when_it_is_killed_is_lost_and_its_members_are_as_before(
    centre: Centre,
    house: House,
    linking: Link,
) -> None:
    linking.goes_on()
    queue, other = centre.queue(SOMEBODY), centre.queue(OTHER)
    centre.log_in(OTHER, "100")
    callers = [centre.calls(queue, 60) for _ in range(2)]
    centre.waits(queue, 2)
    cast("Asterisk", house.switch).kill()
    for caller in callers:
        _, left = centre.of(caller, "queue.joined", "queue.left")
        assert left["data"]["visit"]["left_because"] == "lost"
    figures = centre.figures(queue)
    assert (figures["offered"], figures["answered"], figures["waiting"]) == (2, 0, 0)
    eventually(lambda: house.api.do("registration-list")["items"], "100 is there again", 90)
    _, connected, _ = centre.of(centre.calls(other, 4), "queue.joined", "queue.connected", "queue.completed")
    assert connected["data"]["extension"] == "100"


@pytest.mark.expects_complaint(r".", "it is killed, and so is whom it asks")
def test_a_switch_that_begins_anew_while_ringpost_is_away_has_its_members(
    centre: Centre,
    house: House,
    serving: Serving,
    linking: Link,
) -> None:
    link = linking.goes_on()
    queue = centre.queue(SOMEBODY)
    centre.log_in(SOMEBODY, "100")
    link.stop()
    linking.goes_on()
    eventually(lambda: "the switch knows its queues" in linking.said(), "they are read", 20)
    asterisk = cast("Asterisk", house.switch)
    serving.__exit__()
    try:
        asterisk.kill()
        eventually(lambda: "Local/100@ringpost-phones" in asterisk.cli("queue show"), "its member is there", 30)
    finally:
        serving.__enter__()
    eventually(lambda: centre.api.ask("queue-status", queue=queue).status == 200, "all of it is there again", 60)
