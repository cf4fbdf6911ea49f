from tests.harness import Caller


def test_finds_by_number_and_by_uuid(tenant: Caller) -> None:
    box = tenant.done("voicemail-details", voicemail="100")
    assert (box["number"], box["name"]) == ("100", "Front desk")
    assert tenant.done("voicemail-details", voicemail=box["voicemail_uuid"]) == box
    assert "password" not in box


def test_a_strangers_is_not_there(tenant: Caller, stranger: Caller) -> None:
    box = tenant.done("voicemail-details", voicemail="100")
    assert stranger.call("voicemail-details", voicemail=box["voicemail_uuid"]).status == 404
