"""What every record has."""

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from ringpost.model.values import Timestamp, Uuid


def is_false(value: bool) -> bool:
    """For ``exclude_if``: a member that is there only while it is true."""
    return not value


def is_none(value: object) -> bool:
    """For ``exclude_if``: a member that is there only once it has a value."""
    return value is None


def is_empty(value: tuple[object, ...]) -> bool:
    """For ``exclude_if``: a member that is there only while there is something in it."""
    return not value


class Entity(BaseModel):
    """A thing that is stored and answered. Its member names are the wire's.

    Validators are built on first use: a request needs a few of these classes, a cold start pays for no more.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Record(Entity):
    """An entity somebody made and may change. ``insert_user`` and ``update_user`` are keys.

    Each record writes these five out again, because pydantic would put inherited members first and
    FusionPBX's clients are used to seeing them last.
    """

    if TYPE_CHECKING:
        insert_date: Timestamp | None = None
        insert_user: Uuid | None = None
        update_date: Timestamp | None = None
        update_user: Uuid | None = None
        version: int = 1

    @property
    def owners(self) -> tuple[str, ...] | None:
        """The users whose it is; None: it is a thing of the domain, and scopes alone say who may change it."""
        return None
