"""The picture of the house: read the layers that import-linter holds, and draw docs/architecture.md of them."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src"

_PAGE = """# Architecture

`make docs` draws it, from the layers that `make check` holds (import-linter, in pyproject.toml) and the first line of
each room's docstring. Who is above may import who is below, never the other way round. Rooms that are indented stand
beside the one above them, and do not import each other. No two modules import each other in a circle, and an import
inside a function is counted as one.

    actions               what the API can do: a folder a family, a file an action; each calls one service function

{house}

## services

{services}

## switch

A kind of switch is a folder. Its `KIND` (switch/kinds.py) is all that the rest of the house knows of how one is spoken
to. To add one: the folder with `KIND` and `driver.py`, its name in `SwitchKind` (model/switch.py), and
`tests/switch/<kind>/stage.py`, on which the suite for every switch runs. What such a switch asks and hands in is
answered from the store, so that stands above: `services/switching/<kind>/`, and an action each in `actions/<kind>/`.

{switches}

## A request

`entry` takes it from Lambda or a socket; `dispatch/pipeline.py` reads from top to bottom: envelope, key (`auth`),
scope, the action found by its name, `Request` validated, `handle(request, context)`. What it staged is committed in
one transaction with its events and its audit line. `webhooks` carries the events on from there, and `link` brings in
what switches tell.
"""


def page() -> str:
    """docs/architecture.md."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = {contract["containers"][0]: contract for contract in contracts if "containers" in contract}
    return _PAGE.format(
        house="\n".join(_drawn(layers["ringpost"])),
        services="\n".join(_drawn(layers["ringpost.services"])),
        switches="\n".join(_line(f"ringpost.switch.{kind}", 0) for kind in _folders("ringpost.switch")),
    )


def _drawn(contract: dict[str, Any]) -> Iterator[str]:
    [container] = contract["containers"]
    for layer in contract["layers"]:
        apart = [room.strip() for room in layer.split("|")]
        for place, room in enumerate(apart):
            yield from (_line(f"{container}.{one.strip()}", place) for one in room.split(":"))


def _line(module: str, place: int) -> str:
    """A room, indented if it stands beside the one before it."""
    name = f"{'  ' if place else ''}{module.rpartition('.')[2]}"
    return f"    {name:<21} {_says(module)}"


def _says(module: str) -> str:
    path = SOURCE / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    first = (ast.get_docstring(ast.parse(file.read_text())) or "").partition("\n")[0]
    return first.replace("``", "`").rstrip(".")


def _folders(package: str) -> list[str]:
    return sorted(file.parent.name for file in (SOURCE / package.replace(".", "/")).glob("*/__init__.py"))
