"""The guide's configuration with addresses of this machine: ``python -m tests.live.configuration DIR``.

Only values of vars.xml and of the trunk change. Prints what the live suite has to know, as ``export`` lines.
"""

import argparse
import re
import secrets
import shutil
import sys
import uuid
from ipaddress import ip_address, ip_network
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "freeswitch"
HERE = "127.0.0.1"
RINGPOST = f"{HERE}:3200"
ESL, PHONES, TRUNK, PROVIDER = 8122, 5162, 5182, 5190
"""Ports of the switch, and of the provider."""


def write(
    folder: Path,
    *,
    address: str = HERE,
    languages: Path | None = None,
    modules: Path | None = None,
    log: Path | None = None,
) -> dict[str, str]:
    """Write the configuration of a switch at that address; the environment of the suite that goes with it."""
    password, link_password = secrets.token_hex(12), secrets.token_hex(12)
    key = f"{uuid.uuid4()}:{secrets.token_hex(32)}"
    shutil.copytree(GUIDE, folder)
    _rewrite(
        folder / "vars.xml",
        ringpost_url=f"http://{RINGPOST}",
        ringpost_key=key,
        esl_password=password,
        link_password=link_password,
        esl_address=address,
        esl_clients=_network(address),
        sip_address=address,
        sip_providers=_network(address),
        sip_port=str(PHONES),
        trunk_port=str(TRUNK),
        esl_port=str(ESL),
        codecs="PCMU,PCMA",
    )
    trunk = folder / "sip_profiles" / "external" / "trunk.xml"
    trunk.write_text(trunk.read_text().replace("sip.provider.example.net", f"{address}:{PROVIDER}"))
    if modules is not None and not (modules / "mod_opus.so").exists():
        listed = folder / "autoload_configs" / "modules.conf.xml"
        listed.write_text(re.sub(r".*mod_opus.*\n", "", listed.read_text()))
    if languages is not None:
        shutil.copytree(languages, folder / "lang")
        for own in ("mime.types", "autoload_configs/timezones.conf.xml"):
            shutil.copy(languages.parent / own, folder / own)
    return {
        "FREESWITCH_ESL": f"{address}:{ESL}",
        "FREESWITCH_PASSWORD": password,
        "FREESWITCH_LINK_PASSWORD": link_password,
        "FREESWITCH_SIP": f"{address}:{PHONES}",
        "FREESWITCH_TRUNK": f"{address}:{TRUNK}",
        "FREESWITCH_PROVIDER": f"{address}:{PROVIDER}",
        "FREESWITCH_KEY": key,
        "FREESWITCH_LOG": str((log or folder.parent / "log").resolve() / "freeswitch.log"),
        "RINGPOST_LISTEN": RINGPOST,
    }


def _network(address: str) -> str:
    """The addresses that are as near as that one."""
    return str(ip_network(f"{address}/{8 if ip_address(address).is_loopback else 24}", strict=False))


def _rewrite(file: Path, **values: str) -> None:
    text = file.read_text()
    for name, value in values.items():
        text, changed = re.subn(rf'(data="{name})=[^"]*"', rf'\1={value}"', text)
        if changed != 1:
            raise SystemExit(f"{file}: {name} is there {changed} times")
    file.write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the guide's configuration for the live suite.")
    parser.add_argument("folder", type=Path, help="a folder that is not there yet: FreeSWITCH's -conf")
    parser.add_argument(
        "--languages",
        type=Path,
        help="FreeSWITCH's own lang folder, for the phrases, and what else is taken from beside it",
    )
    parser.add_argument("--modules", type=Path, help="FreeSWITCH's mod folder: mod_opus is left out if it is not there")
    parser.add_argument("--log", type=Path, help="FreeSWITCH's -log, which the suite reads: log beside the folder")
    asked = parser.parse_args()
    written = write(asked.folder, languages=asked.languages, modules=asked.modules, log=asked.log)
    for name, value in written.items():
        sys.stdout.write(f"export {name}={value}\n")


if __name__ == "__main__":
    main()
