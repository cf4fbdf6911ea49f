"""What a package's bytecode says of itself."""

import marshal
from pathlib import Path
from typing import NamedTuple


class CompiledModule(NamedTuple):
    """Its source in the package, the magic number, the flags (1: by hash, unchecked), and what a trace names."""

    name: str
    magic: bytes
    flags: int
    traced_as: str


def compiled(package: Path) -> list[CompiledModule]:
    """All bytecode in a folder, in order."""
    return sorted(_read(package, file) for file in package.rglob("*.pyc"))


def _read(package: Path, file: Path) -> CompiledModule:
    content = file.read_bytes()
    source = file.parent.parent / f"{file.name.partition('.')[0]}.py"
    flags = int.from_bytes(content[4:8], "little")
    return CompiledModule(
        source.relative_to(package).as_posix(), content[:4], flags, marshal.loads(content[16:]).co_filename
    )
