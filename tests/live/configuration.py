"""The guide's configuration with addresses of this machine: ``python -m tests.live.configuration DIR``.

Only values of vars.xml and of the trunk change. Prints what the live suite has to know, as ``export`` lines.
"""

import argparse
import re
import secrets
import shutil
import sys
import uuid
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "freeswitch"
HOST = "127.0.0.1"
RINGPOST, ESL, PHONES, TRUNK, PROVIDER = (f"{HOST}:{port}" for port in (3200, 8122, 5162, 5182, 5190))


def write(folder: Path, *, languages: Path | None = None, modules: Path | None = None) -> dict[str, str]:
    """Write the configuration; the environment of the suite that goes with it."""
    password, link_password = secrets.token_hex(12), secrets.token_hex(12)
    key = f"{uuid.uuid4()}:{secrets.token_hex(32)}"
    shutil.copytree(GUIDE, folder)
    _rewrite(
        folder / "vars.xml",
        ringpost_url=f"http://{RINGPOST}",
        ringpost_key=key,
        esl_password=password,
        link_password=link_password,
        esl_address=HOST,
        esl_clients="127.0.0.0/8",
        sip_address=HOST,
        sip_providers="127.0.0.0/8",
        sip_port=_port(PHONES),
        trunk_port=_port(TRUNK),
        esl_port=_port(ESL),
        codecs="PCMU,PCMA",
    )
    trunk = folder / "sip_profiles" / "external" / "trunk.xml"
    trunk.write_text(trunk.read_text().replace("sip.provider.example.net", PROVIDER))
    if modules is not None and not (modules / "mod_opus.so").exists():
        listed = folder / "autoload_configs" / "modules.conf.xml"
        listed.write_text(re.sub(r".*mod_opus.*\n", "", listed.read_text()))
    if languages is not None:
        shutil.copytree(languages, folder / "lang")
        zones = languages.parent / "autoload_configs" / "timezones.conf.xml"
        if zones.exists():
            shutil.copy(zones, folder / "autoload_configs")
    return {
        "FREESWITCH_ESL": ESL,
        "FREESWITCH_PASSWORD": password,
        "FREESWITCH_LINK_PASSWORD": link_password,
        "FREESWITCH_SIP": PHONES,
        "FREESWITCH_TRUNK": TRUNK,
        "FREESWITCH_PROVIDER": PROVIDER,
        "FREESWITCH_KEY": key,
        "RINGPOST_LISTEN": RINGPOST,
    }


def _port(address: str) -> str:
    return address.rpartition(":")[2]


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
        "--languages", type=Path, help="FreeSWITCH's own lang folder: voicemail's phrases; and time zones"
    )
    parser.add_argument("--modules", type=Path, help="FreeSWITCH's mod folder: mod_opus is left out if it is not there")
    asked = parser.parse_args()
    for name, value in write(asked.folder, languages=asked.languages, modules=asked.modules).items():
        sys.stdout.write(f"export {name}={value}\n")


if __name__ == "__main__":
    main()
