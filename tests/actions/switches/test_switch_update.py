import json
from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.model.switch import SwitchRecord
from ringpost.store import Put, Row
from ringpost.store.keys import switch_layout
from ringpost.store.sqlite import SqliteStore
from tests.harness import Caller, House

PBX: dict[str, Any] = {
    "name": "pbx1",
    "kind": "freeswitch",
    "address": "192.0.2.10:8021",
    "secret": "env:RINGPOST_SECRET_PBX1",
}


def test_changes_what_is_sent_and_keeps_the_rest(operator: Caller) -> None:
    before = operator.done("switch-create", **PBX, description="Rack 3")
    after = operator.done("switch-update", switch="pbx1", address="192.0.2.11", user="ringpost@ringpost.internal")
    assert (after["address"], after["user"], after["version"]) == ("192.0.2.11", "ringpost@ringpost.internal", 2)
    assert (after["secret"], after["description"]) == (before["secret"], "Rack 3")
    assert operator.done("switch-details", switch=before["switch_uuid"]) == after


def test_null_sets_what_a_new_switch_has(operator: Caller) -> None:
    operator.done("switch-update", switch="lab", enabled=False)
    after = operator.done("switch-update", switch="lab", enabled=None, description=None)
    assert (after["enabled"], after["description"]) == (True, "")


@pytest.mark.parametrize("member", ["address", "secret"])
def test_a_freeswitch_keeps_an_address_and_a_secret(operator: Caller, member: str) -> None:
    operator.done("switch-create", **PBX)
    reply = operator.call("switch-update", switch="pbx1", **{member: None})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, member)
    assert operator.done("switch-details", switch="pbx1")[member] == PBX[member]
    assert operator.call("switch-update", switch="pbx1", secret="ClueCon").status == 400


def test_moves_behind_its_link_and_back(operator: Caller) -> None:
    operator.done("switch-create", **PBX)
    after = operator.done("switch-update", switch="pbx1", via="link", address=None, secret=None)
    assert (after["via"], after["address"], after["secret"]) == ("link", None, None)
    for back in ({"via": "direct"}, {"via": None}):
        reply = operator.call("switch-update", switch="pbx1", **back)
        assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "address")
    back = {"via": "direct", "address": PBX["address"], "secret": PBX["secret"]}
    assert operator.done("switch-update", switch="pbx1", **back)["via"] == "direct"


def test_what_is_not_needed_behind_a_link_may_stay(operator: Caller) -> None:
    operator.done("switch-create", **PBX)
    assert operator.done("switch-update", switch="pbx1", via="link")["address"] == PBX["address"]
    assert operator.done("switch-update", switch="pbx1", via=None)["via"] == "direct"


def test_a_row_of_an_earlier_release_is_direct(operator: Caller, store: SqliteStore) -> None:
    made = operator.done("switch-create", **PBX)
    for key in switch_layout(SwitchRecord.model_validate(made)).all:
        row = store.get(key)
        assert row is not None
        body = {name: value for name, value in json.loads(row.body).items() if name != "via"}
        store.transact([Put(Row(key, json.dumps(body), row.version, row.expires))])
    assert operator.done("switch-details", switch="pbx1") == made
    assert operator.done("switch-update", switch="pbx1", description="Rack 3")["via"] == "direct"


def test_a_switch_without_domains_is_renamed(operator: Caller) -> None:
    after = operator.done("switch-update", switch="lab", new_name="lab2")
    assert after["switch_uuid"] == demo.LAB_UUID
    assert operator.done("switch-details", switch="lab2") == after
    assert operator.call("switch-details", switch="lab").status == 404
    operator.done("switch-create", name="lab", kind="sandbox")


def test_a_switch_in_use_is_not_renamed_until_its_domains_have_moved(operator: Caller) -> None:
    home = {"domain_name": demo.DOMAIN_NAME}
    operator.done("domain-update", **home, switch="lab")
    reply = operator.call("switch-update", switch="lab", new_name="lab2")
    assert (reply.status, reply.code) == (422, "cannot-comply")
    assert operator.done("switch-update", switch="lab", new_name="lab", description="x")["description"] == "x"
    operator.done("domain-update", **home, switch="sandbox")
    assert operator.done("switch-update", switch="lab", new_name="lab2")["switch_name"] == "lab2"


def test_a_name_that_is_taken_is_refused(operator: Caller) -> None:
    operator.done("switch-create", **PBX)
    reply = operator.call("switch-update", switch="pbx1", new_name="lab")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "new_name")


def test_the_name_of_the_sandbox_is_taken(operator: Caller) -> None:
    assert operator.call("switch-update", switch="lab", new_name="sandbox").status == 409


def test_a_uuid_is_no_name(operator: Caller) -> None:
    assert operator.call("switch-update", switch="lab", new_name=demo.CALL_UUID).status == 400


def test_the_sandbox_is_not_changed(operator: Caller) -> None:
    for member in ({"description": "x"}, {"enabled": False}, {"new_name": "x"}, {}):
        reply = operator.call("switch-update", switch="sandbox", **member)
        assert (reply.status, reply.code) == (422, "cannot-comply")


def test_its_kind_is_what_it_is(operator: Caller) -> None:
    assert operator.call("switch-update", switch="lab", kind="freeswitch").status == 400


def test_refuses_another_version(operator: Caller) -> None:
    assert operator.call("switch-update", switch="lab", description="x", if_version=9).code == "conflict"
    assert operator.done("switch-update", switch="lab", description="x", if_version=1)["version"] == 2


def test_is_the_operators(tenant: Caller) -> None:
    for reference in ("lab", "sandbox", "nobody"):
        assert tenant.call("switch-update", switch=reference, description="x").status == 403


def test_a_disabled_switch_places_no_calls(house: House, operator: Caller, tenant: Caller) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="lab")
    operator.done("switch-update", switch="lab", enabled=False)
    call: dict[str, Any] = {"caller_id_number": "1", "destination_a": "100", "destination_b": "101"}
    reply = tenant.call("originate", **call)
    assert (reply.status, reply.json["error"].partition(":")[0]) == (422, "the domain's switch is disabled")
    operator.done("switch-update", switch="lab", enabled=True)
    assert tenant.done("originate", **call)["success"] is True
