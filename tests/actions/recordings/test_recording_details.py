from typing import Any

from ringpost.clock import stamp
from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.model.recording import Recording
from ringpost.services import kept
from ringpost.store import keys
from tests.harness import Caller, House

DEMO = {"recording_uuid": demo.RECORDING_UUID}


def changed(house: House, **members: Any) -> Recording:
    """The demo's recording, changed behind the actions."""
    context = console(house.store, house.clock, "test")
    recording = context.store.get(keys.recording(demo.DOMAIN_UUID, demo.RECORDING_UUID), Recording)
    assert recording is not None
    after = kept.update(context, recording, members, keys.recording_layout)
    context.commit()
    return after


def ready(house: House) -> None:
    """The demo's recording is there."""
    house.archive.files[changed(house, state="ready", bytes=4).name] = b"RIFF"


def test_says_where_it_can_be_heard_and_how_long(house: House, tenant: Caller) -> None:
    ready(house)
    details = tenant.done("recording-details", **DEMO, valid_seconds=60)
    assert details["url"].endswith(f"read=60&as={details['call_uuid']}.wav")
    assert details["url_expires_at"] == stamp(house.clock.now() + 60)


def test_one_that_is_not_here_yet_has_no_address(tenant: Caller) -> None:
    details = tenant.done("recording-details", **DEMO)
    assert (details["state"], details["url"], details["url_expires_at"]) == ("awaited", None, None)


def test_another_tenants_is_not_there(stranger: Caller) -> None:
    assert stranger.call("recording-details", **DEMO).status == 404


def test_whoever_may_not_see_the_call_does_not_hear_it(tenant: Caller) -> None:
    tenant.done("usergroup-member-add", usergroup="interns", user="bob")
    tenant.done("permission-set", usergroup="interns", key="see_calls", allowed=False)
    assert tenant.call("recording-details", **DEMO, as_user="bob").status == 404
    assert tenant.done("recording-list", as_user="bob")["items"] == []
    assert tenant.done("recording-details", **DEMO, as_user="alice")["extension"] == "100"
