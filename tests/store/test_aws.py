"""In which region AWS is asked."""

import pytest
from botocore.config import Config

from ringpost.entry.cli import tables
from ringpost.entry.wiring import open_store
from ringpost.settings import Settings
from ringpost.store import aws, s3
from tests.fakes import FakeClock


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")


@pytest.mark.parametrize(
    ("said", "region"),
    [
        ({"AWS_REGION": "eu-central-1"}, "eu-central-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-west-1"}, "eu-central-1"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
    ],
    ids=["its own", "boto3's", "both", "an empty one"],
)
def test_every_service_is_asked_in_the_region_of_the_environment(
    said: dict[str, str], region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    made = (aws.client("ssm", Config()), tables.client("lambda"), s3.connect(), aws.client("sqs", Config()))
    assert {one.meta.region_name for one in made} == {region}


def test_a_table_asked_through_boto3_is_in_the_region_of_the_environment(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(store="dynamodb:t", dynamodb_client="boto3")
    with pytest.raises(ValueError, match="set AWS_REGION"):
        open_store(settings, clock)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    open_store(settings, clock)
