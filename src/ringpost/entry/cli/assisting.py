"""``ringpost mcp``: tools for an assistant, over standard input and output or on a port of this machine."""

import signal
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from ringpost.entry.cli.options import client_of, endpoint, plain_errors
from ringpost.entry.cors import Origins

if TYPE_CHECKING:  # the other commands do without the SDK
    from ringpost.mcp.server import DeskServer

_SHORTEST_TOKEN = 16
_NO_SDK = (
    "the MCP SDK is not installed here, or is older than version 2: in a checkout run 'make mcp',"
    " elsewhere pip install 'ringpost[mcp]'"
)


@click.command()
@click.option("--http", "over_http", is_flag=True, help="Serve streamable HTTP on 127.0.0.1, with a token of its own.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=3001,
    show_default=True,
    help="With --http: the port; 0 picks a free one.",
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="With --http: a web page's origin that may call, if it has the token. Repeatable; none: no page.",
)
@click.option(
    "--families", default="", metavar="NAMES", help="Have the actions of these families as tools, such as calls,cdr."
)
@click.option("--secrets", "with_secrets", is_flag=True, help="Also actions about keys and passwords; mask nothing.")
@click.option(
    "--unasked", is_flag=True, help="Do what costs or deletes without asking: for a client that asks by itself."
)
@click.option(
    "--size",
    type=click.IntRange(1000, 1_000_000),
    default=20_000,
    show_default=True,
    help="How many characters of an answer are shown at once.",
)
@endpoint
def mcp(
    over_http: bool,
    port: int,
    origins: tuple[str, ...],
    families: str,
    with_secrets: bool,
    unasked: bool,
    size: int,
    url: str,
    secret: str | None,
) -> None:
    """Give an assistant tools for the telephone system, over the Model Context Protocol.

    It is a client of the endpoint: what a key may not call, its assistant cannot. Usually the assistant's program
    starts it, and speaks over standard input and output; docs/mcp.md has what to paste. With --http the token is that
    of RINGPOST_MCP_TOKEN, or a new one that is printed.
    """
    if find_spec("mcp") is None or find_spec("mcp_types") is None:
        raise click.ClickException(_NO_SDK)
    from ringpost.mcp.answers import Answers
    from ringpost.mcp.asked import PassingTrouble, Trouble
    from ringpost.mcp.desk import Desk
    from ringpost.mcp.server import DeskServer
    from ringpost.mcp.tools import chosen

    if "*" in origins:
        raise click.UsageError("--origin '*' would be any page: name those that may call")
    with plain_errors():
        Origins(origins)
    say = partial(click.echo, err=True)
    chosen_families = tuple(name for name in families.replace(",", " ").split() if name)
    desk = Desk(client_of(url, secret), chosen_families, with_secrets, not unasked, Answers(size))
    try:
        chosen(desk.offer.actions(), chosen_families)
    except PassingTrouble as trouble:
        say(f"For now: {trouble}")
    except Trouble as trouble:
        raise click.ClickException(str(trouble)) from None
    if over_http:
        _serve(DeskServer(desk, say), port, origins)
        return
    import anyio

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing is left to be done, and a thread waits for the next line
    anyio.run(DeskServer(desk, say).over_stdio)


def _serve(desk: "DeskServer", port: int, origins: tuple[str, ...]) -> None:
    import os

    from ringpost.mcp import http

    given = os.environ.get("RINGPOST_MCP_TOKEN", "")
    if given and (len(given) < _SHORTEST_TOKEN or not given.isascii() or not given.isprintable() or " " in given):
        raise click.ClickException(f"RINGPOST_MCP_TOKEN is to be {_SHORTEST_TOKEN} letters and digits or more")
    token = given or http.new_token()
    try:
        line = http.bound(port)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {http.HOST}:{port}: {error}. --port takes another") from None
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), line:
        port = line.getsockname()[1]

        def ready() -> None:
            click.echo(f"MCP at http://{http.HOST}:{port}{http.PATH}. Ctrl-C stops it.")
            if not given:
                click.echo(f"Its token is shown this once: Authorization: Bearer {token}")

        http.HttpServer(http.application(desk, port, token, origins), ready).run(sockets=[line])
    click.echo("Stopped.")
