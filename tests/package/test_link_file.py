"""The link's file, as a switch's machine runs it: with a Python, and nothing of this checkout."""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ringpost import __version__
from ringpost.entry.console import console
from ringpost.live.commands import KnownLinks
from ringpost.services.tenants import switches
from tests.live_connections.test_on_the_local_server import Running, at_work
from tests.package.emulator import needed
from tests.switch.freeswitch.scripted import PASSWORD, ScriptedFreeSwitch
from tests.webhooks.receivers import until

pytestmark = pytest.mark.package

MOST_BYTES = 24 << 20
"""Eight compiled pydantic-cores, at 2 MB each, and the rest."""
SCOPES = ("switch.event", "switch.link")


class LinkFile:
    """The file, run in a folder of its own, so that it is unpacked anew."""

    def __init__(self, folder: Path) -> None:
        self.path, self.folder = needed("RINGPOST_LINK"), folder

    def environment(self, **more: str) -> dict[str, str]:
        own = {"SHIV_ROOT": str(self.folder / "cache"), "RINGPOST_DATA": str(self.folder / "data")}
        return {"PATH": os.defpath, **own, **more}

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(self.path), *words]
        return subprocess.run(
            command, env=self.environment(**variables), cwd=self.folder, capture_output=True, text=True, check=False
        )

    @contextmanager
    def at_work(self, *words: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / "log").open("wb") as log:
            command = [sys.executable, "-I", str(self.path), *words]
            process = subprocess.Popen(
                command, env=self.environment(**variables), cwd=self.folder, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with at_work(tmp_path) as server:
        yield server


@pytest.fixture
def file(tmp_path: Path) -> LinkFile:
    folder = tmp_path / "beside"
    folder.mkdir()
    return LinkFile(folder)


def test_its_checksum_is_beside_it(file: LinkFile) -> None:
    told, _, name = file.path.with_name(f"{file.path.name}.sha256").read_text().strip().partition("  ")
    assert (told, name) == (hashlib.sha256(file.path.read_bytes()).hexdigest(), f"ringpost-link-{__version__}.pyz")


def test_it_is_no_larger_than_it_has_to_be(file: LinkFile) -> None:
    size = file.path.stat().st_size
    sys.stdout.write(f"{file.path.name}: {size / 1e6:.1f} MB\n")
    assert size < MOST_BYTES


def test_it_says_its_release_and_how_it_is_used(file: LinkFile) -> None:
    assert __version__ in file.run("--version").stdout
    told = file.run("--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert "--doctor" in told.stdout
    assert file.run().returncode == 2


def test_it_knows_nothing_of_aws_or_of_what_is_behind_the_endpoint() -> None:
    with zipfile.ZipFile(needed("RINGPOST_LINK")) as packed:
        names = {name.removeprefix("site-packages/") for name in packed.namelist()}
    folders = {name.partition("/")[0] for name in names}
    assert not folders & {"boto3", "botocore", "pydynox", "aws_lambda_powertools", "uvicorn", "moto", "actions"}
    behind = ("store", "services", "dispatch", "auth", "webhooks")
    assert not [name for name in names if name.startswith(tuple(f"ringpost/{one}/" for one in behind))]


def test_all_that_is_in_it_is_there_with_what_it_needs(file: LinkFile) -> None:
    """A module that is imported late is found out here, and not on a switch."""
    script = (
        "import importlib, pkgutil, ringpost\n"
        "for found in pkgutil.walk_packages(ringpost.__path__, 'ringpost.'):\n"
        "    importlib.import_module(found.name)\n"
        "    print(found.name)\n"
    )
    done = file.run("-c", script, SHIV_INTERPRETER="1")
    assert done.returncode == 0, done.stderr
    assert "ringpost.link.examining" in done.stdout
    assert "ringpost.switch.freeswitch.driver" in done.stdout


def test_it_runs_where_no_memory_may_be_written_and_executed(file: LinkFile) -> None:
    """As its unit has it: MemoryDenyWriteExecute."""
    script = (
        "import ctypes, runpy, sys\n"
        "if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0): sys.exit(77)\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, str(file.path), "--version"],
        env=file.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 77:
        pytest.skip("this kernel has no PR_SET_MDWE")
    assert (done.returncode, done.stderr) == (0, "")


def test_an_upgrade_takes_the_place_of_what_was_unpacked(file: LinkFile, tmp_path: Path) -> None:
    """The same name with another content: what was unpacked before is not run any more."""
    place = tmp_path / "ringpost-link"
    place.write_bytes(file.path.read_bytes())
    command, cache = [sys.executable, "-I", str(place), "--version"], file.folder / "cache"
    assert subprocess.run(command, env=file.environment(), check=False).returncode == 0
    [before] = [one for one in cache.iterdir() if one.is_dir()]
    _marked_newer(file.path, place)
    told = subprocess.run(command, env=file.environment(), capture_output=True, text=True, check=False).stdout
    assert "9.9.9" in told
    assert before.is_dir()


def _marked_newer(path: Path, place: Path) -> None:
    """The file as a later release would be made: with another version, and so with another build's name."""
    with zipfile.ZipFile(path) as packed, place.open("wb") as fresh:
        fresh.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as made:
            for one in packed.infolist():
                content = packed.read(one)
                if one.filename == "site-packages/ringpost/__init__.py":
                    content = content.replace(__version__.encode(), b"9.9.9")
                if one.filename == "environment.json":
                    content = content.replace(b'"build_id": "', b'"build_id": "newer')
                made.writestr(one, content)


def test_it_is_the_link_of_a_switch(file: LinkFile, running: Running) -> None:
    running.client().done("switch-create", {"name": "pbx1", "kind": "freeswitch", "via": "link"})
    key = running.token(*SCOPES, switch="pbx1")
    context = console(running.store, running.clock, "test")
    pbx1 = switches.named(context, "pbx1")
    links = KnownLinks(running.store, running.clock)
    with ScriptedFreeSwitch() as server:
        at = f"{server.host}:{server.port}"
        variables = {"RINGPOST_URL": running.url, "RINGPOST_TOKEN": key, "RINGPOST_ESL_PASSWORD": PASSWORD}
        server.answers |= {"show": "{}", "sofia": "", "global_getvar": "/var/lib/freeswitch/recordings"}
        with file.at_work("--switch", "pbx1", "--esl", at, **variables):
            until(lambda: links.state(pbx1).connected)
            assert links.state(pbx1).version == __version__
            assert running.client().done("switch-status", {"switch": "pbx1"})["link"]["connected"]
    assert b"Stopped." in (file.folder / "log").read_bytes()
