from ringpost.entry import demo
from tests.actions.recordings.test_recording_details import changed
from tests.harness import Caller, House


def test_lists_those_of_a_call_or_of_an_extension(tenant: Caller, stranger: Caller) -> None:
    for about, count in (
        ({}, 1),
        ({"call_uuid": demo.CALL_UUID}, 1),
        ({"call_uuid": demo.CALL_B_UUID}, 0),
        ({"extension": "100"}, 1),
        ({"extension": "101"}, 0),
        ({"from": "2026-11-21T12:00:00Z", "until": "2026-11-21T12:05:00Z"}, 1),
        ({"until": "2026-11-21T12:00:00Z"}, 0),
    ):
        assert len(tenant.done("recording-list", **about)["items"]) == count, about
    assert stranger.done("recording-list")["items"] == []


def test_one_of_nobodys_is_for_no_user(house: House, tenant: Caller) -> None:
    assert len(tenant.done("recording-list", as_user="alice")["items"]) == 1
    changed(house, extension=None, extensions=())
    assert len(tenant.done("recording-list")["items"]) == 1
    assert tenant.done("recording-list", as_user="alice")["items"] == []
    assert tenant.call("recording-details", recording_uuid=demo.RECORDING_UUID, as_user="alice").status == 404
