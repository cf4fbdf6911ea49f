from ringpost.entry import demo
from tests.actions.recordings.test_recording_details import DEMO, ready
from tests.harness import Caller, House


def test_takes_the_sound_away_too(house: House, tenant: Caller) -> None:
    ready(house)
    assert tenant.done("recording-delete", **DEMO) == {"deleted": True, "recording_uuid": demo.RECORDING_UUID}
    assert house.archive.files == {}
    assert tenant.call("recording-details", **DEMO).status == 404
    assert tenant.done("recording-list", call_uuid=demo.CALL_UUID)["items"] == []


def test_a_domain_that_goes_takes_its_recordings_along(house: House, operator: Caller) -> None:
    ready(house)
    operator.done("domain-delete", domain_name=demo.DOMAIN_NAME, cascade=True)
    assert house.archive.files == {}


def test_the_version_must_be_the_one_that_was_read(tenant: Caller) -> None:
    assert tenant.call("recording-delete", **DEMO, if_version=7).status == 409
