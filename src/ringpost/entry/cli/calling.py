"""``ringpost call`` and ``ringpost import``: what goes to an endpoint over the wire."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from ringpost.entry.cli import imports
from ringpost.entry.cli.options import client_of, endpoint, plain_errors


@click.command()
@click.argument("action")
@click.argument("members", nargs=-1, metavar="[NAME=VALUE]...")
@endpoint
def call(action: str, members: tuple[str, ...], url: str, secret: str | None) -> None:
    """Call an action and print its answer.

    A VALUE that is a JSON array, object or quoted text, true, false or null is sent as that; any
    other as text. For instance: ringpost call extension-details domain_name=x.example.net extension=100
    """
    answer = client_of(url, secret).call(action, dict(map(_member, members)))
    _show(answer.body)
    if "X-Next-Cursor" in answer.headers:
        click.echo(f"There is more: repeat it with cursor={answer.headers['X-Next-Cursor']}", err=True)
    if not answer.is_good:
        sys.exit(1)


@click.command("import")
@click.argument("what", nargs=-1, required=True, metavar="[fusionpbx] FILE")
@click.option("--domain", "domain_name", help="The domain they are made in; a key of one domain may leave it out.")
@click.option("--dry-run", is_flag=True, help="Check the file, and make nothing.")
@click.option("--drop", multiple=True, metavar="COLUMN", help="A column that limits somebody, to be lost knowingly.")
@endpoint
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
    client, place = client_of(url, secret), {"domain_name": domain_name} if domain_name else {}
    try:
        with plain_errors():
            text = imports.text_of(Path(file))
            (imports.extensions if kind else imports.users)(client, text, place, dry_run=dry_run, drop=drop)
    except KeyboardInterrupt:
        raise click.ClickException("stopped; the same command goes on where it stopped") from None


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
