"""Installing: what a link needs on its machine to run by itself, as files below /etc."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

UNIT = "systemd/system/ringpost-link.service"
SECRETS = "ringpost-link"
_HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - where no program is to lie
"""Folders that the unit does not see."""

_HARDENED = """\
DynamicUser=yes
StateDirectory=ringpost-link
StateDirectoryMode=0700
CacheDirectory=ringpost-link
CacheDirectoryMode=0700
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
"""


class File(NamedTuple):
    """A file to be there, at a place below /etc."""

    place: str
    text: str
    mode: int = 0o644


def files(
    switch: str,
    service: str,
    command: Sequence[str],
    secrets: Mapping[str, str],
    of_the_switch: Mapping[str, str],
    recordings: Path | None,
) -> list[File]:
    """The unit that runs that command, its secrets, and what the switch is told. ``ValueError`` for what cannot be.

    ``service`` is the switch's own unit.
    """
    program = command[0]
    if any(Path(program).is_relative_to(folder) for folder in _HIDDEN):
        raise ValueError(
            f"{program} is where the unit does not see it: put it into /usr/local/bin, and run it from there"
        )
    return [
        File(UNIT, _unit(switch, service, command, recordings)),
        File(SECRETS, "".join(f'{name}="{_escaped(value)}"\n' for name, value in secrets.items()), 0o600),
        *(File(place, text) for place, text in of_the_switch.items()),
    ]


def write(folder: Path, wanted: Sequence[File], *, force: bool) -> Iterator[str]:
    """Put the files below a folder, saying each. ``ValueError`` if one is there that differs, and then none is put."""
    odd = [str(folder / one.place) for one in wanted if _there(folder / one.place) not in (None, one.text)]
    if odd and not force:
        raise ValueError(f"{', '.join(odd)}: there already, and otherwise; nothing was written. --force writes over it")
    for one in wanted:
        path = folder / one.place
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, one)
        yield str(path)


def _unit(switch: str, service: str, command: Sequence[str], recordings: Path | None) -> str:
    lines = [
        "[Unit]",
        f"Description=The link of {_plain(switch)} to Ringpost",
        "Wants=network-online.target",
        f"After=network-online.target {service}",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        f"ExecStart={' '.join(map(_word, command))}",
        "Restart=always",
        "RestartSec=2",
        f"EnvironmentFile=/etc/{SECRETS}",
        "Environment=RINGPOST_DATA=/var/lib/ringpost-link SHIV_ROOT=/var/cache/ringpost-link",
        *_HARDENED.splitlines(),
        *_reading(recordings),
        "",
        "[Install]",
        "WantedBy=multi-user.target",
        "",
    ]
    return "\n".join(lines)


def _reading(recordings: Path | None) -> Iterator[str]:
    """Recordings are the switch's: whoever is in their group may read them, and nobody there writes."""
    if recordings is None:
        return
    yield f"ReadOnlyPaths={_word('-' + str(recordings))}"
    with suppress(OSError, KeyError):  # it is another machine's, or its group has no name
        if (group := recordings.group()) != "root":
            yield f"SupplementaryGroups={group}"


def _word(text: str) -> str:
    """A word as a unit has it: ``%`` and ``$`` are themselves, and blanks part nothing."""
    text = _printable(text).replace("%", "%%").replace("$", "$$")
    if re.fullmatch(r"[A-Za-z0-9_./:@%$+,=-]+", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(text: str) -> str:
    return _printable(text).replace("%", "%%").replace("\\", "\\\\")


def _escaped(text: str) -> str:
    return re.sub(r'(["\\$`])', r"\\\1", _printable(text))


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError(f"{text[:20]!a} and so on has a character that no file of systemd can have")
    return text


def _there(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def _put(path: Path, file: File) -> None:
    """As a whole, and from its first byte on for nobody's eyes but whose it is to be."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as fresh:
        try:
            os.fchmod(fresh.fileno(), file.mode)
            fresh.write(file.text)
            fresh.flush()
            os.fsync(fresh.fileno())
            Path(fresh.name).replace(path)
        except BaseException:
            Path(fresh.name).unlink(missing_ok=True)
            raise
