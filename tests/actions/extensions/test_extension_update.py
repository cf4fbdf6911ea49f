import pytest

from ringpost.entry import demo
from tests.harness import Caller


def test_changes_what_is_sent_and_keeps_the_rest(tenant: Caller) -> None:
    before = tenant.done("extension-details", extension="101")
    after = tenant.done("extension-update", extension="101", description="Reception", enabled=False)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"description", "enabled", "version", "update_date", "update_user"}
    assert tenant.done("extension-details", extension="101") == after


def test_null_sets_what_a_new_one_has(tenant: Caller) -> None:
    tenant.done("extension-update", extension="100", call_timeout=60)
    assert tenant.done("extension-update", extension="100", call_timeout=None)["call_timeout"] == 30


def test_moves_to_a_new_number_with_its_voicemail_box(tenant: Caller) -> None:
    before = tenant.done("extension-details", extension="100")
    after = tenant.done("extension-update", extension="100", new_extension="110")
    assert after["extension_uuid"] == before["extension_uuid"]
    assert tenant.call("extension-details", extension="100").status == 404
    assert [one["extension"] for one in tenant.done("extension-list")] == ["101", "110"]
    store = tenant.house.store
    boxes = store.query(f"domain#{demo.DOMAIN_UUID}#voicemail")
    pins = store.query(f"domain#{demo.DOMAIN_UUID}#secret#voicemail")
    assert [row.key.sort for row in boxes] == [row.key.sort for row in pins] == ["101", "110"]


@pytest.mark.parametrize("number", ["101", "600"])
def test_refuses_a_taken_number(tenant: Caller, number: str) -> None:
    assert tenant.call("extension-update", extension="100", new_extension=number).status == 409


def test_refuses_another_version(tenant: Caller) -> None:
    assert tenant.call("extension-update", extension="100", description="x", if_version=9).status == 409
