"""``ringpost doctor``: whether it works from here to a registered phone, or the table on AWS is set up."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ringpost.clock import SystemClock
from ringpost.entry import wiring
from ringpost.entry.cli.options import plain_errors, tell
from ringpost.entry.console import console
from ringpost.entry.places import Place
from ringpost.services.switching import examinations
from ringpost.settings import Settings
from ringpost.store.sqlite import SqliteStore
from ringpost.switch import Finding


@click.command()
@click.option("--switch", "switch_name", help="A switch, by name; left out: all of them.")
@click.option("--domain", "domain_name", help="Also whether the switch knows this domain from here.")
@click.option("--table", "of_table", is_flag=True, help="Instead, whether the table on AWS is set up as it must be.")
@click.option("--stack", help="With --table: also whether the alarms of this stack are on, and it reaches links.")
def doctor(switch_name: str | None, domain_name: str | None, of_table: bool, stack: str | None) -> None:
    """Try each step from here to a registered phone, and say what is wrong.

    In the store that RINGPOST_STORE or RINGPOST_DATA names, with the secrets of this environment. Of a switch behind a
    link it says how that is; ringpost link --doctor tries each step beside it. With --table: the table's stream, time
    to live, backups and protection, which a restored one lacks.
    """
    if stack and not of_table:
        raise click.UsageError("--stack goes with --table")
    with plain_errors():
        settings = Settings.read()
        place = Place(settings)
        click.echo(f"In {place}{', which is not there yet' if place.is_new else ''}", err=True)
        examined = _of_table(settings, stack) if of_table else _of_switches(settings, switch_name, domain_name)
    tell(examined)


def _of_switches(settings: Settings, switch_name: str | None, domain_name: str | None) -> list[Finding]:
    """In a store that is not there yet nothing is found, and none is made."""
    clock, is_new = SystemClock(), Place(settings).is_new
    with TemporaryDirectory() as nowhere:
        store = SqliteStore(Path(nowhere) / "empty") if is_new else wiring.open_store(settings, clock)
        commands = wiring.live_commands(settings, store, clock) or wiring.known_links(store, clock)
        connect = wiring.connector(clock, commands)
        context = console(store, clock, "doctor", connect)
        return list(examinations.of(context, switch_name, domain_name))


def _of_table(settings: Settings, stack: str | None) -> list[Finding]:
    from ringpost.entry.cli import tables  # boto3: half a second, that few commands need

    kind, _, table = settings.store.partition(":")
    if kind != "dynamodb" or not table:
        raise click.UsageError("--table is about a table on AWS: set RINGPOST_STORE=dynamodb:<table>")
    return list(tables.examined(table, stack=stack))
