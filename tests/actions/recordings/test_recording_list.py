from ringpost.entry import demo
from tests.harness import Caller


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
