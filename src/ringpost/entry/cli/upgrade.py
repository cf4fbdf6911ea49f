"""``ringpost upgrade``: rows of earlier releases are written anew."""

import click

from ringpost.clock import SystemClock
from ringpost.context import Context
from ringpost.entry import wiring
from ringpost.entry.cli.options import plain_errors
from ringpost.entry.console import console
from ringpost.entry.places import Place
from ringpost.model.domain import Domain
from ringpost.services.history import all_calls
from ringpost.services.numbers import destinations
from ringpost.services.tenants import domains
from ringpost.settings import Settings

_CALLS_A_LINE = 1000


@click.command()
def upgrade() -> None:
    """Write rows of earlier releases as they are written now; until then they are found all the same.

    But for the calls of all domains (of_all_domains): those of earlier releases are among them once this has run.
    In the store that RINGPOST_STORE or RINGPOST_DATA names. It can be stopped, and repeated.
    """
    with plain_errors():
        settings, clock = Settings.read(), SystemClock()
        place = Place(settings)
        if place.is_new:
            raise click.ClickException(place.elsewhere)
        context = console(wiring.open_store(settings, clock), clock, "upgrade")
        for domain in domains.everything(context):
            count = destinations.carried_over(context, domain)
            click.echo(f"{domain.domain_name}: {count} destinations written anew")
            _copy_calls(context, domain)


def _copy_calls(context: Context, domain: Domain) -> None:
    """Put the call records of a domain among those of all domains, saying every now and then how far it is."""
    copied = all_calls.Copied(0, 0)
    for copied in all_calls.carried_over(context, domain):
        if copied.looked_at % _CALLS_A_LINE == 0:
            click.echo(f"{domain.domain_name}: {copied.looked_at} call records looked at …")
    click.echo(f"{domain.domain_name}: {copied.looked_at} call records looked at, {copied.written} copied")
