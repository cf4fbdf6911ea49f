"""INIT is measured in packages as Lambda gets them, or not at all."""

import sys
from pathlib import Path

import pytest

from benchmarks import starts


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of one module, with this interpreter's bytecode."""
    module = tmp_path / "built" / "ringpost" / "clock.py"
    bytecode = module.parent / "__pycache__" / f"clock.{sys.implementation.cache_tag}.pyc"
    bytecode.parent.mkdir(parents=True)
    module.touch()
    bytecode.touch()
    return tmp_path / "built"


@pytest.mark.parametrize("missing", ["RINGPOST_PACKAGE", "RINGPOST_PEERS"])
def test_says_what_to_do_where_a_package_is_not_built(
    missing: str, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RINGPOST_PACKAGE", "RINGPOST_PEERS"):
        monkeypatch.setenv(name, str(package))
    monkeypatch.delenv(missing)
    (line,) = starts.lines()
    assert "run `make bench`" in line.ours
    assert line.met is None


def test_a_package_without_this_interpreters_bytecode_is_not_measured(package: Path) -> None:
    assert starts.is_compiled(package)
    (bytecode,) = package.rglob("*.pyc")
    bytecode.rename(bytecode.with_name("clock.cpython-399.pyc"))
    assert not starts.is_compiled(package)


def test_what_was_shipped_before_is_the_same_without_bytecode(package: Path) -> None:
    with starts.as_it_was(package) as before:
        assert [file.name for file in before.rglob("*") if file.is_file()] == ["clock.py"]
    assert not before.exists()
    assert starts.is_compiled(package)
