from tests.actions.keys.test_token_create import bought, with_token
from tests.harness import Caller, House


def test_stops_within_thirty_seconds(house: House, tenant: Caller) -> None:
    token = bought(tenant)["token"]
    assert with_token(tenant, token, "user-list").status == 200
    tenant.done("token-delete", token=token)
    house.clock.time += 31
    assert with_token(tenant, token, "user-list").status == 401
    assert tenant.call("token-delete", token=token).status == 404


def test_ones_own_needs_no_naming(house: House, tenant: Caller) -> None:
    token = bought(tenant)["token"]
    assert with_token(tenant, token, "token-delete").json["deleted"] is True
    house.clock.time += 31
    assert with_token(tenant, token, "token-delete").status == 401
