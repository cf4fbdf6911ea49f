"""Domains, the switches they live on, and the links beside those."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringpost.store import Key
from ringpost.store.keys.layout import LayoutOf, Partition, PartitionWithin, of_domain, over_all

if TYPE_CHECKING:
    from ringpost.model.domain import Domain
    from ringpost.model.switch import SwitchRecord

# domains

DOMAINS = over_all("domains")
"""The list of all, by name."""
domain = of_domain.row("domain")
domain_name = Partition("domain-name#{name}").row("domain")
domains_of_switch = Partition("switch#{switch}#domains")
"""The list of the domains that live on a switch, by uuid."""
domain_on_switch = domains_of_switch.at

domain_layout: LayoutOf[Domain] = LayoutOf(
    truth=lambda it: domain(it.domain_uuid),
    claims=lambda it: (domain_name(it.domain_name),),
    copies=lambda it: (
        Key(DOMAINS, it.domain_name),
        *((domain_on_switch(it.switch_uuid, it.domain_uuid),) if it.switch_uuid else ()),
    ),
)

# switches

SWITCHES = over_all("switches")
"""The list of all, by name."""
switch = Partition("switch#{uuid}").row("switch")
switch_name = Partition("switch-name#{name}").row("switch")

switch_layout: LayoutOf[SwitchRecord] = LayoutOf(
    truth=lambda it: switch(it.switch_uuid),
    claims=lambda it: (switch_name(it.switch_name),),
    copies=lambda it: (Key(SWITCHES, it.switch_name),),
)

link = PartitionWithin("switch#{switch}#link#{uuid}").row("link")
"""How far a link has told what its switch did."""
