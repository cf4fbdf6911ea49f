"""A retry does not do it twice."""

import threading

import pytest

from ringpost.entry import demo
from ringpost.model.errors import StoreUnavailable, SwitchRefused, SwitchUnreachable
from ringpost.switch import Progress
from tests.fakes import CountingStore, FailingStore, RecordingSwitch
from tests.harness import Caller, House, Reply

CREATE = {"action": "extension-create", "extension": "150"}
CALL = {"action": "originate", "caller_id_number": "5550100", "destination_a": "100", "destination_b": "101"}
HEADER = {"idempotency-key": "k-1"}


def extensions(caller: Caller) -> list[str]:
    return [one["extension"] for one in caller.done("extension-list")]


def test_the_first_answer_is_given_again_without_its_secrets(tenant: Caller) -> None:
    first = tenant.call(**CREATE, headers=HEADER)
    again = tenant.call(**CREATE, headers=HEADER)
    assert first.status == again.status == 200
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json["password"]
    assert again.json == {**first.json, "password": None, "voicemail_password": None}
    assert extensions(tenant) == ["100", "101", "150"]


def test_the_key_may_be_a_member(tenant: Caller) -> None:
    first = tenant.call(**CREATE, idempotency_key="k-1")
    assert tenant.call(**CREATE, headers=HEADER).json["extension_uuid"] == first.json["extension_uuid"]
    assert tenant.call(**CREATE, headers=HEADER, idempotency_key="k-2").status == 400


def test_another_body_under_the_same_key_is_refused(tenant: Caller) -> None:
    tenant.call(**CREATE, headers=HEADER)
    reply = tenant.call("extension-create", extension="151", headers=HEADER)
    assert (reply.status, reply.code) == (422, "cannot-comply")
    assert extensions(tenant) == ["100", "101", "150"]


def test_a_key_belongs_to_one_api_key_and_one_action(tenant: Caller, operator: Caller) -> None:
    tenant.call(**CREATE, headers=HEADER)
    assert operator.call(**CREATE, domain_name=demo.DOMAIN_NAME, headers=HEADER).status == 409
    deleted = tenant.call("extension-delete", extension="150", headers=HEADER)
    assert deleted.status == 200
    assert tenant.call("extension-delete", extension="150", headers=HEADER).json == deleted.json


def test_an_error_is_not_kept(tenant: Caller) -> None:
    assert tenant.call("extension-create", extension="101", headers=HEADER).status == 409
    tenant.done("extension-delete", extension="101")
    assert tenant.call("extension-create", extension="101", headers=HEADER).status == 200


def test_a_kept_answer_goes_after_a_day(house: House, tenant: Caller) -> None:
    tenant.call(**CREATE, headers=HEADER)
    house.clock.time += 86_400
    assert tenant.call(**CREATE, headers=HEADER).status == 409, "read anew: the number is taken"


def test_a_read_takes_no_notice_of_it(house: House, tenant: Caller) -> None:
    before = tenant.call("extension-list", headers=HEADER)
    tenant.call(**CREATE)
    assert tenant.call("extension-list", headers=HEADER).json != before.json


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_refuses_a_key_that_is_none(tenant: Caller, key: str) -> None:
    assert tenant.call(**CREATE, headers={"idempotency-key": key}).status == 400
    assert tenant.call(**CREATE, idempotency_key=5).status == 400


def test_twenty_at_once_do_it_once(house: House, tenant: Caller) -> None:
    replies: list[Reply] = []
    barrier = threading.Barrier(20)

    def send() -> None:
        barrier.wait(10)
        replies.append(tenant.call(**CREATE, headers=HEADER))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {reply.status for reply in replies} == {200}
    assert len({reply.json["extension_uuid"] for reply in replies}) == 1
    assert sum("Idempotency-Replayed" not in reply.headers for reply in replies) == 1
    assert extensions(tenant) == ["100", "101", "150"]


@pytest.mark.parametrize("number", range(1, 8))
def test_a_store_that_fails_at_any_call_leaves_all_or_nothing(house: House, tenant: Caller, number: int) -> None:
    house.store = failing = FailingStore(house.store)
    house.restart()
    failing.fail_at = {number}
    reply = tenant.call(**CREATE, headers=HEADER)
    failing.fail_at = set()
    assert reply.status in (200, 503)
    if reply.status == 503:
        assert reply.code == "store-unavailable"
        assert reply.headers["Retry-After"]
        assert extensions(tenant) == ["100", "101"]
    again = tenant.call(**CREATE, headers=HEADER)
    assert again.status == 200
    assert extensions(tenant) == ["100", "101", "150"]


def test_a_lost_reply_of_the_store_and_a_retry_do_it_once(house: House, tenant: Caller) -> None:
    house.store = failing = FailingStore(house.store)
    house.restart()
    tenant.done("domain-details")
    calls_before_the_write = 3
    failing.lose_reply_at = {failing.seen + calls_before_the_write + 1}
    assert tenant.call(**CREATE, headers=HEADER).status == 503
    again = tenant.call(**CREATE, headers=HEADER)
    assert (again.status, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert extensions(tenant) == ["100", "101", "150"]


@pytest.fixture
def switch(house: House) -> RecordingSwitch:
    """A switch as real ones are: it knows nothing beforehand."""
    house.switch = switch = RecordingSwitch()
    house.restart()
    return switch


def test_a_call_is_placed_once(tenant: Caller, switch: RecordingSwitch) -> None:
    first = tenant.call(**CALL, headers=HEADER)
    again = tenant.call(**CALL, headers=HEADER)
    assert first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(switch.orders) == 1
    assert tenant.call(**{**CALL, "destination_b": "5550123"}, headers=HEADER).status == 422


def test_while_the_first_request_runs_the_second_is_told_so(tenant: Caller, switch: RecordingSwitch) -> None:
    switch.go_on.clear()
    replies: list[Reply] = []
    thread = threading.Thread(target=lambda: replies.append(tenant.call(**CALL, headers=HEADER)))
    thread.start()
    assert switch.placing.wait(10)
    reply = tenant.call(**CALL, headers=HEADER)
    assert (reply.status, reply.code, reply.headers["Retry-After"]) == (409, "conflict", "1")
    switch.go_on.set()
    thread.join(10)
    assert tenant.call(**CALL, headers=HEADER).json == replies[0].json
    assert len(switch.orders) == 1


@pytest.mark.parametrize("lost", [0, 1])
def test_after_a_crash_the_switch_is_asked_and_nothing_is_dialled_again(
    house: House, tenant: Caller, switch: RecordingSwitch, lost: int
) -> None:
    house.store = failing = FailingStore(house.store)
    house.restart()
    tenant.done("domain-details")
    start = failing.seen
    tenant.call(**CALL)
    calls = failing.seen - start
    keep_answer = failing.seen + calls + 2
    (failing.lose_reply_at if lost else failing.fail_at).add(keep_answer)
    crashed = tenant.call(**CALL, headers=HEADER)
    assert crashed.status == 503
    placed = len(switch.orders)
    if lost:
        assert tenant.call(**CALL, headers=HEADER).headers["Idempotency-Replayed"] == "true"
    else:
        assert tenant.call(**CALL, headers=HEADER).status == 409, "it may still run"
        house.clock.time += 30
        switch.progress = Progress("ended", answered=True, cause="NORMAL_CLEARING")
        resumed = tenant.call(**CALL, headers=HEADER)
        assert resumed.status == 200
        assert resumed.json["call_uuid"] == switch.orders[-1].call_uuid
        assert resumed.json["cause"] == "NORMAL_CLEARING"
        assert tenant.call(**CALL, headers=HEADER).headers["Idempotency-Replayed"] == "true"
    assert len(switch.orders) == placed


def test_a_refused_call_gives_its_key_and_its_place_back(house: House, tenant: Caller, switch: RecordingSwitch) -> None:
    switch.problem = SwitchRefused("no")
    reply = tenant.call(**CALL, headers=HEADER)
    assert (reply.status, reply.json["call_uuid"]) == (502, switch.orders[0].call_uuid)
    switch.problem = None
    again = tenant.call(**CALL, headers=HEADER)
    assert (again.status, "Idempotency-Replayed" in again.headers) == (200, False)
    assert again.json["call_uuid"] != reply.json["call_uuid"]


def test_a_switch_that_vanished_may_have_dialled(house: House, tenant: Caller, switch: RecordingSwitch) -> None:
    switch.problem = SwitchUnreachable("gone")
    first = tenant.call(**CALL, headers=HEADER)
    assert (first.status, first.code) == (503, "switch-unreachable")
    switch.problem = None
    house.clock.time += 30
    again = tenant.call(**CALL, headers=HEADER)
    assert again.json["call_uuid"] == first.json["call_uuid"]
    assert len(switch.orders) == 1, "asked, not dialled again"


def test_what_could_not_be_given_back_is_no_error_of_the_callers(
    house: House, tenant: Caller, switch: RecordingSwitch
) -> None:
    class Broken(CountingStore):
        def get(self, key):
            if switch.orders:
                raise StoreUnavailable
            return super().get(key)

    house.store = Broken(house.store)
    house.restart()
    switch.problem = SwitchRefused("no")
    assert tenant.call(**CALL, headers=HEADER).status == 502


def test_an_answer_about_a_domain_that_is_out_of_reach_now_is_not_given(house: House, operator: Caller) -> None:
    both = house.key("#", domains=(demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID))
    asked = {**CREATE, "domain_uuid": demo.DOMAIN_UUID}
    assert both.call(**asked, headers=HEADER).status == 200
    operator.done("key-update", key_uuid=both.key_uuid, domains=[demo.EMPTY_DOMAIN_UUID])
    house.clock.time += 30
    assert both.call(**asked, headers=HEADER).status == 404


def test_a_key_that_is_no_text_is_refused(tenant: Caller) -> None:
    assert tenant.post('{"action": "extension-create", "extension": "1", "idempotency_key": "\\ud800"}').status == 400
