from tests.harness import Caller


def test_shows_all_four(tenant: Caller) -> None:
    none = {"enabled": False, "destination": None}
    found = tenant.done("extension-forward-details", extension="100")
    assert found.pop("extension_uuid")
    assert found == {
        "extension": "100", "unconditional": none, "busy": none, "noanswer": none, "unregistered": none,
    }  # fmt: skip


def test_a_strangers_is_not_there(stranger: Caller) -> None:
    assert stranger.call("extension-forward-details", extension="100").status == 404
