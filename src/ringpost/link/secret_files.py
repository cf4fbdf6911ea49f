"""The files beside a link in which passwords stand: who else on the machine may read one could give orders."""

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ringpost.link.installing import SECRETS
from ringpost.switch.kinds import Kind

ETC = Path("/etc")


def exposed(kind: Kind, etc: Path | None = None) -> Iterator[str]:
    """What is to be done about each that anybody may read, of the link and of its switch; below ``ETC``."""
    for place in (SECRETS, *(kind.home.secrets if kind.home else ())):
        path = (etc or ETC) / place
        with suppress(OSError):  # it is not there, or its folder is shut to us, and to others
            if path.stat().st_mode & stat.S_IROTH:
                yield f"anybody on this machine may read {path}, and a password stands there: chmod o= {path}"
