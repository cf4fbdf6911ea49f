"""What is served as the page: what its packages hold, of sound types, with words for everything, and small."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ringpost.entry.operators_page import OperatorsPage
from tests.console.serving import ROOT

pytestmark = [pytest.mark.console, pytest.mark.smoke]

CONSOLE, HERE = ROOT / "console", Path(__file__).parent
OURS = sorted(path for path in CONSOLE.rglob("*.js") if "vendor" not in path.parts)
VENDORED = {
    "preact.js": ("preact", "dist/preact.mjs"),
    "preact.LICENSE.txt": ("preact", "LICENSE"),
    "htm.js": ("htm", "dist/htm.module.js"),
    "htm.LICENSE.txt": ("htm", "LICENSE"),
}
"""By its name in ``vendor/``: the package, and the file in it. The lock file says which version, and its hash."""
MOST_LINES = 300


def ran(*command: str | Path, within: Path = ROOT) -> None:
    done = subprocess.run(
        [str(one) for one in command], cwd=within, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_vendored_file_is_what_its_package_holds(tools: Path) -> None:
    assert {path.name for path in (CONSOLE / "vendor").iterdir()} == set(VENDORED)
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    for name, (package, file) in VENDORED.items():
        assert (CONSOLE / "vendor" / name).read_bytes() == (tools / package / file).read_bytes(), name
        assert locked[f"node_modules/{package}"]["integrity"].startswith("sha512-"), package
        installed = json.loads((tools / package / "package.json").read_text())["version"]
        assert locked[f"node_modules/{package}"]["version"] == installed


def test_its_types_are_sound(tools: Path, tmp_path: Path) -> None:
    shutil.copytree(CONSOLE, tmp_path / "console", ignore=shutil.ignore_patterns("vendor"))
    shutil.copytree(HERE / "types/vendor", tmp_path / "console/vendor")
    shutil.copy(HERE / "tsconfig.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(tools)
    ran(tools / ".bin/tsc", "-p", tmp_path, within=tmp_path)


def test_what_needs_no_browser_holds_without_one() -> None:
    ran("node", "--test", *sorted((HERE / "model").glob("*.test.js")))


def test_everything_that_is_said_has_words_in_every_language() -> None:
    texts = {
        path.stem: set(re.findall(r'"([\w.-]+)": "', path.read_text())) for path in (CONSOLE / "texts").glob("*.js")
    }
    assert len(texts) == 2
    assert texts["en"] == texts["de"]
    code = "\n".join(path.read_text() for path in OURS if path.parent.name != "texts")
    said = set(re.findall(r'\bt\("([\w.-]+)"', code)) | set(re.findall(r'"(keys\.\w+)"', code))
    assert said - texts["en"] == set()
    beginnings = [one.split("${")[0] for one in re.findall(r"\bt\(`([^`]+)`", code)]
    asked = {one for one in texts["en"] if any(one.startswith(beginning) for beginning in beginnings)}
    chosen = set(re.findall(r'"([\w.-]+)"', code))
    assert texts["en"] - said - asked - chosen - {"language.name"} == set(), "nobody says these"


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_a_file_is_short_and_puts_no_text_into_the_page_as_html(path: Path) -> None:
    code = path.read_text()
    assert len(code.splitlines()) <= MOST_LINES
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerously|\beval\b|new Function", code
    )


class Inline(HTMLParser):
    """Looks for what a strict policy refuses."""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = dict(attributes)
        assert tag != "style"
        assert tag != "script" or names.get("src")
        assert not any(name == "style" or name.startswith("on") for name in names), names


def test_nothing_is_inline() -> None:
    Inline().feed((CONSOLE / "index.html").read_text())


def test_all_of_it_is_small() -> None:
    page = OperatorsPage(CONSOLE)
    sent = sum(len(file.packed or file.body) for file in page._files.values())
    assert sent < 150_000
