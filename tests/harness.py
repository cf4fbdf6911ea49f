"""The endpoint as a caller sees it, through the real pipeline and a real SQLite store."""

import json
import uuid
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from ringpost.context import CallLimits
from ringpost.contract import RawRequest
from ringpost.dispatch.catalogue import Catalogue
from ringpost.dispatch.http import HttpAnswer, HttpRequest
from ringpost.dispatch.limits import RequestLimits
from ringpost.dispatch.pipeline import Endpoint, Outcome, Ports
from ringpost.dispatch.registry import discover
from ringpost.entry.console import console
from ringpost.model.key import Limits
from ringpost.model.switch import SwitchRecord
from ringpost.services.access import api_keys
from ringpost.store import Store
from ringpost.switch import Switch
from ringpost.switch.sandbox.driver import SandboxSwitch
from ringpost.switch.scripts import Scripts
from ringpost.webhooks.addresses import Reach
from tests.fakes import FakeClock, MemoryArchive

CATALOGUE = Catalogue(discover())


class Reply:
    """An answer, read."""

    def __init__(self, answer: HttpAnswer) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.content_type = answer.content_type
        self.text = answer.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> Any:
        return self.json.get("code")

    def __repr__(self) -> str:
        return f"{self.status} {self.text}"


@dataclass
class Caller:
    """Somebody with a key."""

    house: "House"
    key_uuid: str
    secret: str
    source_ip: str = "192.0.2.1"

    @property
    def basic(self) -> dict[str, str]:
        return {"authorization": "Basic " + b64encode(f"{self.key_uuid}:{self.secret}".encode()).decode()}

    def call(self, action: str, *, headers: dict[str, str] | None = None, **parameters: Any) -> Reply:
        return self.post(json.dumps({"action": action, **parameters}), headers=headers)

    def post(
        self,
        body: str | bytes,
        *,
        path: str = "/",
        headers: dict[str, str] | None = None,
        method: str = "POST",
        query: dict[str, str] | None = None,
    ) -> Reply:
        return Reply(
            self.house.endpoint.answer(
                HttpRequest(
                    method=method,
                    path=path,
                    headers={**self.basic, **(headers or {})},
                    body=body.encode() if isinstance(body, str) else body,
                    source_ip=self.source_ip,
                    request_id=str(uuid.uuid4()),
                    query=query or {},
                )
            )
        )

    def example(self, name: str, **instead: Any) -> Reply:
        """The answer to an action's own example; a raw one is posted as it is."""
        action = self.house.catalogue.load(name)
        if not issubclass(action.Request, RawRequest):
            return self.call(name, **{**action.EXAMPLE, **instead})
        example = action.EXAMPLE
        headers = {"content-type": example["content_type"]}
        return self.post(example["body"], path=f"/{name}", headers=headers, query=example.get("query"))

    def done(self, action: str, **parameters: Any) -> Any:
        """The answer to a call that must succeed."""
        reply = self.call(action, **parameters)
        assert reply.status == 200, reply
        return reply.json


@dataclass
class House:
    """Everything behind the endpoint."""

    store: Store
    clock: FakeClock = field(default_factory=FakeClock)
    switch: Switch | None = None
    call_limits: CallLimits = field(default_factory=CallLimits)
    catalogue: Catalogue = CATALOGUE
    reach: Reach = field(default_factory=Reach)
    archive: MemoryArchive = field(default_factory=MemoryArchive)
    request_limits: RequestLimits = field(default_factory=RequestLimits)

    def __post_init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.restart()

    def restart(self) -> None:
        """A new process on the same store."""
        ports = Ports(
            self.store,
            self.connect,
            self.clock,
            self.call_limits,
            self.reach.networks,
            lambda: self.archive,
            self.request_limits,
        )
        self.endpoint = Endpoint(ports, self.catalogue, self.outcomes.append)

    def connect(self, record: SwitchRecord, scripts: Scripts) -> Switch:
        """The switch of the test for whatever is no sandbox, and for the built-in one too if there is one."""
        return self.switch or SandboxSwitch(self.clock, scripts)

    def key(self, *scopes: str, domains: tuple[str, ...] | None = None, **limits: Any) -> Caller:
        """Somebody with a new key, made on the command line."""
        context = console(self.store, self.clock, "key-create")
        fresh = api_keys.create(context, "test", Limits(scopes=scopes or ("#",), domains=domains, **limits))
        context.commit()
        return Caller(self, fresh.key.key_uuid, fresh.secret)

    def tenant_key(self, domain: str) -> Caller:
        """A tenant with every scope in its own domain."""
        return self.key("#", domains=(domain,))
