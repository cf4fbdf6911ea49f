"""The command line."""

import click

from ringpost import __version__
from ringpost.entry.cli.assisting import mcp
from ringpost.entry.cli.calling import call, import_
from ringpost.entry.cli.doctor import doctor
from ringpost.entry.cli.keys import key
from ringpost.entry.cli.linking import link
from ringpost.entry.cli.listening import listen
from ringpost.entry.cli.serving import deliver, serve
from ringpost.entry.cli.upgrade import upgrade


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """One HTTPS POST in front of any PBX."""


for command in (serve, deliver, upgrade, key, listen, link, call, import_, mcp, doctor):
    main.add_command(command)

if __name__ == "__main__":
    main()
