"""The command line at work: an operator without limits, and without a key."""

from ringpost.auth.actor import Actor
from ringpost.clock import Clock
from ringpost.context import CallLimits, Context, TenantStore
from ringpost.dispatch.catalogue import Catalogue
from ringpost.dispatch.registry import discover
from ringpost.model.key import ApiKey, Limits
from ringpost.store import Store
from ringpost.switch import Connect
from ringpost.switch.sandbox.driver import SandboxSwitch

NOBODY = "00000000-0000-0000-0000-000000000000"
"""The ``insert_user`` of what no key made: the command line, the demo."""


def console(store: Store, clock: Clock, action: str, connect: Connect | None = None) -> Context:
    """The context of the command line: an operator without limits."""
    everything = ApiKey(
        key_uuid=NOBODY, key_name="command line", limits=Limits(scopes=("#",)), hashes=(), cursor_seed=""
    )
    actor = Actor(everything)
    return Context(
        actor=actor,
        store=TenantStore(store, actor),
        connect=connect or (lambda _, scripts: SandboxSwitch(clock, scripts)),
        clock=clock,
        catalogue=Catalogue(discover()),
        call_limits=CallLimits(),
        webhook_networks=(),
        open_archive=lambda: None,
        action=action,
        request_id="command-line",
        source_ip="127.0.0.1",
    )
