"""What ``ringpost link --install`` has systemd run."""

import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from ringpost.entry.cli.main import main
from ringpost.link import installing
from ringpost.switch.kinds import kinds

SECRET = 'rp_a$b"c`d\\e f#g'
VARIABLES = {
    "RINGPOST_URL": "https://api.example.net",
    "RINGPOST_TOKEN": SECRET,
    "RINGPOST_ESL_PASSWORD": "listens",
    "RINGPOST_COMMANDS_PASSWORD": "commands",
}
UNIT, XML = installing.UNIT, "freeswitch/ringpost-link.xml"
PROGRAM = "/usr/local/bin/ringpost-link"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for /etc."""
    monkeypatch.setattr("sys.argv", [PROGRAM])
    etc = tmp_path / "etc"
    etc.mkdir()
    return etc


def link(*words: str, **variables: str | None) -> Result:
    command = ["link", "--switch", "pbx1", "--install", *words]
    return CliRunner().invoke(main, command, env={**VARIABLES, **variables})


def options(unit: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"(?m)^(\w+)=(.*)$", unit):
        found.setdefault(name, []).append(value)
    return found


def read_as_systemd_does(text: str) -> dict[str, str]:
    """An environment file: in double quotes a backslash is taken off in front of four characters."""
    found = re.findall(r'(?m)^(\w+)="((?:[^"\\]|\\.)*)"$', text)
    assert len(found) == len(text.splitlines())
    return {name: re.sub(r'\\(["\\$`])', r"\1", value) for name, value in found}


def test_writes_a_unit_its_secrets_and_what_the_switch_is_told(installed: Path) -> None:
    done = link("--user", "link@ringpost.internal", "--listen", "127.0.0.1:3100", "--write", str(installed))
    assert done.exit_code == 0, done.output
    unit = options((installed / UNIT).read_text())
    command = f"{PROGRAM} link --switch pbx1 --user link@ringpost.internal --listen 127.0.0.1:3100"
    assert unit["ExecStart"] == [command]
    assert unit["EnvironmentFile"] == ["/etc/ringpost-link"]
    secrets = installed / "ringpost-link"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert read_as_systemd_does(secrets.read_text()) == {
        name: value for name, value in VARIABLES.items() if name != "RINGPOST_COMMANDS_PASSWORD"
    }
    assert 'data="ringpost_url=http://127.0.0.1:3100"' in (installed / XML).read_text()


def test_the_unit_is_hardened(installed: Path) -> None:
    link("--write", str(installed))
    unit = options((installed / UNIT).read_text())
    assert (
        unit.items()
        >= {
            "DynamicUser": ["yes"],
            "StateDirectory": ["ringpost-link"],
            "ProtectSystem": ["strict"],
            "ProtectHome": ["yes"],
            "PrivateTmp": ["yes"],
            "NoNewPrivileges": ["yes"],
            "CapabilityBoundingSet": [""],
            "MemoryDenyWriteExecute": ["yes"],
            "RestrictAddressFamilies": ["AF_INET AF_INET6 AF_UNIX"],
            "SystemCallFilter": ["@system-service", "~@privileged @resources"],
        }.items()
    )


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here to say what it thinks of it")
def test_systemd_takes_the_unit_and_finds_little_exposed(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = installed.parent / "ringpost-link"
    monkeypatch.setattr(installing, "_HIDDEN", ())
    monkeypatch.setattr("sys.argv", [str(program)])
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    recordings = installed.parent / "free switch" / "100%$HOME"
    assert link("--recordings", str(recordings), "--write", str(installed)).exit_code == 0
    unit = str(installed / UNIT)
    verified = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout


def test_prints_all_but_what_is_secret(installed: Path) -> None:
    done = link("--listen", "127.0.0.1:3100", "--user", "link@ringpost.internal")
    assert done.exit_code == 0
    for place in (UNIT, "ringpost-link", XML):
        assert f"# /etc/{place}" in done.stdout
    assert SECRET not in done.output
    assert "listens" not in done.stdout
    assert list(installed.iterdir()) == []


def test_a_file_that_differs_stays_and_then_nothing_is_written(installed: Path) -> None:
    (installed / "ringpost-link").write_text("RINGPOST_TOKEN=another\n")
    refused = link("--write", str(installed))
    assert refused.exit_code == 1
    assert str(installed / "ringpost-link") in refused.output
    assert not (installed / UNIT).exists()
    assert (installed / "ringpost-link").read_text() == "RINGPOST_TOKEN=another\n"
    forced = link("--write", str(installed), "--force")
    assert forced.exit_code == 0
    assert (installed / UNIT).exists()
    assert stat.S_IMODE((installed / "ringpost-link").stat().st_mode) == 0o600


def test_what_is_there_already_is_no_mistake(installed: Path) -> None:
    assert link("--write", str(installed)).exit_code == 0
    assert link("--write", str(installed)).exit_code == 0
    assert sorted(one.name for one in installed.iterdir()) == ["ringpost-link", "systemd"]


@pytest.mark.parametrize("missing", ["RINGPOST_TOKEN", "RINGPOST_ESL_PASSWORD"])
def test_nothing_is_written_without_what_the_link_needs(installed: Path, missing: str) -> None:
    refused = link("--write", str(installed), **{missing: None})
    assert refused.exit_code == 2
    assert missing in refused.output
    assert list(installed.iterdir()) == []


def test_a_program_that_the_unit_does_not_see_is_refused(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/home/somebody/ringpost-link.pyz"])
    refused = link("--write", str(installed))
    assert refused.exit_code == 1
    assert "/usr/local/bin" in refused.output


@pytest.mark.parametrize("odd", ["a\nExecStartPre=/bin/sh", "a\0b", "a\u2028b", "a\rb"])
def test_no_line_is_smuggled_into_a_file(installed: Path, odd: str) -> None:
    with pytest.raises(ValueError, match="character that no file of systemd can have"):
        installing.files(odd, "freeswitch.service", [PROGRAM, "--switch", odd], {}, {}, None)
    with pytest.raises(ValueError, match="character that no file of systemd can have"):
        installing.files("pbx1", "freeswitch.service", [PROGRAM], {"RINGPOST_TOKEN": odd}, {}, None)


@pytest.mark.parametrize("words", [["--write", "/tmp"], ["--install", "--force"], ["--install", "--doctor"]])
def test_options_that_do_not_go_together_are_refused(words: list[str]) -> None:
    done = CliRunner().invoke(main, ["link", "--switch", "pbx1", *words], env=VARIABLES)
    assert done.exit_code == 2


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=["Cc", "Zl", "Zp", "Zs", "Cf"])))
def test_a_secret_is_read_as_it_was(secret: str) -> None:
    wanted = installing.files("pbx1", "freeswitch.service", [PROGRAM], {"RINGPOST_TOKEN": secret}, {}, None)
    assert read_as_systemd_does(wanted[1].text) == {"RINGPOST_TOKEN": secret}


def test_an_event_socket_elsewhere_stays_where_it_is() -> None:
    told = kinds()["freeswitch"].pointing("http://127.0.0.1:3100", "192.0.2.10")[XML]
    assert "esl_address" not in told
    assert 'data="ringpost_url=http://127.0.0.1:3100"' in told


def test_a_switch_that_asks_nobody_is_told_nothing() -> None:
    assert kinds()["sandbox"].pointing("http://127.0.0.1:3100", "127.0.0.1") == {}
