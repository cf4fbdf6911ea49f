"""Agents: who they are. Where they are logged in is ``switching.queueing``'s."""

import uuid
from typing import Any

from ringpost.context import Context
from ringpost.model.agent import Agent, AgentQueue
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply, Forbidden, InvalidRequest, NotFound
from ringpost.model.queue import Queue
from ringpost.model.requests import Listing, OneAgent
from ringpost.model.values import is_uuid
from ringpost.services import kept, pages
from ringpost.services.people import users
from ringpost.services.switching import queueing
from ringpost.services.tenants import domains
from ringpost.store import keys
from ringpost.store.keys import agent_layout

_ABSENT = "agent not found"


def found(context: Context, request: OneAgent) -> Agent:
    """The agent a request means; that of the user the key acts for, if it names none."""
    home = domains.uuid_of(context, request)
    reference = request.agent
    if reference is None:
        return _own(context, home)
    key = keys.agent(home, reference) if is_uuid(reference) else keys.agent_number(home, reference)
    agent = context.store.get(key, Agent)
    if agent is None:
        raise NotFound(_ABSENT)
    return agent


def everything(context: Context, home: str) -> list[Agent]:
    """All agents of a domain, by number."""
    return [agent for _, agent in context.store.everything(keys.agents(home), Agent)]


def listed(context: Context, home: str, request: Listing) -> pages.PageOf[Agent]:
    """The agents of a domain, by number."""
    return domains.page(context, home, keys.agents(home), Agent, request)


def create(context: Context, domain: Domain, members: dict[str, Any], user: str | None) -> Agent:
    """A new agent, logged in nowhere."""
    domains.stays(context, domain)
    user_uuid = users.named(context, domain.domain_uuid, user).user_uuid if user else None
    own = {"agent_uuid": str(uuid.uuid4()), "domain_uuid": domain.domain_uuid, "user_uuid": user_uuid}
    agent = kept.create(context, Agent.model_validate(members | own), agent_layout, taken=queueing.taken)
    context.happened("agent.created", agent.domain_uuid, agent.model_dump())
    return agent


def update(context: Context, agent: Agent, changes: dict[str, Any], if_version: int | None) -> Agent:
    """Change who an agent is."""
    if changes.get("user"):
        changes["user_uuid"] = users.named(context, agent.domain_uuid, changes["user"]).user_uuid
    elif "user" in changes:
        changes["user_uuid"] = None
    changes.pop("user", None)
    after = kept.update(context, agent, changes, agent_layout, if_version=if_version, renames=False)
    context.happened("agent.updated", after.domain_uuid, after.model_dump())
    if after.full_name != agent.full_name:
        queueing.tell(context, after.domain_uuid, queueing.queues_of(context, after))
    return after


def delete(context: Context, agent: Agent, if_version: int | None) -> None:
    """Take an agent away, out of its queues too; refused while it is logged in."""
    if agent.extension is not None:
        raise CannotComply("the agent is logged in: agent-logout logs it out", parameter="agent")
    queueing.forget_agent(context, agent)
    kept.delete(context, agent, agent_layout, if_version=if_version)
    context.happened("agent.deleted", agent.domain_uuid, {"agent_uuid": agent.agent_uuid})


def log_in(context: Context, agent: Agent, extension: str | None, queues: list[Queue] | None) -> Agent:
    """Log an agent in where it says."""
    if extension is None:
        raise InvalidRequest("extension is required: where the agent's calls ring", parameter="extension")
    return queueing.log_in(context, agent, extension, queues)


def relog(context: Context, request: OneAgent) -> list[Agent]:
    """Tell the switch again of everybody who is logged in."""
    home = _of_everybody(context, request)
    queueing.tell_now(context, home)
    return [agent for agent in everything(context, home) if agent.extension is not None]


def log_out_everybody(context: Context, request: OneAgent) -> list[Agent]:
    """Log all agents of a domain out, as many at once as one transaction holds."""
    home = _of_everybody(context, request)
    gone = []
    for agent in everything(context, home):
        if agent.extension is None:
            continue
        queueing.make_room(context)
        gone.append(queueing.log_out(context, agent))
    return gone


def _of_everybody(context: Context, request: OneAgent) -> str:
    if request.agent is not None:
        raise InvalidRequest("agent and everybody exclude each other", parameter="everybody")
    if context.actor.users:
        raise Forbidden("this key acts for a user, and everybody are others too")
    return domains.uuid_of(context, request)


def places(agent: Agent, queues: list[Queue]) -> list[AgentQueue]:
    """An agent's place in each of its queues."""
    return [
        AgentQueue(
            queue_uuid=queue.queue_uuid,
            name=queue.name,
            penalty=member.penalty,
            logged_in=agent.is_in(queue.queue_uuid),
            paused=agent.is_paused_in(queue.queue_uuid),
        )
        for queue in queues
        if (member := queue.member(agent=agent.number)) is not None
    ]


def _own(context: Context, home: str) -> Agent:
    own = context.actor.users
    mine = next((agent for agent in everything(context, home) if agent.user_uuid in own), None) if own else None
    if mine is None:
        raise InvalidRequest("agent is required", parameter="agent")
    return mine
