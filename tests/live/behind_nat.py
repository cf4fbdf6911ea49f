"""The live suite with the switch behind NAT: ``python -m tests.live.behind_nat -- PYTEST ARGUMENTS``, as root.

Three network namespaces: an office with switch, link and phones; a router that lets the office out, as one address,
and nobody in; and where Ringpost is. It starts the switch itself, and leaves nothing behind.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.live import configuration
from tests.live.patience import eventually
from tests.live.phones import Process

OFFICE, ROUTER, CLOUD = "10.0.16.2", "198.51.100.1", "198.51.100.2"
"""The switch's address, the one by which the office is known outside, and Ringpost's."""
_GATEWAY = "10.0.16.1"
_PORT = "3200"
_NAMES = ("office", "router", "cloud")
_ONE_WAY = """
table inet one_way {
    chain out { type nat hook postrouting priority srcnat; policy accept;
        oifname "wan" masquerade
    }
    chain through { type filter hook forward priority filter; policy drop;
        ct state established,related accept
        iifname "lan" accept
    }
    chain here { type filter hook input priority filter; policy drop; }
}
"""


def missing() -> str:
    """What is not here that this needs; empty if nothing is."""
    absent = [name for name in ("ip", "nft", "baresip", "sipp") if shutil.which(name) is None]
    if os.geteuid() != 0:
        absent.append("root's rights")
    return ", ".join(absent)


@contextmanager
def namespaces(prefix: str) -> Iterator[dict[str, str]]:
    """The three networks, by what they are; whoever is in the cloud has not even a route to the office."""
    named = {name: f"{prefix}-{name}" for name in _NAMES}
    try:
        for name in named.values():
            _run("ip", "netns", "add", name)
            _run("ip", "-n", name, "link", "set", "lo", "up")
        _cable(named, ("office", "lan", OFFICE), ("router", "lan", _GATEWAY))
        _cable(named, ("router", "wan", ROUTER), ("cloud", "wan", CLOUD))
        _run("ip", "-n", named["office"], "route", "add", "default", "via", _GATEWAY)
        _run(*within(named["router"]), "sysctl", "-qw", "net.ipv4.ip_forward=1")
        _run(*within(named["router"]), "nft", "-f", "-", told=_ONE_WAY)
        yield named
    finally:
        for name in named.values():
            _end(name)


def _end(namespace: str) -> None:
    """Take a network away, with whatever a suite that was broken off has left there."""
    left = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False)
    for process in map(int, left.stdout.split()):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    subprocess.run(["ip", "netns", "delete", namespace], capture_output=True, check=False)


def within(namespace: str) -> list[str]:
    """What is put before a command that is to run there."""
    return ["ip", "netns", "exec", namespace]


def _cable(named: Mapping[str, str], *ends: tuple[str, str, str]) -> None:
    (one, its, _), (other, others, _) = ends
    _run("ip", "link", "add", its, "netns", named[one], "type", "veth", "peer", "name", others, "netns", named[other])
    for where, name, address in ends:
        _run("ip", "-n", named[where], "address", "add", f"{address}/24", "dev", name)
        _run("ip", "-n", named[where], "link", "set", name, "up")


def _run(*command: str, told: str | None = None) -> None:
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")


@contextmanager
def switch(program: str, folder: Path, before: list[str]) -> Iterator[None]:
    """A FreeSWITCH that has the configuration in that folder."""
    places = ("log", "db", "run", "storage", "recordings", "temp", "cache")
    for name in places:
        (folder / name).mkdir()
    where = [word for name in ("conf", *places) for word in (f"-{name}", str(folder / name))]
    process = Process([*before, program, "-nf", "-nc", "-nonat", "-np", *where], folder / "run")
    ready = [*before, "ss", "-Hltun", "sport", "=", f":{configuration.PHONES}"]
    try:
        eventually(
            lambda: subprocess.run(ready, capture_output=True, check=True).stdout or not process.is_running,
            "the switch starts",
            60,
        )
        if not process.is_running:
            raise SystemExit(f"the switch does not start: {process.said()[-2000:]}")
        yield
    finally:
        process.stop(30)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the live suite with the switch behind NAT.")
    parser.add_argument("--freeswitch", default="freeswitch", help="the program")
    parser.add_argument("--languages", type=Path, default=Path("/etc/freeswitch/lang"), help="its lang folder")
    parser.add_argument("--modules", type=Path, help="its mod folder, if mod_opus may not be there")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest")
    asked = parser.parse_args()
    absent = missing() or ("" if shutil.which(asked.freeswitch) else asked.freeswitch)
    if absent:
        raise SystemExit(f"not here: {absent}. docs/freeswitch.md says what the suite behind NAT needs")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ringpost-nat-")))
        written = configuration.write(folder / "conf", languages=asked.languages, modules=asked.modules, address=OFFICE)
        named = stack.enter_context(namespaces(f"ringpost-{os.getpid()}"))
        stack.enter_context(switch(asked.freeswitch, folder, within(named["office"])))
        environment = {
            **os.environ,
            **written,
            "FREESWITCH_VIA": "link",
            "RINGPOST_ELSEWHERE": f"{CLOUD}:{_PORT}",
            "RINGPOST_NAMESPACE": named["cloud"],
        }
        command = [*within(named["office"]), sys.executable, "-m", "pytest", "-m", "live", *asked.pytest]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
