"""What the suite for every kind of switch is played on: each kind has a ``stage.py`` that sets one up."""

from contextlib import AbstractContextManager
from typing import Protocol

from ringpost.clock import stamp
from ringpost.model.call import CallOrder
from ringpost.model.domain import Domain
from ringpost.switch import Switch
from tests.fakes import NOON, FakeClock

CALL = "2d5e52aa-0000-4000-8000-00000000000a"
HOME = Domain(domain_uuid="81e01ac8-d379-4f95-8957-b88e29582c2d", domain_name="live.example.net")
OTHER = Domain(domain_uuid="d0d0d0d0-0000-4000-8000-00000000000f", domain_name="other.example.net")
NOBODY = "99999999-9999-4999-8999-999999999999"


def order(a: str = "100", b: str = "101", call_uuid: str = CALL) -> CallOrder:
    return CallOrder(
        call_uuid=call_uuid,
        domain_uuid=HOME.domain_uuid,
        domain_name=HOME.domain_name,
        caller_id_number="5550100",
        caller_id_name="Front desk",
        destination_a=a,
        destination_b=b,
        placed_at=stamp(NOON),
        key_uuid=NOBODY,
    )


class Stage(Protocol):
    """A switch with one call between the extensions 100 and 101 that both have answered."""

    switch: Switch
    a: str
    b: str

    def next_call(self, cause: str | None) -> str:
        """Whom to call so that the next call placed is answered (None), or ends for that cause."""

    def has_no_leg(self, cause: str) -> bool:
        """Whether a call that ends for that cause never had a leg, so that nobody tells of it."""


class SetsUp(Protocol):
    """``staged`` of a kind's ``stage.py``."""

    def __call__(self, clock: FakeClock) -> AbstractContextManager[Stage]:
        """The stage, as long as it is needed."""
