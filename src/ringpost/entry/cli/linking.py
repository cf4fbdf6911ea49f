"""``ringpost link``."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import click

from ringpost.clock import SystemClock
from ringpost.entry.cli.options import client_of, endpoint, live_address, plain_errors
from ringpost.settings import Settings
from ringpost.switch.kinds import Place, kinds

_KIND = "freeswitch"


@click.command()
@click.option("--switch", "switch_name", required=True, help="The switch it is for, by name.")
@click.option("--esl", default="127.0.0.1:8021", show_default=True, help="Its event socket.")
@click.option("--user", help="Whom to log in as: name@domain. The password is in RINGPOST_ESL_PASSWORD.")
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
@live_address
@endpoint
def link(
    switch_name: str,
    esl: str,
    user: str | None,
    commands_user: str | None,
    recordings: Path | None,
    records_within: float,
    listen: str | None,
    stand_in_hours: float,
    live_url: str | None,
    url: str,
    secret: str | None,
) -> None:
    """Hand in what a FreeSWITCH does, and do there what is asked of it. It runs beside the switch.

    With --listen the switch asks it, and not Ringpost, who may register and where a number leads; it asks Ringpost, and
    answers by itself while Ringpost is away.

    What it has heard and not handed in yet is in the folder RINGPOST_DATA (.ringpost) and survives a crash.
    The key is the switch's: ringpost key create --name link --switch NAME --scope switch.event; to stand in, also
    --scope 'freeswitch.#' --scope 'switch.link.#' --scope domain.list --scope event.list
    """
    from ringpost.link import doing, work
    from ringpost.link.beside import Beside
    from ringpost.link.buffer import Buffer
    from ringpost.link.carrying import Carrying
    from ringpost.link.hearing import Hearing
    from ringpost.link.journal import Journal
    from ringpost.link.loopback import is_loopback
    from ringpost.link.posting import Posting
    from ringpost.link.standing_in import StandingIn
    from ringpost.link.telling import Telling
    from ringpost.link.wire import Wire
    from ringpost.live_client import LiveClient

    client, clock = client_of(url, secret), SystemClock()
    place = _place(esl, user, "RINGPOST_ESL_PASSWORD")
    commands_at = _place(esl, commands_user, "RINGPOST_COMMANDS_PASSWORD") if commands_user else place
    door = _host_and_port(listen, "127.0.0.1:3100") if listen else None
    if door and not is_loopback(door[0]):
        raise click.UsageError(f"{listen}: whoever asks there needs no key, so it is an address of loopback")
    with plain_errors():
        data = Settings.read().data
        buffer = Buffer(data / f"link-{switch_name.lower()}.sqlite3")
        journal = Journal(data / f"link-{switch_name.lower()}-commands.sqlite3")
        beside = Beside(switch_name, client, buffer, clock, click.echo, recordings)
        asks = kinds()[_KIND].asks()
        standing = StandingIn.beside(beside, asks, data, door, hours=stand_in_hours) if door else None
    hearing = Hearing(beside, lambda: kinds()[_KIND].listen(place), records_within=records_within)
    wire = Wire(beside, lambda: LiveClient(live_url or client.url, client.token))
    connect = doing.beside(_KIND, commands_at, clock)
    wire.does = doing.Doing(switch_name, connect, journal, wire, Posting(beside), say=click.echo)
    signal.signal(signal.SIGTERM, lambda *_: beside.stopping.set())
    with suppress(KeyboardInterrupt):
        stands_in = standing.works if standing else ()
        work.run(beside, hearing, Telling(beside), Carrying(beside), wire, *stands_in)
    click.echo("Stopped.")


def _place(esl: str, user: str | None, password: str) -> Place:
    """Where the switch is, and as whom; the password is in that variable."""
    if not os.environ.get(password):
        raise click.UsageError(f"no password: set {password} to the event socket's, or the user's")
    return Place(*_host_and_port(esl, "127.0.0.1:8021"), user, os.environ[password])


def _host_and_port(text: str, example: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise click.UsageError(f"{text!r} is no host and port, such as {example}")
    return host.strip("[]"), int(port)
