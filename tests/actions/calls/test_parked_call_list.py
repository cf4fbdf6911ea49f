from ringpost.entry import demo
from tests.actions.calls.live import talking
from tests.harness import Caller, House


def test_lists_who_waits_by_slot(house: House, tenant: Caller) -> None:
    tenant.done("call-park", call_uuid=talking(tenant))
    items = tenant.done("parked-call-list")["items"]
    assert [(call["slot"], call["state"]) for call in items] == [("5901", "parked"), ("5902", "parked")]
    assert items[0]["call_uuid"] == demo.PARKED_CALL_UUID
    assert items[1]["legs"][0]["number"] == "5550123"
    house.clock.time += 3599
    assert [call["slot"] for call in tenant.done("parked-call-list")["items"]] == ["5902"]


def test_answers_page_by_page(tenant: Caller) -> None:
    for _ in range(2):
        tenant.done("call-park", call_uuid=talking(tenant))
    first = tenant.done("parked-call-list", limit=2, count=True)
    second = tenant.done("parked-call-list", limit=2, cursor=first["next_cursor"])
    assert first["total"] == 3
    assert [call["slot"] for call in first["items"] + second["items"]] == ["5901", "5902", "5903"]


def test_finds_a_slot(tenant: Caller) -> None:
    tenant.done("call-park", call_uuid=talking(tenant))
    assert [call["slot"] for call in tenant.done("parked-call-list", slot="5902")["items"]] == ["5902"]


def test_a_stranger_sees_none(stranger: Caller) -> None:
    assert stranger.done("parked-call-list")["items"] == []
    assert stranger.call("parked-call-list", domain_name=demo.DOMAIN_NAME).status == 404
