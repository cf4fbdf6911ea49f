"""The command line: serve, make keys, call any action."""

import json
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click
from pydantic import TypeAdapter, ValidationError

from ringpost import __version__
from ringpost.auth.tokens import token
from ringpost.clock import SystemClock
from ringpost.context import Context
from ringpost.entry import demo, imports, wiring
from ringpost.entry.client import Client
from ringpost.entry.console import console
from ringpost.entry.places import Place
from ringpost.model.domain import Domain
from ringpost.model.errors import NotFound, Problem
from ringpost.model.key import Limits
from ringpost.model.values import Moment, Name
from ringpost.services import all_calls, api_keys, destinations, domains, examinations
from ringpost.settings import Settings
from ringpost.store import Store
from ringpost.store.sqlite import SqliteStore
from ringpost.switch import Finding
from ringpost.switch.esl import EventSocket

Command = TypeVar("Command", bound=Callable[..., Any])
_CALLS_A_LINE = 1000


_address = click.option(
    "--url",
    envvar="RINGPOST_URL",
    show_envvar=True,
    default="http://127.0.0.1:3000",
    show_default=True,
    help="The endpoint.",
)


def _endpoint(command: Command) -> Command:
    """Where to call, and with which key."""
    token = click.option(
        "--token", "secret", envvar="RINGPOST_TOKEN", show_envvar=True, help="The key's token. The variable is better."
    )
    return _address(token(command))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """One HTTPS POST in front of any PBX."""


@main.command()
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
    from ringpost.store.folder import FolderArchive

    with _plain_errors():
        settings, clock, origins = Settings.read(), SystemClock(), Origins(pages)
        place = Place(settings)
        store = wiring.open_store(settings, clock)
        archive = wiring.open_archive(settings, clock)
        is_new = with_demo and settings.store.startswith("sqlite:") and demo.may_seed(store)
        fresh = _first_start(store, clock) if is_new else None
        endpoint = wiring.build(settings, server.report, clock=clock, store=store, archive=archive)

    def ready(address: str) -> None:
        if isinstance(archive, FolderArchive):
            archive.base_url = archive.base_url or address
        click.echo(f"Ringpost {__version__} answers at {address}, store {place}. Ctrl-C stops it.")
        click.echo(_welcome(address, fresh) if fresh else _no_key())
        if delivers or (delivers is None and settings.store.startswith("sqlite:")):
            beside.enter_context(worker.beside(settings, store, clock, archive))

    def hosts(bound: Iterable[str]) -> Hosts:
        return Hosts(bound, settings.hosts, urlsplit(settings.public_url).netloc)

    sounds = recordings.application(archive) if isinstance(archive, FolderArchive) else None
    patience = Patience(of_one_source=settings.connections_per_source)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt), ExitStack() as beside:
            server.serve(endpoint, host, port, ready, sounds, hosts, patience, origins, settings.base_path)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error}. PORT= takes another port") from None
    click.echo("Stopped.")


@main.command()
@_address
def deliver(url: str) -> None:
    """Deliver webhooks, without answering requests: for a server started with --no-deliver.

    From the store that RINGPOST_STORE or RINGPOST_DATA names. Of several on one machine one works, and the others wait.
    Recordings are heard at RINGPOST_PUBLIC_URL, or at the endpoint.
    """
    from ringpost.entry import worker
    from ringpost.store.folder import FolderArchive

    with _plain_errors():
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


@main.command()
def upgrade() -> None:
    """Write rows of earlier releases as they are written now; until then they are found all the same.

    But for the calls of all domains (of_all_domains): those of earlier releases are among them once this has run.
    In the store that RINGPOST_STORE or RINGPOST_DATA names. It can be stopped, and repeated.
    """
    with _plain_errors():
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


@main.group()
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
    with _plain_errors():
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


@main.command()
@click.option("--domain", "domain_name", help="Of this domain; a key of one domain may leave it out.")
@click.option("--type", "types", multiple=True, help="Only these types, such as 'call.*'. Repeatable; none: all.")
@click.option("--forward", "forward_to", metavar="URL", help="Post each there too, signed as a webhook's are.")
@click.option("--secret", "signing", envvar="RINGPOST_SIGNING_SECRET", help="What to sign with; left out: a new one.")
@click.option("--json", "as_json", is_flag=True, help="Print each event whole, one a line.")
@_endpoint
def listen(
    domain_name: str | None,
    types: tuple[str, ...],
    forward_to: str | None,
    signing: str | None,
    as_json: bool,
    url: str,
    secret: str | None,
) -> None:
    """Print what happens, as it happens.

    With --forward http://127.0.0.1:8000/hook a receiver on this machine gets what a webhook would get, from an
    endpoint that could not reach it. Without --secret what it is signed with is printed first.
    """
    from ringpost.entry import listening
    from ringpost.webhooks.signature import is_secret, new_secret

    place: dict[str, Any] = {
        **({"domain_name": domain_name} if domain_name else {}),
        **({"types": types} if types else {}),
    }
    listener = listening.Listening(_client(url, secret), place, partial(click.echo, err=True))
    if forward_to and not forward_to.startswith(("http://", "https://")):
        raise click.UsageError(f"the address needs http:// or https:// in front: {forward_to}")
    if signing and not is_secret(signing):
        raise click.UsageError("--secret must be what webhook-create answers: whsec_ and base64")
    if forward_to and not signing:
        signing = new_secret()
        click.echo(f"Signed with {signing}", err=True)
    click.echo("Listening. Ctrl-C stops it.", err=True)
    with suppress(KeyboardInterrupt):
        for event in listener.events():
            told = f" {listening.forward(event, forward_to, signing)}" if forward_to and signing else ""
            click.echo(json.dumps(event, ensure_ascii=False) if as_json else listening.line(event) + told)


@main.command()
@click.option("--switch", "switch_name", required=True, help="The switch it is for, by name.")
@click.option("--esl", default="127.0.0.1:8021", show_default=True, help="Its event socket.")
@click.option("--user", help="Whom to log in as: name@domain. The password is in RINGPOST_ESL_PASSWORD.")
@click.option("--recordings", type=click.Path(path_type=Path), help="Where its recordings are; its recordings_dir.")
@click.option(
    "--records-within",
    type=click.FloatRange(0, 3600),
    default=30.0,
    show_default=True,
    help="Seconds in which the record of a call has come that ended unheard; then it is made from what was heard.",
)
@_endpoint
def link(
    switch_name: str,
    esl: str,
    user: str | None,
    recordings: Path | None,
    records_within: float,
    url: str,
    secret: str | None,
) -> None:
    """Hand in what a FreeSWITCH does: events of calls, recordings. It runs beside the switch.

    What it has heard and not handed in yet is in the folder RINGPOST_DATA (.ringpost) and survives a crash.
    The key is the switch's: ringpost key create --name link --switch NAME --scope switch.event
    """
    from ringpost.entry import link as links
    from ringpost.entry.link_buffer import Buffer

    client, password = _client(url, secret), os.environ.get("RINGPOST_ESL_PASSWORD", "")
    if not password:
        raise click.UsageError("no password: set RINGPOST_ESL_PASSWORD to the event socket's, or the user's")
    host, _, port = esl.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise click.UsageError(f"{esl!r} is no host and port, such as 127.0.0.1:8021")

    def connect() -> EventSocket:
        return EventSocket(host, int(port), user=user, password=password)

    with _plain_errors():
        buffer = Buffer(Settings.read().data / f"link-{switch_name.lower()}.sqlite3")
    running = links.Link(
        switch_name, connect, client, buffer, SystemClock(), click.echo, recordings, records_within=records_within
    )
    signal.signal(signal.SIGTERM, lambda *_: running.stopping.set())
    with suppress(KeyboardInterrupt):
        running.run()
    click.echo("Stopped.")


@main.command()
@click.argument("action")
@click.argument("members", nargs=-1, metavar="[NAME=VALUE]...")
@_endpoint
def call(action: str, members: tuple[str, ...], url: str, secret: str | None) -> None:
    """Call an action and print its answer.

    A VALUE that is a JSON array, object or quoted text, true, false or null is sent as that; any
    other as text. For instance: ringpost call extension-details domain_name=x.example.net extension=100
    """
    answer = _client(url, secret).call(action, dict(map(_member, members)))
    _show(answer.body)
    if "X-Next-Cursor" in answer.headers:
        click.echo(f"There is more: repeat it with cursor={answer.headers['X-Next-Cursor']}", err=True)
    if not answer.is_good:
        sys.exit(1)


@main.command("import")
@click.argument("what", nargs=-1, required=True, metavar="[fusionpbx] FILE")
@click.option("--domain", "domain_name", help="The domain they are made in; a key of one domain may leave it out.")
@click.option("--dry-run", is_flag=True, help="Check the file, and make nothing.")
@click.option("--drop", multiple=True, metavar="COLUMN", help="A column that limits somebody, to be lost knowingly.")
@_endpoint
def import_(
    what: tuple[str, ...], domain_name: str | None, dry_run: bool, drop: tuple[str, ...], url: str, secret: str | None
) -> None:
    """Import users from XiVO's CSV, or extensions from FusionPBX's.

    \b
    ringpost import users.csv                  XiVO's user export, of any length
    ringpost import fusionpbx extensions.csv   FusionPBX's extension export, with its passwords

    Every row is checked before the first is made. What limits somebody and would be lost here, such as FusionPBX's
    toll_allow, refuses its row unless --drop names the column. The same file may be imported again: it goes on where
    it stopped.
    """  # noqa: D301 - a \b is how click is told to leave the lines as they are
    *kind, file = what
    if kind not in ([], ["fusionpbx"]) or what == ("fusionpbx",):
        raise click.UsageError("say ringpost import FILE, or ringpost import fusionpbx FILE")
    client, place = _client(url, secret), {"domain_name": domain_name} if domain_name else {}
    try:
        with _plain_errors():
            text = imports.text_of(Path(file))
            (imports.extensions if kind else imports.users)(client, text, place, dry_run=dry_run, drop=drop)
    except KeyboardInterrupt:
        raise click.ClickException("stopped; the same command goes on where it stopped") from None


@main.command()
@click.option("--switch", "switch_name", help="A switch, by name; left out: all of them.")
@click.option("--domain", "domain_name", help="Also whether the switch knows this domain from here.")
@click.option("--table", "of_table", is_flag=True, help="Instead, whether the table on AWS is set up as it must be.")
@click.option("--stack", help="With --table: also whether the alarms of this stack are on.")
def doctor(switch_name: str | None, domain_name: str | None, of_table: bool, stack: str | None) -> None:
    """Try each step from here to a registered phone, and say what is wrong.

    In the store that RINGPOST_STORE or RINGPOST_DATA names, with the secrets of this environment. With --table: the
    table's stream, time to live, backups and protection, which a restored one lacks.
    """
    if stack and not of_table:
        raise click.UsageError("--stack goes with --table")
    with _plain_errors():
        settings = Settings.read()
        place = Place(settings)
        click.echo(f"In {place}{', which is not there yet' if place.is_new else ''}", err=True)
        examined = _of_table(settings, stack) if of_table else _of_switches(settings, switch_name, domain_name)
    for finding in examined:
        click.echo(f"{'ok  ' if finding.well else 'BAD '} {finding.step}: {finding.words}")
    if not all(finding.well for finding in examined):
        sys.exit(1)


def _of_switches(settings: Settings, switch_name: str | None, domain_name: str | None) -> list[Finding]:
    """In a store that is not there yet nothing is found, and none is made."""
    clock, is_new = SystemClock(), Place(settings).is_new
    with TemporaryDirectory() as nowhere:
        store = SqliteStore(Path(nowhere) / "empty") if is_new else wiring.open_store(settings, clock)
        context = console(store, clock, "doctor", wiring.connector(clock))
        return list(examinations.of(context, switch_name, domain_name))


def _of_table(settings: Settings, stack: str | None) -> list[Finding]:
    from ringpost.entry import tables  # boto3: half a second, that few commands need

    kind, _, table = settings.store.partition(":")
    if kind != "dynamodb" or not table:
        raise click.UsageError("--table is about a table on AWS: set RINGPOST_STORE=dynamodb:<table>")
    return list(tables.examined(table, stack=stack))


def _client(url: str, secret: str | None) -> Client:
    if not secret:
        raise click.UsageError("no key: set RINGPOST_TOKEN to a token, which 'ringpost key create' prints")
    if not url.startswith(("http://", "https://")):
        raise click.UsageError(f"the address needs http:// or https:// in front: {url}")
    return Client(url, secret)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say in a line what a setting, an argument or the store is not happy with."""
    try:
        yield
    except ValidationError as error:
        raise click.ClickException("; ".join(f"{one['input']!r}: {one['msg']}" for one in error.errors())) from None
    except Problem as problem:
        cause = f" ({problem.__cause__})" if problem.__cause__ else ""
        raise click.ClickException(problem.detail + cause) from None
    except (ValueError, OSError, sqlite3.Error) as error:
        raise click.ClickException(str(error)) from None


def _member(text: str) -> tuple[str, Any]:
    name, found, value = text.partition("=")
    if not found or not name:
        raise click.UsageError(f"{text!r} is not NAME=VALUE")
    if value[:1] not in ("[", "{", '"') and value not in ("true", "false", "null"):
        return name, value
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _show(body: bytes) -> None:
    try:
        click.echo(json.dumps(json.loads(body), indent=2, ensure_ascii=False))
    except ValueError:
        click.echo(body.decode(errors="replace"))


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


if __name__ == "__main__":
    main()
