"""Something that is to be done at a time."""

from pydantic import Field

from ringpost.model.record import Entity
from ringpost.model.values import Timestamp, Uuid


class Due(Entity):
    """That something is to be done then: hand an event on, try a delivery, or take a recording away."""

    made_at: Timestamp
    domain_uuid: Uuid | None = Field(description="the event's domain")
    place: str = Field(description="the event's place in the list of its domain; what the archive calls a recording")
    is_removal: bool = Field(default=False, description="the recording has been kept long enough")
    webhook_uuid: Uuid | None = Field(default=None, description="whom to deliver it to; null: to whoever wants it")
    home_uuid: Uuid | None = Field(default=None, description="the webhook's domain")
    lane: int = Field(default=0, description="deliveries to a webhook in one lane are tried one after the other")
