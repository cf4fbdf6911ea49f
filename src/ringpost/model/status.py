"""How a user is, and the statuses there are to choose from."""

from typing import Annotated, Literal

from pydantic import Field

from ringpost.model.record import Entity
from ringpost.model.values import Name, Timestamp, Uuid

StatusType = Literal[
    "available",
    "unavailable",
    "away",
    "xa",
    "dnd",
    "chat",
    "altblue",
    "altgreen",
    "altpink",
    "altpurple",
    "altred",
]
"""iSymphony's eleven (Live API 3.2, status). They say something to people: a call still rings."""


AWAY: frozenset[StatusType] = frozenset({"unavailable", "away", "xa", "dnd"})
"""Of somebody who takes no calls for now: a queue may let such an agent rest."""


class Preconfigured(Entity):
    """A status to choose from."""

    name: Annotated[Name, Field(max_length=64)]
    type: StatusType


BUILT_IN: dict[StatusType, str] = {
    "available": "Available",
    "unavailable": "Unavailable",
    "away": "Away",
    "xa": "Extended away",
    "dnd": "Do not disturb",
    "chat": "Free to chat",
    "altblue": "Blue",
    "altgreen": "Green",
    "altpink": "Pink",
    "altpurple": "Purple",
    "altred": "Red",
}
"""What there is to choose from in a domain that says nothing else."""


class UserStatus(Entity):
    """How a user is, as the user or somebody else says."""

    user_uuid: Uuid
    domain_uuid: Uuid
    username: str | None = None
    name: str
    type: StatusType
    note: str | None = None
    return_time: Timestamp | None = Field(default=None, description="when the user means to be back")
    user_created: bool = Field(default=False, description="true: none of the domain's statuses")
    update_date: Timestamp | None = None

    @property
    def owners(self) -> tuple[str, ...]:
        """The user it is about."""
        return (self.user_uuid,)
