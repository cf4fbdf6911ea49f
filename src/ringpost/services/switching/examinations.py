"""What ``ringpost doctor`` looks at: the switches, and the domains that live on them."""

from collections.abc import Iterator

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.switch import SwitchRecord
from ringpost.services.switching import lines
from ringpost.services.tenants import domains, switches
from ringpost.store import keys
from ringpost.switch import Finding


def of(context: Context, switch_name: str | None, domain_name: str | None) -> Iterator[Finding]:
    """The findings about one switch or all, and about one domain or the first of each switch."""
    wanted = [switches.named(context, switch_name.lower())] if switch_name else _all(context)
    domain = domains.named(context, domain_name.lower()) if domain_name else None
    for switch in wanted or [switches.BUILT_IN]:
        state = "" if switch.enabled else ": disabled, so it takes no calls; switch-update enabled=true"
        yield Finding("switch", well=switch.enabled, words=f"{switch.switch_name}, {switch.kind}{state}")
        living = _living_on(context, switch)
        if domain:
            living = [one for one in living if one.domain_uuid == domain.domain_uuid]
        if domain and not living and switch is not switches.BUILT_IN:
            words = f"{domain.domain_name} lives on {domain.switch}: domain-update switch={switch.switch_name} moves it"
            yield Finding("domain", well=not switch_name, words=words)
        yield from lines.to(context, switch).examine(living[0] if living else None)
        yield from map(_help, living)
        context.close()


def _all(context: Context) -> list[SwitchRecord]:
    return [switch for _, switch in context.store.everything(keys.SWITCHES, SwitchRecord)]


def _living_on(context: Context, switch: SwitchRecord) -> list[Domain]:
    partition = keys.domains_of_switch(switch.switch_uuid)
    return [domain for _, domain in context.store.everything(partition, Domain)]


def _help(domain: Domain) -> Finding:
    possible = domain.emergency_calls_possible
    words = f"emergency calls of {domain.domain_name} would leave by {domain.outbound_gateway}, if the switch has it"
    if not possible:
        words = f"{domain.domain_name} has no outbound_gateway: an emergency call has no way out"
    return Finding("emergency calls", well=possible, words=words)
