import threading
from collections.abc import Sequence

import pytest

from ringpost.context import CallLimits
from ringpost.entry import demo
from ringpost.store import Store, Write
from tests.actions.calls.live import parties, record, talking
from tests.fakes import CountingStore
from tests.harness import Caller, House


def test_the_other_party_waits_in_a_free_slot_and_ours_is_released(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    b = parties(tenant, call_uuid)[1]
    answer = tenant.done("call-park", call_uuid=call_uuid)
    assert answer == {"call_uuid": call_uuid, "leg_uuid": b, "sandbox": True, "slot": "5902"}, "5901 is taken"
    call = tenant.done("call-details", call_uuid=b)
    assert (call["slot"], call["state"]) == ("5902", "parked")
    assert [(leg["number"], leg["state"]) for leg in call["legs"]] == [("5550123", "parked")]


def test_waits_an_hour_at_most(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    b = parties(tenant, call_uuid)[1]
    tenant.done("call-park", call_uuid=call_uuid)
    house.clock.time += 3599
    assert tenant.call("call-details", call_uuid=b).status == 200
    house.clock.time += 1
    assert [leg["duration"] for leg in record(tenant, call_uuid)["legs"]] == [2, 3601]


def test_a_slot_is_free_again_when_nobody_waits_in_it(house: House, tenant: Caller) -> None:
    tenant.done("call-hangup", call_uuid=demo.PARKED_CALL_UUID)
    first, second, third = (talking(tenant), talking(tenant), talking(tenant))
    assert tenant.done("call-park", call_uuid=second, leg_uuid=second)["slot"] == "5901"
    assert tenant.done("call-park", call_uuid=third, leg_uuid=third)["slot"] == "5902"
    tenant.done("call-hangup", call_uuid=second)
    fourth = talking(tenant)
    assert tenant.done("call-park", call_uuid=fourth, leg_uuid=fourth)["slot"] == "5901"
    assert tenant.call("call-details", call_uuid=first).status == 404


def test_each_domain_has_slots_of_its_own(tenant: Caller, stranger: Caller) -> None:
    assert tenant.done("call-park", call_uuid=talking(tenant))["slot"] == "5902"
    assert stranger.done("call-park", call_uuid=talking(stranger, destination_a="5550124"))["slot"] == "5901"


def test_our_own_party_may_wait_instead(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    assert tenant.done("call-park", call_uuid=call_uuid, leg_uuid=call_uuid)["leg_uuid"] == call_uuid
    assert tenant.done("extension-status", extension="100")["state"] == "held"


def test_a_retry_parks_once(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    first = tenant.done("call-park", call_uuid=call_uuid, idempotency_key="k")
    assert tenant.done("call-park", call_uuid=call_uuid, idempotency_key="k") == first
    assert [call["slot"] for call in tenant.done("parked-call-list")["items"]] == ["5901", "5902"]


def test_the_call_is_found_by_the_uuid_that_was_answered(tenant: Caller) -> None:
    answer = tenant.done("call-park", call_uuid=talking(tenant))
    assert tenant.call("call-details", call_uuid=answer["call_uuid"]).status == 200
    assert tenant.call("call-hangup", call_uuid=answer["call_uuid"]).status == 200


def test_a_call_that_waits_already_stays_where_it_is(tenant: Caller) -> None:
    reply = tenant.call("call-park", call_uuid=demo.PARKED_CALL_UUID)
    assert reply.status == 422 or reply.json["slot"] == "5901"


@pytest.mark.often
def test_when_every_slot_is_taken_the_call_goes_on(house: House, tenant: Caller) -> None:
    house.call_limits = CallLimits(per_minute=1000, at_once=1000)
    house.restart()
    for _ in range(98):
        tenant.done("call-park", call_uuid=talking(tenant))
    call_uuid = talking(tenant)
    reply = tenant.call("call-park", call_uuid=call_uuid)
    assert (reply.status, reply.json["error"]) == (422, "every parking slot is taken")
    assert tenant.done("call-details", call_uuid=call_uuid)["state"] == "answered"


class MeetingStore(CountingStore):
    """A store that lets two readers of the running calls meet before either of them writes."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.barrier: threading.Barrier | None = None

    def transact(self, writes: Sequence[Write]) -> None:
        barrier = self.barrier
        if barrier is not None:
            barrier.wait(10)
            self.barrier = None
        super().transact(writes)


def test_two_that_are_parked_at_the_same_moment_wait_in_two_slots(house: House, tenant: Caller) -> None:
    calls = [talking(tenant, destination_a=number) for number in ("100", "101")]
    store = house.store = MeetingStore(house.store)
    house.restart()
    tenant.done("domain-details")
    store.barrier = threading.Barrier(2)
    slots: list[str] = []

    def park(call_uuid: str) -> None:
        slots.append(tenant.done("call-park", call_uuid=call_uuid)["slot"])

    threads = [threading.Thread(target=park, args=(call_uuid,)) for call_uuid in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(slots) == ["5902", "5903"]
