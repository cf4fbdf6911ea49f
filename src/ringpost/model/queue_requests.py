"""What requests about queues have in common: which member, which figures."""

from typing import Self

from pydantic import Field, model_validator

from ringpost.model.queue import AgentNumber
from ringpost.model.requests import Asking, InDomain
from ringpost.model.shapes import Timezone
from ringpost.model.values import ExtensionNumber, Moment, Reference


class OneMember(Asking):
    """A request about a member of a queue: an agent, or an extension."""

    agent: AgentNumber | None = Field(default=None, description="the agent, by its number")
    extension: ExtensionNumber | None = Field(default=None, description="or the extension")

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.agent is None) == (self.extension is None):
            raise ValueError("agent or extension is required, one of the two")
        return self


class FiguresWanted(InDomain):
    """Which figures a request is about."""

    from_: Moment | None = Field(default=None, alias="from", description="joined then or later; left out: today")
    until: Moment | None = Field(default=None, description="joined before then")
    timezone: Timezone = Field(default="UTC", description="whose hours and days they are")
    queue: Reference | None = Field(default=None, description="one queue only, by number, name or UUID")
    agent: Reference | None = Field(default=None, description="one agent only, by number or UUID")
    csv: bool = Field(default=False, description="answer the table as CSV too")
