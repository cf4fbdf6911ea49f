"""A call centre in the sandbox: a queue, agents at phones that answer or do not, and callers."""

from typing import Any

from ringpost.clock import stamp
from ringpost.entry import demo
from ringpost.entry.echoing import Echoing
from ringpost.store import keys
from ringpost.webhooks.outbox import Outbox, Task
from tests.harness import Caller, House

SILENT = "5550141"
"""An extension whose phone rings and is not answered."""
BUSY = "5550140"
ABSENT = "5550143"
"""One at which no phone is registered."""
GIVES_UP = "12025550151"
"""A caller who hangs up after ten seconds."""
_A_MOMENT = 0.001


def acting_for(house: House, tenant: Caller, user: str) -> Caller:
    """Somebody with a key that acts for a user."""
    made = tenant.done("key-create", name=user, scopes=["#"], domains=[demo.DOMAIN_NAME], as_user=user)
    return Caller(house, made["key_uuid"], made["secret"])


class Centre:
    """The demo domain with a queue of its own, 702, and who works there."""

    def __init__(self, house: House, tenant: Caller, **queue: Any) -> None:
        self.house, self.tenant = house, tenant
        self.since = stamp(house.clock.time)
        self.queue = tenant.done("queue-create", **{"name": "Orders", "extension": "702", **queue})

    def agent(self, number: str, extension: str | None = None, **member: Any) -> dict[str, Any]:
        """An agent of the queue, at an extension that is made for it."""
        agent: dict[str, Any] = self.tenant.done("agent-create", number=number, firstname=f"Agent {number}")
        self.tenant.done("queue-member-add", queue="702", agent=number, **member)
        if extension is not None:
            self.tenant.done("extension-create", extension=extension)
            agent = self.tenant.done("agent-login", agent=number, extension=extension)["agents"][0]
        return agent

    def call(self, caller: str = "12025550111", number: str = "702") -> str:
        """Somebody calls in from outside; the call's uuid."""
        order = {"caller_id_number": caller, "destination_a": "12025550150", "destination_b": number}
        reply = self.tenant.call("originate", **order, wait=0)
        assert reply.status in (200, 202), reply
        return str(reply.json["call_uuid"])

    def passes(self, seconds: float) -> None:
        self.house.clock.time += seconds

    def goes_on(self, seconds: float) -> None:
        """Time passes, and whatever falls due meanwhile is handed on at once, as it is where events are delivered."""
        house, until = self.house, self.house.clock.time + seconds
        outbox = Outbox(house.store, house.clock, listeners=Echoing(house.store, house.clock, house.connect))
        while tasks := sorted(_due(outbox, until), key=lambda task: task.at):
            house.clock.time = max(house.clock.time, tasks[0].at) + _A_MOMENT
            outbox.hand_on(tasks[:1])
        house.clock.time = until

    def waiting(self, queue: str = "702") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.status(queue)["waiting"]
        return found

    def status(self, queue: str = "702") -> dict[str, Any]:
        [found] = self.tenant.done("queue-status", queue=queue)["items"]
        return dict(found)

    def figures(self, **wanted: Any) -> dict[str, Any]:
        total: dict[str, Any] = self.tenant.done("queue-statistics", **{"queue": "702", **wanted})["total"]
        return total

    def events(self, *types: str) -> list[dict[str, Any]]:
        """What has happened in the end, of these types."""
        self.passes(4000)
        wanted = {"types": list(types), "from": self.since, "limit": 1000}
        found: list[dict[str, Any]] = self.tenant.done("event-list", domain_name=demo.DOMAIN_NAME, **wanted)["items"]
        return found

    def story(self) -> list[str]:
        """What has happened in queues, in the end: a line for each event."""
        told = self.events("queue.*", "agent.missed")
        return [_line(event) for event in told if event["call_uuid"]]


def _due(outbox: Outbox, until: float) -> list[Task]:
    return [
        task for due_list in keys.DUE_LISTS for task in outbox.due(due_list, until, limit=10) if not task.is_delivery
    ]


def _line(event: dict[str, Any]) -> str:
    data = event["data"]
    visit = data["visit"]
    agent = data["agent"]["number"] if data["agent"] else None
    words = {
        "queue.joined": (),
        "queue.connected": (agent or data["extension"], f"after {visit['waited']}"),
        "queue.completed": (f"talked {visit['talked']}",),
        "queue.abandoned": (f"after {visit['waited']}",),
        "queue.left": (visit["left_because"], f"after {visit['waited']}"),
        "agent.missed": (agent or data["extension"], data.get("reason")),
    }[event["type"]]
    return " ".join(map(str, (event["type"].partition(".")[2], *words)))
