import pytest

from tests.actions.calls.live import parties, placed, record, talking
from tests.harness import Caller, House


def test_plays_to_the_other_party(tenant: Caller) -> None:
    call_uuid = talking(tenant)
    b = parties(tenant, call_uuid)[1]
    assert tenant.done("call-dtmf", call_uuid=call_uuid, digits="0123456789*#")["leg_uuid"] == b
    assert tenant.done("call-dtmf", call_uuid=call_uuid, digits=5)["leg_uuid"] == b


def test_while_the_other_party_is_not_there_yet_nobody_hears_them(tenant: Caller) -> None:
    assert tenant.call("call-dtmf", call_uuid=placed(tenant), digits="1").status == 422


@pytest.mark.parametrize("digits", ["", "1" * 33, "12a", "w1", "1@200", "+1", "1 2", "1\n", "${x}", None, ["1"]])
def test_refuses_what_no_phone_can_dial(tenant: Caller, digits: object) -> None:
    reply = tenant.call("call-dtmf", call_uuid=talking(tenant), digits=digits)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "digits")


def test_is_in_no_record(house: House, tenant: Caller) -> None:
    call_uuid = talking(tenant)
    tenant.done("call-dtmf", call_uuid=call_uuid, digits="*4711#")
    house.clock.time += 3
    assert "*4711" not in str(record(tenant, call_uuid))
    rows = house.store.query(f"domain#{record(tenant, call_uuid)['domain_uuid']}#audit", limit=1000)
    assert not [row for row in rows if "*4711" in row.body]
