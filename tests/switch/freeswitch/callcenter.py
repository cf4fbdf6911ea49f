"""A mod_callcenter in memory: it answers as the one of 1.11.3 did, letter for letter, and keeps what it is told."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ringpost.model.queue import Queue
from ringpost.switch.freeswitch import queues

_QUEUES = (
    "name|strategy|moh_sound|time_base_score|tier_rules_apply|tier_rule_wait_second|tier_rule_wait_multiply_level"
    "|tier_rule_no_agent_no_wait|discard_abandoned_after|abandoned_resume_allowed|max_wait_time"
    "|max_wait_time_with_no_agent|max_wait_time_with_no_agent_time_reached|record_template|calls_answered"
    "|calls_abandoned|ring_progressively_delay|skip_agents_with_external_calls|agent_no_answer_status"
)
_AGENTS = (
    "name|instance_id|uuid|type|contact|status|state|max_no_answer|wrap_up_time|reject_delay_time|busy_delay_time"
    "|no_answer_delay_time|last_bridge_start|last_bridge_end|last_offered_call|last_status_change|no_answer_count"
    "|calls_answered|talk_time|ready_time|external_calls_count"
)
_TIERS = "queue|agent|state|level|position"
_MEMBERS = (
    "queue|instance_id|uuid|session_uuid|cid_number|cid_name|system_epoch|joined_epoch|rejoined_epoch|bridge_epoch"
    "|abandoned_epoch|base_score|skill_score|serving_agent|serving_system|state|score"
)
_OK = "+OK\n"


def _listed(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows, _OK]) if rows else _OK


@dataclass
class CallCenter:
    """``asked`` is how it gets a queue, by its name; None: it does not. ``told`` are the commands that change it."""

    asked: Callable[[str], Queue | None] = lambda _: None
    queues: dict[str, Mapping[str, str]] = field(default_factory=dict)
    agents: dict[str, dict[str, str]] = field(default_factory=dict)
    tiers: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def answer(self, command: str) -> str:
        """What is answered to ``callcenter_config …``."""
        target, verb, *words = shlex.split(command.partition(" ")[2])
        if verb not in ("list", "count"):
            self.told.append(" ".join((target, verb, *words)))
        does: Callable[..., str] = getattr(self, f"_{target}_{verb}")
        return does(*words)

    def _queue_list(self, what: str = "", name: str = "") -> str:
        if not what:
            return self._all_queues()
        if what == "members":
            return _listed(_MEMBERS, [row for row in self.rows if row.startswith(name)])
        if what == "tiers":
            return _listed(_TIERS, [self._tier(*key) for key in self.tiers if key[0] == name])
        return _listed(_AGENTS, [self._agent(agent) for queue, agent in self.tiers if queue == name])

    def _all_queues(self) -> str:
        rows = []
        for name, known in self.queues.items():
            values = [known[option] for option in list(queues.params(_ANY))]
            rows.append("|".join([name, *values, "", "0", "0", "0", "true", "On Break"]))
        return "\n".join([_QUEUES, *rows, _OK])

    def _queue_load(self, name: str) -> str:
        queue = self.asked(name)
        if queue is None:
            return "-ERR Invalid Queue not found!\n"
        self.queues[name] = queues.params(queue)
        return _OK

    def _queue_unload(self, name: str) -> str:
        self.queues.pop(name, None)
        return _OK

    def _agent_list(self, name: str) -> str:
        return _listed(_AGENTS, [self._agent(name)] if name in self.agents else [])

    def _agent(self, name: str) -> str:
        its = self.agents[name]
        numbers = [its.get(f"{key}_delay_time", "0") for key in ("reject", "busy", "no_answer")]
        first = [name, "single_box", "", "callback", its.get("contact", ""), its["status"], "Waiting", "0"]
        return "|".join([*first, its.get("wrap_up_time", "0"), *numbers, *["0"] * 9])

    def _agent_add(self, name: str, kind: str) -> str:
        assert kind == "callback"
        if name in self.agents:
            return "-ERR Agent already exist!\n"
        self.agents[name] = {"status": "Logged Out"}
        return _OK

    def _agent_set(self, key: str, name: str, value: str) -> str:
        assert key in (
            "contact",
            "status",
            "wrap_up_time",
            *(f"{one}_delay_time" for one in ("reject", "busy", "no_answer")),
        )
        if name not in self.agents:
            return "-ERR Agent not found!\n"
        self.agents[name][key] = value
        return _OK

    def _tier(self, queue: str, agent: str) -> str:
        level, position = self.tiers[queue, agent]
        return f"{queue}|{agent}|Ready|{level}|{position}"

    def _tier_add(self, queue: str, agent: str, level: str, position: str) -> str:
        if queue not in self.queues and self._queue_load(queue) != _OK:
            return "-ERR Queue not found!\n"
        if agent not in self.agents:
            return "-ERR Agent not found!\n"
        if (queue, agent) in self.tiers:
            return "-ERR Tier already exist!\n"
        self.tiers[queue, agent] = [int(level), int(position)]
        return _OK

    def _tier_set(self, key: str, queue: str, agent: str, value: str) -> str:
        if (queue, agent) not in self.tiers:
            return "-ERR Unknown Error!\n"
        self.tiers[queue, agent][("level", "position").index(key)] = int(value)
        return _OK

    def _tier_del(self, queue: str, agent: str) -> str:
        self.tiers.pop((queue, agent), None)
        return _OK


_ANY = Queue(
    queue_uuid="0" * 8 + "-0000-4000-8000-" + "0" * 12,
    domain_uuid="0" * 8 + "-0000-4000-8000-" + "0" * 12,
    name="x",
    extension="1",
)
