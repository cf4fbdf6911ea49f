"""``ringpost serve`` and ``ringpost deliver``."""

import json
import os
import signal
import threading
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import click

from ringpost import __version__
from ringpost.auth.tokens import token
from ringpost.clock import SystemClock
from ringpost.entry import demo, wiring
from ringpost.entry.cli.options import address, plain_errors
from ringpost.entry.console import console
from ringpost.entry.places import Place
from ringpost.model.key import Limits
from ringpost.services.access import api_keys
from ringpost.settings import Settings
from ringpost.store import Store


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=3000,
    show_default=True,
    envvar="PORT",
    show_envvar=True,
    help="The port; 0 picks a free one.",
)
@click.option(
    "--deliver/--no-deliver",
    "delivers",
    default=None,
    help="Deliver webhooks too; usual on an SQLite store. On a table of AWS the deployed function does it.",
)
@click.option(
    "--demo/--no-demo", "with_demo", default=True, help="In an empty SQLite store: make a demo domain and a key."
)
@click.option(
    "--cors",
    "pages",
    multiple=True,
    metavar="ORIGIN",
    envvar="RINGPOST_CORS",
    show_envvar=True,
    help="An origin whose web pages may call, such as https://crm.example.net; '*' is any. Repeatable; none: no other.",
)
def serve(host: str, port: int, delivers: bool | None, with_demo: bool, pages: tuple[str, ...]) -> None:
    """Answer requests.

    On the store that RINGPOST_STORE names (sqlite:FILE or dynamodb:TABLE), or on the SQLite file in
    the folder RINGPOST_DATA (.ringpost). On 127.0.0.1 or ::1 it answers for these, for localhost, and for
    the names in RINGPOST_HOSTS.
    """
    from ringpost.entry import recordings, server, worker  # they lock files, as only the systems do that can serve
    from ringpost.entry.connections import Patience
    from ringpost.entry.cors import Origins
    from ringpost.entry.hosts import Hosts
    from ringpost.entry.live import Live
    from ringpost.entry.operators_page import PATH, OperatorsPage, folder
    from ringpost.store.folder import FolderArchive
    from ringpost.store.s3 import S3Archive

    with plain_errors():
        settings, clock, origins = Settings.read(), SystemClock(), Origins(pages)
        place = Place(settings)
        store = wiring.open_store(settings, clock)
        archive = wiring.open_archive(settings, clock)
        is_new = with_demo and settings.store.startswith("sqlite:") and demo.may_seed(store)
        fresh = _first_start(store, clock) if is_new else None
        delivers_here = delivers or (delivers is None and settings.store.startswith("sqlite:"))
        live = Live(store, clock, settings, delivers=delivers_here)
        endpoint = wiring.build(
            settings, server.report, clock=clock, store=store, archive=archive, commands=live.commands
        )

    def ready(address: str) -> None:
        if isinstance(archive, FolderArchive):
            archive.base_url = archive.base_url or address
        click.echo(f"Ringpost {__version__} answers at {address}, store {place}. Ctrl-C stops it.")
        click.echo(f"The operator's page is at {address}{PATH}/")
        click.echo(_welcome(address, fresh) if fresh else _no_key())
        if delivers_here:
            beside.enter_context(worker.beside(settings, store, clock, archive, live.listeners))

    def hosts(bound: Iterable[str]) -> Hosts:
        return Hosts(bound, settings.hosts, urlsplit(settings.public_url).netloc)

    page = OperatorsPage(folder(), [archive.origin] if isinstance(archive, S3Archive) else [])
    sounds = recordings.application(archive) if isinstance(archive, FolderArchive) else None
    patience = Patience(of_one_source=settings.connections_per_source)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt), ExitStack() as beside, live.working(endpoint):
            server.serve(endpoint, host, port, ready, sounds, hosts, patience, origins, settings.base_path, live, page)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error}. PORT= takes another port") from None
    click.echo("Stopped.")


@click.command()
@address
def deliver(url: str) -> None:
    """Deliver webhooks, without answering requests: for a server started with --no-deliver.

    From the store that RINGPOST_STORE or RINGPOST_DATA names. Of several on one machine one works, and the others wait.
    Recordings are heard at RINGPOST_PUBLIC_URL, or at the endpoint.
    """
    from ringpost.entry import worker
    from ringpost.store.folder import FolderArchive

    with plain_errors():
        settings, clock = Settings.read(), SystemClock()
        place = Place(settings)
        store, archive = wiring.open_store(settings, clock), wiring.open_archive(settings, clock)
    if isinstance(archive, FolderArchive):
        archive.base_url = archive.base_url or url.rstrip("/")
    new = ", which is new: a server on another store is not delivered for" if place.is_new else ""
    click.echo(f"Delivering webhooks from {place}{new}. Ctrl-C stops it.")
    with suppress(KeyboardInterrupt):
        worker.work(settings, store, clock, archive, threading.Event())
    click.echo("Stopped.")


def _first_start(store: Store, clock: SystemClock) -> api_keys.Fresh:
    demo.seed(store, clock)
    context = console(store, clock, "key-create")
    fresh = api_keys.create(context, "Made on the first start", Limits(scopes=("#",)))
    context.commit()
    return fresh


def _no_key() -> str:
    same = "".join(f"{name}={os.environ[name]} " for name in ("RINGPOST_DATA", "RINGPOST_STORE") if name in os.environ)
    return f"No key at hand? In this folder: {same}.venv/bin/ringpost key create --name me --scope '#'"


def _welcome(address: str, fresh: api_keys.Fresh) -> str:
    user = f"{fresh.key.key_uuid}:{fresh.secret}"
    details = json.dumps({"action": "domain-details", "domain_name": demo.DOMAIN_NAME})
    originate = json.dumps(
        {
            "action": "originate",
            "domain_name": demo.DOMAIN_NAME,
            "caller_id_number": "5550100",
            "destination_a": "100",
            "destination_b": "101",
        }
    )
    return (
        f"\nA demo domain {demo.DOMAIN_NAME} and a key were made. The key is shown this once:\n"
        f"\n  export RINGPOST_TOKEN={token(fresh.key.key_uuid, fresh.secret)}\n"
        f"\nTry it:\n"
        f"\n  curl -s --user '{user}' -d '{details}' {address}"
        f"\n  curl -s --user '{user}' -d '{originate}' {address}\n"
    )
