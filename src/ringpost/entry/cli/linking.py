"""``ringpost link``."""

import os
import shutil
import signal
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import click
from click.core import ParameterSource

from ringpost import __version__
from ringpost.clock import SystemClock
from ringpost.entry.cli.options import client_of, endpoint, live_address, plain_errors, tell
from ringpost.settings import Settings
from ringpost.switch.kinds import Place, kinds

_KINDS = {name: kind.home for name, kind in kinds().items() if kind.home}
_FOR_COMMANDS = "RINGPOST_COMMANDS_PASSWORD"
_ONCE = frozenset({"url", "secret", "live_url", "install", "write", "force", "doctor"})
"""Options that are in the unit's environment, or not for a link that runs."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--switch", "switch_name", required=True, help="The switch it is for, by name.")
@click.option("--kind", type=click.Choice(list(_KINDS)), default="freeswitch", show_default=True, help="What it is.")
@click.option(
    "--at",
    "--esl",
    "at",
    help="Where it listens: 127.0.0.1:8021 its event socket, 127.0.0.1:5038 its manager interface.",
)
@click.option(
    "--user",
    help="Whom to log in as: name@domain, or name. The password is in RINGPOST_ESL_PASSWORD, or RINGPOST_AMI_PASSWORD.",
)
@click.option(
    "--commands-user",
    help="Whom to log in as for commands, with RINGPOST_COMMANDS_PASSWORD. Left out: as the one who listens.",
)
@click.option("--recordings", type=click.Path(path_type=Path), help="Where its recordings are; its recordings_dir.")
@click.option(
    "--records-within",
    type=click.FloatRange(0, 3600),
    default=30.0,
    show_default=True,
    help="Seconds in which the record of a call has come that ended unheard; then it is made from what was heard.",
)
@click.option("--listen", help="Where it answers what the switch asks, such as 127.0.0.1:3100: on loopback only.")
@click.option(
    "--stand-in-hours",
    type=click.FloatRange(0, 24 * 30),
    default=24.0,
    show_default=True,
    help="How long it answers from what it has kept while Ringpost is away; with --listen.",
)
@click.option("--doctor", is_flag=True, help="Instead, try each step in both directions, and say what is wrong.")
@click.option("--install", is_flag=True, help="Instead, print the files that have systemd run it with these options.")
@click.option(
    "--write",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="With --install: write them below this folder, which stands for /etc. One that is there and differs stays.",
)
@click.option("--force", is_flag=True, help="With --write: write over those that differ.")
@live_address
@endpoint
@click.pass_context
def link(
    context: click.Context,
    /,
    switch_name: str,
    kind: str,
    at: str | None,
    user: str | None,
    commands_user: str | None,
    recordings: Path | None,
    records_within: float,
    listen: str | None,
    stand_in_hours: float,
    doctor: bool,
    install: bool,
    write: Path | None,
    force: bool,
    live_url: str | None,
    url: str,
    secret: str | None,
) -> None:
    """Hand in what a FreeSWITCH or an Asterisk does, and do there what is asked of it. It runs beside the switch.

    With --listen the switch asks it, and not Ringpost, who may register and where a number leads; it asks Ringpost, and
    answers by itself while Ringpost is away.

    What it has heard and not handed in yet is in the folder RINGPOST_DATA (.ringpost) and survives a crash.
    The key is the switch's: ringpost key create --name link --switch NAME --scope switch.event --scope switch.link; to
    stand in, also --scope 'switch.link.#' --scope 'freeswitch.#' (or 'asterisk.#') --scope domain.list --scope
    event.list

    --install prints, and with --write writes, what has systemd run it: a unit, a file with the secrets of this
    environment, and with --listen the switch's own setting. --doctor is best tried as whom the unit runs it.
    """
    from ringpost.link import doing, queueing, secret_files, work
    from ringpost.link.beside import Beside
    from ringpost.link.buffer import Buffer
    from ringpost.link.carrying import Carrying
    from ringpost.link.examining import Examining
    from ringpost.link.handing_in import HandingIn, put_aside_in
    from ringpost.link.hearing import Hearing
    from ringpost.link.journal import Journal
    from ringpost.link.loopback import is_loopback
    from ringpost.link.noting import Noting
    from ringpost.link.posting import Posting
    from ringpost.link.standing_in import StandingIn
    from ringpost.link.telling import Telling
    from ringpost.link.wire import Wire
    from ringpost.live_client import LiveClient

    door = _host_and_port(listen, "127.0.0.1:3100") if listen else None
    if door and not is_loopback(door[0]):
        raise click.UsageError(f"{listen}: whoever asks there needs no key, so it is an address of loopback")
    if doctor + install > 1 or (write and not install) or (force and not write):
        raise click.UsageError("--force goes with --write, --write with --install, and --doctor by itself")
    if install:
        _install(context, door, write, force=force)
        return
    client, clock = client_of(url, secret), SystemClock()
    found, home, live = kinds()[kind], _KINDS[kind], live_url or client.url
    place = _place(at or home.address, user, home.password, home.address)
    commands_at = _place(at or home.address, commands_user, _FOR_COMMANDS, home.address) if commands_user else place
    secret_at = f"env:{_FOR_COMMANDS if commands_user else home.password}"
    connect = doing.beside(kind, commands_at, clock, secret_at, switch_name)
    if doctor:
        tell(Examining(switch_name, found, client, live, place, connect, recordings, door).findings())
        return
    with plain_errors():
        data = Settings.read().data
        journal = Journal(data / f"link-{switch_name.lower()}-commands.sqlite3")
        buffer = Buffer(data / f"link-{switch_name.lower()}.sqlite3")
        beside = Beside(switch_name, client, buffer, clock, click.echo, recordings)
        forget = partial(found.forget, commands_at)
        standing = StandingIn.beside(beside, found.asks(), data, door, forget, hours=stand_in_hours) if door else None
    for words in secret_files.exposed(found):
        click.echo(words)
    hearing = Hearing(beside, lambda: found.listen(place), records_within=records_within)
    wire = Wire(beside, lambda: LiveClient(live, client.token))
    wire.hears = standing.watching if standing else None
    wire.does = doing.Doing(switch_name, connect, journal, wire, Posting(beside), say=click.echo)
    signal.signal(signal.SIGTERM, lambda *_: beside.stopping.set())
    with suppress(KeyboardInterrupt):
        stands_in = standing.works if standing else (HandingIn(beside, put_aside_in(data, switch_name)),)
        notes = (Noting(beside, partial(found.notebook, commands_at)),) if standing and found.notebook else ()
        arranges = (queueing.beside(beside, connect, data),) if found.queues() else ()
        work.run(beside, hearing, Telling(beside), Carrying(beside), wire, *arranges, *stands_in, *notes)
    click.echo("Stopped.")


def _install(context: click.Context, door: tuple[str, int] | None, folder: Path | None, *, force: bool) -> None:
    """Print the files, without what is secret in them, or write them."""
    from ringpost.link import examining, installing

    given = context.params
    found, home = kinds()[given["kind"]], _KINDS[given["kind"]]
    password = {home.password: os.environ.get(home.password)}
    secrets = {"RINGPOST_URL": given["url"], "RINGPOST_TOKEN": given["secret"], **password}
    if given["commands_user"]:
        secrets[_FOR_COMMANDS] = os.environ.get(_FOR_COMMANDS)
    if given["live_url"]:
        secrets["RINGPOST_LIVE_URL"] = given["live_url"]
    missing = [name for name, value in secrets.items() if not value]
    if folder and missing:
        raise click.UsageError(f"set {', '.join(missing)}: the link needs it, and finds it in the file that is written")
    socket, _ = _host_and_port(given["at"] or home.address, home.address)
    told = found.pointing(examining.door(*door), socket) if door else {}
    with plain_errors():
        files = installing.files(
            given["switch_name"],
            home.service,
            [*_program(), *_options(context)],
            _shown(secrets) if folder is None else {name: value or "" for name, value in secrets.items()},
            told,
            given["recordings"] and given["recordings"].absolute(),
        )
        if folder:
            for path in installing.write(folder, files, force=force):
                click.echo(f"written: {path}")
    if folder is None:
        for file in files:
            click.echo(f"# /etc/{file.place}, mode {file.mode:04o}\n{file.text}")
    click.echo("Then: systemctl daemon-reload && systemctl enable --now ringpost-link", err=True)


def _shown(secrets: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value or "" if name.endswith("_URL") else "…" for name, value in secrets.items()}


def _program() -> list[str]:
    """How this very command is run again: the link's file, or the command line of which it is one."""
    program = os.path.abspath(shutil.which(sys.argv[0]) or sys.argv[0])  # noqa: PTH100 - a symlink stays: it is how one upgrades
    return [program] if zipfile.is_zipfile(program) else [program, "link"]


def _options(context: click.Context) -> Iterator[str]:
    """The options this command was given that a link that runs needs."""
    for option in context.command.params:
        name = option.name or ""
        if name in _ONCE or context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        value = context.params[name]
        yield option.opts[0]
        yield str(value.absolute() if isinstance(value, Path) else value)


def _place(at: str, user: str | None, password: str, example: str) -> Place:
    """Where the switch is, and as whom; the password is in that variable."""
    if not os.environ.get(password):
        raise click.UsageError(f"no password: set {password} to the switch's, or the user's")
    return Place(*_host_and_port(at, example), user, os.environ[password])


def _host_and_port(text: str, example: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise click.UsageError(f"{text!r} is no host and port, such as {example}")
    return host.strip("[]"), int(port)
