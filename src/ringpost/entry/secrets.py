"""Secrets that are kept elsewhere: a variable, or a parameter of AWS Systems Manager."""

import os
from collections.abc import Mapping

from ringpost.clock import Clock
from ringpost.model.errors import SwitchRefused

REMEMBERED_SECONDS = 300


class Secrets:
    """Finds secrets where their references say. One of AWS's is asked for once in five minutes."""

    def __init__(self, clock: Clock, environment: Mapping[str, str] = os.environ) -> None:
        self._clock = clock
        self._environment = environment
        self._remembered: dict[str, tuple[float, str]] = {}

    def value(self, reference: str) -> str:
        """The secret behind ``env:NAME`` or ``ssm:/path``; ``SwitchRefused`` if there is none."""
        kind, _, place = reference.partition(":")
        if kind == "ssm":
            return self._parameter(place)
        secret = self._environment.get(place, "")
        if not secret:
            raise SwitchRefused(f"the switch's secret is not there: set the variable {place} where Ringpost runs")
        return secret

    def _parameter(self, name: str) -> str:
        until, secret = self._remembered.get(name, (0.0, ""))
        if until <= self._clock.now():
            secret = _parameter(name)
            self._remembered[name] = (self._clock.now() + REMEMBERED_SECONDS, secret)
        return secret


def _parameter(name: str) -> str:
    from botocore.config import Config  # half a second, that few need
    from botocore.exceptions import BotoCoreError, ClientError

    from ringpost.store import aws

    quick = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})
    try:
        found = aws.client("ssm", quick).get_parameter(Name=name, WithDecryption=True)
    except (BotoCoreError, ClientError) as error:
        raise SwitchRefused(
            f"the parameter {name} cannot be read: see that it exists, and on AWS is under /ringpost/<stack>/"
        ) from error
    return str(found["Parameter"]["Value"])
