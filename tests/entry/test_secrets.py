from typing import Any

import boto3
import pytest
from moto import mock_aws

from ringpost.entry.secrets import REMEMBERED_SECONDS, Secrets
from ringpost.model.errors import SwitchRefused
from tests.fakes import FakeClock


def test_finds_a_secret_in_the_environment(clock: FakeClock) -> None:
    secrets = Secrets(clock, {"RINGPOST_SECRET_PBX1": "s3cret"})
    assert secrets.value("env:RINGPOST_SECRET_PBX1") == "s3cret"


@pytest.mark.parametrize("environment", [{}, {"RINGPOST_SECRET_PBX1": ""}])
def test_says_which_variable_is_missing(clock: FakeClock, environment: dict[str, str]) -> None:
    with pytest.raises(SwitchRefused, match="RINGPOST_SECRET_PBX1"):
        Secrets(clock, environment).value("env:RINGPOST_SECRET_PBX1")


@pytest.fixture
def parameters(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield boto3.client("ssm")


def test_finds_a_parameter_and_asks_once_in_five_minutes(clock: FakeClock, parameters: Any) -> None:
    parameters.put_parameter(Name="/ringpost/pbx1", Value="one", Type="SecureString")
    secrets = Secrets(clock, {})
    assert secrets.value("ssm:/ringpost/pbx1") == "one"
    parameters.put_parameter(Name="/ringpost/pbx1", Value="two", Type="SecureString", Overwrite=True)
    assert secrets.value("ssm:/ringpost/pbx1") == "one"
    clock.time += REMEMBERED_SECONDS
    assert secrets.value("ssm:/ringpost/pbx1") == "two"


def test_says_which_parameter_cannot_be_read(clock: FakeClock, parameters: Any) -> None:
    with pytest.raises(SwitchRefused, match="/ringpost/nobody"):
        Secrets(clock, {}).value("ssm:/ringpost/nobody")
