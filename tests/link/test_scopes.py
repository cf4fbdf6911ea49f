"""The scopes that docs/events.md gives a link's key are those of the actions that a link calls, and no others."""

import re
from pathlib import Path

from ringpost import link
from ringpost.auth.scopes import allows
from ringpost.switch import freeswitch
from tests.harness import CATALOGUE

PAGE = (Path(__file__).parents[2] / "docs/events.md").read_text().partition("\n## A link\n")[2].partition("\n## ")[0]
SOURCES = (*Path(link.__file__).parent.glob("*.py"), Path(freeswitch.__file__).with_name("standing.py"))
NAMED = {word for path in SOURCES for word in re.findall(r'"([a-z-]+)"', path.read_text())}
CALLED = {name.replace("-", ".") for name in NAMED & set(CATALOGUE.names())}
[BASE] = re.findall(r"--scope (\S+)", PAGE)
MORE = {
    words.partition("](")[0].rpartition("[")[2]: re.findall(r"`(.*?)`", scopes)
    for words, scopes in re.findall(r"^\| (\[?(?:does|stands).*?) \| (.*?) \|", PAGE, re.MULTILINE)
}


def test_every_action_of_a_link_is_in_the_scopes_of_what_it_does() -> None:
    assert CALLED
    assert {name for name in CALLED if allows([BASE], name)} == {"switch.event"}
    assert {name for name in CALLED if allows(MORE["`via=link`"], name)} == {"switch.link"}
    assert CALLED - {name for name in CALLED if allows(MORE["stands in"], name)} == {"switch.event", "switch.link"}


def test_no_scope_is_given_for_nothing() -> None:
    for scope in (BASE, *MORE["`via=link`"], *MORE["stands in"]):
        assert any(allows([scope], name) for name in CALLED), scope
