"""An agent: somebody who takes the calls of queues, at whichever extension it is logged in."""

from pydantic import Field

from ringpost.model.live import LiveCall
from ringpost.model.queue import AgentNumber, MemberState, Penalty
from ringpost.model.record import Entity, Record
from ringpost.model.values import Name, ShortText, Text, Timestamp, Uuid


class Agent(Record):
    """An agent, and where and how it is logged in."""

    agent_uuid: Uuid
    domain_uuid: Uuid
    number: AgentNumber
    firstname: Name
    lastname: str | None = None
    user_uuid: Uuid | None = Field(default=None, description="the user it is")
    description: Text = ""
    extension: str | None = Field(default=None, description="where it is logged in; null: nowhere")
    logged_in_at: Timestamp | None = None
    queues: tuple[Uuid, ...] | None = Field(default=None, description="in which it is logged in; null: in all of its")
    paused: bool = Field(default=False, description="in all its queues")
    paused_in: tuple[Uuid, ...] = Field(default=(), description="the queues in which alone it is paused")
    pause_reason: str | None = None
    paused_at: Timestamp | None = None
    unanswered: int = Field(default=0, description="calls it has not answered, one after the other")
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1

    @property
    def owners(self) -> tuple[str, ...]:
        """The user it is, if it is one: whoever acts for another sees no agent that is nobody."""
        return (self.user_uuid,) if self.user_uuid else ()

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.firstname} {self.lastname or ''}".strip()

    def is_in(self, queue_uuid: str) -> bool:
        """Whether it is logged in in a queue, if it is a member of it."""
        return self.extension is not None and (self.queues is None or queue_uuid in self.queues)

    def is_paused_in(self, queue_uuid: str) -> bool:
        """Whether it is to get no calls of a queue for now."""
        return self.paused or queue_uuid in self.paused_in


class AgentSettings(Entity):
    """What a caller may set of an agent. Left out: as it is. Null: as it is for a new one."""

    lastname: ShortText | None = None
    description: Text | None = None


class AgentSpan(Entity):
    """A while in which an agent was logged in, or paused: for how long is counted from these."""

    agent_uuid: Uuid
    what: str
    since: Timestamp
    until: Timestamp | None = None
    reason: str | None = None


class AgentQueue(Entity):
    """An agent's place in one of its queues."""

    queue_uuid: Uuid
    name: str
    penalty: Penalty
    logged_in: bool
    paused: bool


class AgentStatus(Agent):
    """An agent as a supervisor sees it."""

    state: MemberState
    in_queues: tuple[AgentQueue, ...] = Field(description="its queues, by name")
    calls: tuple[LiveCall, ...] = Field(description="the calls its extension is in")
    sandbox: bool
