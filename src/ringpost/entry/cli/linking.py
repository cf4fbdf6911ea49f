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
@live_address
@endpoint
def link(
    switch_name: str,
    esl: str,
    user: str | None,
    commands_user: str | None,
    recordings: Path | None,
    records_within: float,
    live_url: str | None,
    url: str,
    secret: str | None,
) -> None:
    """Hand in what a FreeSWITCH does, and do there what is asked of it. It runs beside the switch.

    What it has heard and not handed in yet is in the folder RINGPOST_DATA (.ringpost) and survives a crash.
    The key is the switch's: ringpost key create --name link --switch NAME --scope switch.event
    """
    from ringpost.link import doing, work
    from ringpost.link.beside import Beside
    from ringpost.link.buffer import Buffer
    from ringpost.link.carrying import Carrying
    from ringpost.link.hearing import Hearing
    from ringpost.link.journal import Journal
    from ringpost.link.posting import Posting
    from ringpost.link.telling import Telling
    from ringpost.link.wire import Wire
    from ringpost.live_client import LiveClient

    client, clock = client_of(url, secret), SystemClock()
    place = _place(esl, user, "RINGPOST_ESL_PASSWORD")
    commands_at = _place(esl, commands_user, "RINGPOST_COMMANDS_PASSWORD") if commands_user else place
    with plain_errors():
        data = Settings.read().data
        buffer = Buffer(data / f"link-{switch_name.lower()}.sqlite3")
        journal = Journal(data / f"link-{switch_name.lower()}-commands.sqlite3")
    beside = Beside(switch_name, client, buffer, clock, click.echo, recordings)
    hearing = Hearing(beside, lambda: kinds()[_KIND].listen(place), records_within=records_within)
    wire = Wire(beside, lambda: LiveClient(live_url or client.url, client.token))
    connect = doing.beside(_KIND, commands_at, clock)
    wire.does = doing.Doing(switch_name, connect, journal, wire, Posting(beside), say=click.echo)
    signal.signal(signal.SIGTERM, lambda *_: beside.stopping.set())
    with suppress(KeyboardInterrupt):
        work.run(beside, hearing, Telling(beside), Carrying(beside), wire)
    click.echo("Stopped.")


def _place(esl: str, user: str | None, password: str) -> Place:
    """Where the switch is, and as whom; the password is in that variable."""
    host, _, port = esl.rpartition(":")
    if not os.environ.get(password):
        raise click.UsageError(f"no password: set {password} to the event socket's, or the user's")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise click.UsageError(f"{esl!r} is no host and port, such as 127.0.0.1:8021")
    return Place(host, int(port), user, os.environ[password])
