"""The endpoint over real HTTP, for the command line to call."""

from collections.abc import Iterator

import pytest

from tests.entry.answering import listening
from tests.harness import House


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """Where it answers."""
    with listening(house.endpoint) as url:
        yield url
