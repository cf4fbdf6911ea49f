"""The guide's Asterisk with addresses of this machine: ``python -m tests.live.asterisk_configuration DIR``.

Folders, ports, secrets and the trunk change, nothing else. Prints what the live suite has to know, as ``export`` lines.
"""

import argparse
import re
import secrets
import shutil
import sys
import uuid
from pathlib import Path

_DOCS = Path(__file__).parents[2] / "docs"
GUIDE, DIRECT = _DOCS / "asterisk", _DOCS / "asterisk-direct"
HOST, OUTSIDE = "127.0.0.1", "127.0.0.2"
"""A trunk is known by its address, so the provider has one of its own."""
LISTEN, ELSEWHERE = f"{HOST}:3204", f"{HOST}:3205"
AMI, PHONES, PROVIDER = f"{HOST}:5338", f"{HOST}:5362", f"{OUTSIDE}:5392"
_FOLDERS = {
    "astdbdir": "db",
    "astkeydir": "keys",
    "astagidir": "agi",
    "astspooldir": "spool",
    "astrundir": "run",
    "astlogdir": "log",
}


def write(folder: Path, prefix: Path, *, via_link: bool) -> dict[str, str]:
    """Write the configuration and the folders beside it; the environment of the suite that goes with it."""
    password, key = secrets.token_hex(12), f"{uuid.uuid4()}:{secrets.token_hex(32)}"
    home = folder.resolve().parent
    shutil.copytree(GUIDE, folder)
    if not via_link:
        for file in DIRECT.glob("*.conf"):
            if file.name != "manager.conf":  # on loopback its user may do everything
                shutil.copy(file, folder)
        _changed(folder / "ringpost-key.conf", r"^userpwd=$", f"userpwd={key}")
        _changed(folder / "sorcery.conf", r"object_lifetime_stale=300", "object_lifetime_stale=1", times=3)
    for name in _FOLDERS.values():
        (home / name).mkdir(exist_ok=True)
    for name in ("spool/monitor", "keys/keys"):
        (home / name).mkdir(exist_ok=True)
    _directories(folder, home, prefix)
    for name in ("ringpost-link-globals.conf", "ringpost-link-extconfig.conf"):
        _changed(folder / name, r"https?://[a-z0-9.:]+", f"http://{LISTEN}", times=5 if "ext" in name else 1)
    _changed(folder / "extensions.conf", r"^RP_MONITOR=.*", f"RP_MONITOR={home}/spool/monitor")
    _changed(folder / "manager.conf", r"^port=5038", f"port={_port(AMI)}")
    _changed(folder / "ringpost-secret.conf", r"^secret=$", f"secret={password}")
    _changed(folder / "asterisk.conf", r"^systemname=.*", "systemname=live")
    _changed(folder / "pjsip.conf", r"^bind=.*", f"bind={PHONES}")
    # A FreeSWITCH may be beside it.
    _changed(folder / "rtp.conf", r"^rtpstart=.*", "rtpstart=40000")
    _changed(folder / "rtp.conf", r"^rtpend=.*", "rtpend=48000")
    _trunk(folder / "pjsip.conf")
    return {
        "ASTERISK_AMI": AMI,
        "ASTERISK_PASSWORD": password,
        "ASTERISK_SIP": PHONES,
        "ASTERISK_TRUNK": PHONES,
        "ASTERISK_PROVIDER": PROVIDER,
        "ASTERISK_KEY": key,
        "ASTERISK_VIA": "link" if via_link else "direct",
        "ASTERISK_LOG": str(home / "log" / "messages"),
        "ASTERISK_CONF": str(folder.resolve() / "asterisk.conf"),
        "ASTERISK_PROGRAM": str(prefix / "sbin" / "asterisk"),
        "ASTERISK_SPOOL": str(home / "spool"),
        "RINGPOST_LISTEN": LISTEN,
        "RINGPOST_ELSEWHERE": ELSEWHERE,
    }


def _directories(folder: Path, home: Path, prefix: Path) -> None:
    ours = {"astetcdir": folder.resolve(), **{name: home / place for name, place in _FOLDERS.items()}}
    var = prefix / "var" / "lib" / "asterisk"
    theirs = {"astmoddir": prefix / "lib" / "asterisk" / "modules", "astvarlibdir": var, "astdatadir": var}
    lines = [f"{name} => {place}" for name, place in {**ours, **theirs}.items()]
    file = folder / "asterisk.conf"
    file.write_text("\n".join(["[directories]", *lines, file.read_text()]))


def _trunk(file: Path) -> None:
    """The guide's trunk is there as a comment."""
    before, found, trunk = file.read_text().partition(";[trunk]")
    lines = (found + trunk).splitlines()
    file.write_text(before + "\n".join(line.removeprefix(";") for line in lines) + "\n")
    _changed(file, r"^contact=.*", f"contact=sip:{PROVIDER}")
    _changed(file, r"^match=.*", f"match={OUTSIDE}")
    _changed(file, r"^username=$", "username=ringpost")
    _changed(file, r"^password=$", f"password={secrets.token_hex(8)}")


def _port(address: str) -> str:
    return address.rpartition(":")[2]


def _changed(file: Path, pattern: str, value: str, times: int = 1) -> None:
    text, changed = re.subn(pattern, value, file.read_text(), flags=re.MULTILINE)
    if changed != times:
        raise SystemExit(f"{file}: {pattern} is there {changed} times")
    file.write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the guide's configuration of an Asterisk for the live suite.")
    parser.add_argument("folder", type=Path, help="a folder that is not there yet; others come beside it")
    parser.add_argument("--prefix", type=Path, default=Path("/usr"), help="where Asterisk is installed: /usr")
    parser.add_argument(
        "--direct", action="store_true", help="it asks Ringpost itself, and is spoken to without a link"
    )
    asked = parser.parse_args()
    for name, value in write(asked.folder, asked.prefix, via_link=not asked.direct).items():
        sys.stdout.write(f"export {name}={value}\n")


if __name__ == "__main__":
    main()
