"""The package's bytecode: what `make bytecode`, the last step of `sam build`, makes of a folder with modules."""

import importlib.util
import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.package.compiled import CompiledModule, compiled

_ROOT = Path(__file__).parents[2]
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
NOBODYS = "3.99"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package with a module in it, and one in a folder of that."""
    made = tmp_path / "with a space"
    (made / "inner").mkdir(parents=True)
    (made / "outer.py").write_text("def where():\n    raise LookupError\n")
    (made / "inner" / "__init__.py").write_text("assert __name__, 'kept'\n")
    return made


def built(folder: Path, **said: str) -> str:
    """What make says, on standard output: sam shows no other."""
    variables = [f"{name}={value}" for name, value in {"ARTIFACTS_DIR": str(folder), **said}.items()]
    command = ["make", "--no-print-directory", "-f", "package.mk", "bytecode", *variables]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder.parent / "elsewhere"), "PYTHONOPTIMIZE": "2"}
    return subprocess.run(command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def interpreter(folder: Path, name: str, says: str) -> Path:
    """One that is asked for its version: a script."""
    made = folder.parent / name
    made.write_text(f"#!/bin/sh\n{says}\n")
    made.chmod(0o755)
    return made


def is_compiled(folder: Path) -> bool:
    return {found.name for found in compiled(folder)} == {"outer.py", "inner/__init__.py"}


def test_all_modules_are_compiled_and_nothing_looks_at_their_sources_again(folder: Path) -> None:
    assert "NOT COMPILED" not in built(folder, LAMBDA_PYTHON=HERE, PYTHON=sys.executable)
    assert compiled(folder) == [
        CompiledModule("inner/__init__.py", importlib.util.MAGIC_NUMBER, 1, "/var/task/inner/__init__.py"),
        CompiledModule("outer.py", importlib.util.MAGIC_NUMBER, 1, "/var/task/outer.py"),
    ]
    assert (folder / "outer.py").exists()


def test_assertions_are_kept_whatever_the_machine_says(folder: Path) -> None:
    built(folder, LAMBDA_PYTHON=HERE, PYTHON=sys.executable)
    (file,) = (folder / "inner" / "__pycache__").iterdir()
    assert "opt" not in file.name
    assert "kept" in marshal.loads(file.read_bytes()[16:]).co_consts


def test_the_interpreter_may_be_handed_in(folder: Path) -> None:
    said = built(folder, LAMBDA_PYTHON=HERE, PYTHON="no-such-python", BYTECODE_PYTHON=sys.executable)
    assert "NOT COMPILED" not in said
    assert is_compiled(folder)


def test_the_interpreter_may_be_on_the_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = interpreter(folder, f"python{HERE}", f'exec "{sys.executable}" "$@"')
    monkeypatch.setenv("PATH", f"{found.parent}{os.pathsep}{os.environ['PATH']}")
    assert "NOT COMPILED" not in built(folder, LAMBDA_PYTHON=HERE, PYTHON="no-such-python")
    assert is_compiled(folder)


@pytest.mark.parametrize("handed_in", ["", "no-such-python", sys.executable], ids=["none", "absent", "another"])
def test_without_the_functions_interpreter_that_is_said_loudly_and_what_it_costs(folder: Path, handed_in: str) -> None:
    said = built(folder, LAMBDA_PYTHON=NOBODYS, PYTHON=sys.executable, BYTECODE_PYTHON=handed_in)
    assert f"NOT COMPILED: there is no CPython {NOBODYS}" in said
    assert "twice as long" in said
    assert f"BYTECODE_PYTHON=/path/to/python{NOBODYS} sam build" in said
    assert compiled(folder) == []


def test_a_wrapper_that_has_no_such_version_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pyenv's are: on PATH under every name, and 127 for a version that is not chosen."""
    wrapper = interpreter(folder, f"python{NOBODYS}", "echo 'command not found' >&2; exit 127")
    monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")
    assert "NOT COMPILED" in built(folder, LAMBDA_PYTHON=NOBODYS, PYTHON=sys.executable)


def test_a_module_that_cannot_be_compiled_stops_the_build(folder: Path) -> None:
    (folder / "broken.py").write_text("def\n")
    with pytest.raises(subprocess.CalledProcessError):
        built(folder, LAMBDA_PYTHON=HERE, PYTHON=sys.executable)
