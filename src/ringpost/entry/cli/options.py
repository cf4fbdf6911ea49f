"""What several commands take: where to call and with which key; and how all of them say what went wrong."""

import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from ringpost.client import Client
from ringpost.model.errors import Problem
from ringpost.switch import Finding

Command = TypeVar("Command", bound=Callable[..., Any])


address = click.option(
    "--url",
    envvar="RINGPOST_URL",
    show_envvar=True,
    default="http://127.0.0.1:3000",
    show_default=True,
    help="The endpoint.",
)


live_address = click.option(
    "--live-url",
    envvar="RINGPOST_LIVE_URL",
    show_envvar=True,
    help="Where its live connections are: the stack's LiveUrl. Left out: /live of the endpoint.",
)


def endpoint(command: Command) -> Command:
    """Where to call, and with which key."""
    token = click.option(
        "--token", "secret", envvar="RINGPOST_TOKEN", show_envvar=True, help="The key's token. The variable is better."
    )
    return address(token(command))


def client_of(url: str, secret: str | None) -> Client:
    if not secret:
        raise click.UsageError("no key: set RINGPOST_TOKEN to a token, which 'ringpost key create' prints")
    if not url.startswith(("http://", "https://")):
        raise click.UsageError(f"the address needs http:// or https:// in front: {url}")
    return Client(url, secret)


@contextmanager
def plain_errors() -> Iterator[None]:
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


def tell(examined: Iterable[Finding]) -> None:
    """Say what was found, and exit with 1 if something is wrong."""
    is_well = True
    for finding in examined:
        click.echo(f"{'ok  ' if finding.well else 'BAD '} {finding.step}: {finding.words}")
        is_well = is_well and finding.well
    if not is_well:
        sys.exit(1)
