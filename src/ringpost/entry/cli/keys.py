"""``ringpost key``."""

import json

import click
from pydantic import TypeAdapter

from ringpost.auth.tokens import token
from ringpost.clock import SystemClock
from ringpost.entry import wiring
from ringpost.entry.cli.options import plain_errors
from ringpost.entry.console import console
from ringpost.entry.places import Place
from ringpost.model.errors import NotFound
from ringpost.model.key import Limits
from ringpost.model.values import Moment, Name
from ringpost.services.access import api_keys
from ringpost.settings import Settings


@click.group()
def key() -> None:
    """Keys: what callers prove themselves with."""


@key.command("create")
@click.option("--name", required=True, help="What the key is for.")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="What it may call, such as '#' or 'cdr.#'. Repeatable."
)
@click.option(
    "--domain", "domains", multiple=True, help="A domain it may touch, by name or UUID. Repeatable; none: all."
)
@click.option("--switch", help="The switch it is for, by name: it may touch the domains that live on it.")
@click.option(
    "--network", "networks", multiple=True, help="Where it may be used from, such as 192.0.2.0/24. Repeatable."
)
@click.option("--expires", help="Until when it works, such as 2027-01-01T00:00:00Z.")
@click.option("--json", "as_json", is_flag=True, help="Print key_id, secret and token as JSON.")
def key_create(
    name: str,
    scopes: tuple[str, ...],
    domains: tuple[str, ...],
    switch: str | None,
    networks: tuple[str, ...],
    expires: str | None,
    as_json: bool,
) -> None:
    """Make a key, in the store that RINGPOST_STORE or RINGPOST_DATA names.

    A scope is an action's name with dots for hyphens: extension.create. In it, * stands for anything
    in one segment (extension.*), # for anything at all (cdr.#, or # alone for everything); with ! in
    front it forbids (!originate). Without --domain and --switch the key is an operator's: it reaches every domain.
    """
    with plain_errors():
        settings, clock = Settings.read(), SystemClock()
        limits = Limits(
            scopes=scopes,
            domains=tuple(map(str.lower, domains)) or None,
            switch=switch and switch.lower(),
            networks=networks,
            expires_at=TypeAdapter(Moment | None).validate_python(expires),
        )
        name, place = TypeAdapter(Name).validate_python(name), Place(settings)
        fresh = _key(settings, clock, place, name, limits)
    shown = {"key_id": fresh.key.key_uuid, "secret": fresh.secret, "token": token(fresh.key.key_uuid, fresh.secret)}
    new = ", a new store, which no server has been started on" if place.is_new else ""
    click.echo(f"Made in {place}{new}. The secret is shown this once.", err=True)
    if as_json:
        click.echo(json.dumps(shown))
        return
    for label, value in shown.items():
        click.echo(f"{label:8} {value}")


def _key(settings: Settings, clock: SystemClock, place: Place, name: str, limits: Limits) -> api_keys.Fresh:
    """A new key. One that is for a domain or a switch has no place in a store that is only made for it."""
    missing = "domain" if limits.domains else "switch" if limits.switch else None
    if missing and place.is_new:
        raise click.ClickException(f"{missing} not found: {place.elsewhere}")
    context = console(wiring.open_store(settings, clock), clock, "key-create")
    try:
        fresh = api_keys.create(context, name, limits)
        context.commit()
    except NotFound as problem:
        raise click.ClickException(f"{problem.detail} in {place}") from None
    return fresh
