from tests.harness import Caller


def test_is_available_until_somebody_says_otherwise(tenant: Caller) -> None:
    status = tenant.done("user-status-details", user="alice")
    assert (status["name"], status["type"], status["update_date"]) == ("Available", "available", None)
    said = tenant.done("user-status-set", user="alice", type="chat")
    assert tenant.done("user-status-details", user="alice") == said


def test_a_strangers_is_not_there(stranger: Caller) -> None:
    assert stranger.call("user-status-details", user="alice").status == 404
