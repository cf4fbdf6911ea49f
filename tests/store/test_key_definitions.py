"""A key has one definition: a partition is declared once, in ``store/keys/``, and nobody puts one together by hand."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest

import actions
import ringpost
from ringpost.store import keys
from ringpost.store.keys import layout
from ringpost.store.keys.layout import DECLARED
from tests.store.test_old_keys import CALLS, CONSTANTS, EXAMPLES, PUBLIC, RECORDS, plain, record

SOURCES = [
    path
    for package in (actions, ringpost)
    for folder in package.__path__
    for path in sorted(Path(folder).rglob("*.py"))
    if path != Path(layout.__file__)
]
GIVEN: dict[str, list[list[Any]]] = {
    name: [[record(line)] if "model" in line else line["given"] for line in (*CALLS, *RECORDS) if line["name"] == name]
    for name in PUBLIC
}
KEYS = Path(keys.__file__).parent
NO_PARTITIONS = ("folded", "place", "CALL_SHARDS")
WORDS = tuple({pattern.partition("#")[0].partition("{")[0] + "#" for pattern in DECLARED} - {"#"} | {"operator#"})
"""How partitions begin."""
DECLARE = ("Partition", "PartitionWithin", "over_all", "in_domain", "within_domain", "by_uuid")
LOOK = ("startswith", "removeprefix", "partition", "split")
TAKE_IT = "take the partition that is there and give it a row of its own (`.row`, `.at`), or find another word"
_HOLE = re.compile(r"\{(\w+)\}")
_WITHOUT_SIGNS = ("domain", "uuid", "switch", "leg", "call", "usergroup", "day", "shard")
"""What these holes hold has no ``#``; a number, or what a switch calls one, may have."""


def shapes(pattern: str) -> list[list[str]]:
    """A pattern's words, ``{}`` for each hole; a home is a domain or the operator."""
    homes = ("domain#{domain}", "operator") if pattern.startswith("{home}") else ("",)
    return [_HOLE.sub("{}", pattern.replace("{home}", home)).split("#") for home in homes]


def may_be_one(one: str, other: str) -> bool:
    """Whether two patterns can make the same partition."""
    return any(
        len(left) == len(right) and all(a == b or "{}" in (a, b) for a, b in zip(left, right, strict=True))
        for left in shapes(one)
        for right in shapes(other)
    )


def makes(pattern: str, partition: str) -> bool:
    def hole(found: re.Match[str]) -> str:
        if found[1] == "home":
            return "(?:domain#[^#]+|operator)"
        return "[^#]+" if found[1] in _WITHOUT_SIGNS else ".*"

    return re.fullmatch(_HOLE.sub(hole, pattern), partition) is not None


def partitions(made: Any) -> Iterator[str]:
    """The partitions of what a line of the table made: a key, the name of a list, or a layout."""
    if isinstance(made, dict):
        for key in (made["truth"], *made["claims"], *made["copies"]):
            yield key[0]
    else:
        yield made[0] if isinstance(made, list) else made


def made_of(name: str, given: list[Any]) -> Any:
    try:
        return plain(getattr(keys, name)(*given))
    except (TypeError, ValueError, AttributeError):
        return None


def are_one(one: str, other: str) -> bool:
    """Whether two names make the same of all examples of both."""
    if one in CONSTANTS or other in CONSTANTS:
        return one in CONSTANTS and other in CONSTANTS and CONSTANTS[one] == CONSTANTS[other]
    return all(made_of(one, given) == made_of(other, given) is not None for given in (*GIVEN[one], *GIVEN[other]))


def by_hand(source: str, *, in_keys: bool) -> list[str]:
    """Where source makes a partition without taking a declared one, or declares one where it is not looked for."""
    tree = ast.parse(source)
    fine = {id(node) for node in _fine(tree, in_keys=in_keys)}
    return [ast.unparse(node) for node in ast.walk(tree) if id(node) not in fine and _makes_one(node, in_keys=in_keys)]


def _makes_one(node: ast.AST, *, in_keys: bool) -> bool:
    if isinstance(node, ast.Call) and _called(node) == "Key":
        first = next(iter([*node.args, *(word.value for word in node.keywords if word.arg == "partition")]), None)
        return isinstance(first, ast.Constant | ast.JoinedStr | ast.BinOp) or (
            isinstance(first, ast.Call) and not in_keys
        )
    if isinstance(node, ast.Call):
        return _called(node) in DECLARE
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(WORDS)


def _fine(tree: ast.Module, *, in_keys: bool) -> Iterator[ast.AST]:
    """Declarations at the top of a module of keys, whatever only looks at a partition, and what is said in prose."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in LOOK:
            for looked_at in node.args:
                yield from ast.walk(looked_at)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
    if in_keys:
        for top in tree.body:
            if isinstance(top, ast.Assign | ast.AnnAssign):
                yield from _declarations(top)


def _declarations(top: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(top):
        if isinstance(node, ast.Call) and _called(node) in DECLARE:
            yield from (node, *node.args)


def _called(call: ast.Call) -> str | None:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def test_a_partition_is_declared_once() -> None:
    twice = [f"{one} and {other}" for one, other in combinations(DECLARED, 2) if may_be_one(one, other)]
    assert not twice, f"one partition by two definitions in store/keys/: {', '.join(twice)}: {TAKE_IT}"


@pytest.mark.parametrize("name", [name for name in PUBLIC if name in EXAMPLES and name not in NO_PARTITIONS])
def test_what_is_made_is_of_one_declared_partition(name: str) -> None:
    made = [line["made"] for line in (*CALLS, *RECORDS) if line["name"] == name] or [CONSTANTS[name]]
    for partition in dict.fromkeys(chain.from_iterable(map(partitions, made))):
        found = [pattern for pattern in DECLARED if makes(pattern, partition)]
        assert len(found) == 1, f"keys.{name} makes {partition}, declared as {found}: declare it once, in store/keys/"


def test_no_two_names_make_the_same_key() -> None:
    twice = [f"keys.{one} and keys.{other}" for one, other in combinations(PUBLIC, 2) if are_one(one, other)]
    assert not twice, f"{', '.join(twice)} make the same: keep the one that is there"


@pytest.mark.parametrize("part", [path.stem for path in KEYS.glob("*.py") if path.stem not in ("__init__", "layout")])
def test_a_part_is_on_the_page_of_all(part: str) -> None:
    names = {name: value for name, value in vars(import_module(f"{keys.__name__}.{part}")).items() if name[0] != "_"}
    hidden = [name for name, value in names.items() if getattr(keys, name, None) is not value]
    assert not hidden, (
        f"{hidden} of {part} are not keys.{hidden[0]}: import the part in store/keys/__init__.py, or rename"
    )


@pytest.mark.often
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nobody_puts_a_key_together_by_hand(path: Path) -> None:
    found = by_hand(path.read_text(), in_keys=path.parent == KEYS)
    assert not found, f"{path} writes a partition by hand in {found}: {TAKE_IT}, in store/keys/"


@pytest.mark.parametrize(
    "written",
    [
        "Key(f'domain#{home}#user#{uuid}', 'user')",
        "Key(f'{home}#events', place)",
        "Key('domain#%s#user' % home, uuid)",
        "Key('domains', name)",
        "Key(partition=f'{home}#events', sort=place)",
        "store.Key(prefix + '#events', place)",
        "store.query(f'key#{uuid}')",
        "'domain#{}#users'.format(home)",
        "users = 'domain#' + home + '#users'",
        "'#'.join(('domain#', home))",
        "tuple.__new__(Key, (f'token#{uuid}', 'token'))",
        "Key(keys.users(home), place)",
        "Key(partition(domain_uuid), sort)",
    ],
)
def test_what_is_put_together_by_hand_is_found(written: str) -> None:
    assert by_hand(written, in_keys=False)


@pytest.mark.parametrize("written", ["Partition('domain#{domain}#users')", "in_domain('users')", "by_uuid('user')"])
def test_what_is_declared_elsewhere_is_found(written: str) -> None:
    assert by_hand(written, in_keys=False)
    assert by_hand(f"def users():\n    return {written}", in_keys=True)
    assert not by_hand(f"users = {written}", in_keys=True)


@pytest.mark.parametrize(
    "written",
    [
        "keys.users.at(home, place)",
        "keys.extension(home, uuid)",
        "partition.startswith('domain#')",
        "'a domain has many'",
        "f'{uuid}#{place}'",
    ],
)
def test_what_takes_a_declared_partition_is_not(written: str) -> None:
    assert not by_hand(written, in_keys=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("domain#{domain}#user#{uuid}", "domain#{home}#user#{whose}"),
        ("domain#{domain}#events", "{home}#events"),
        ("operator#events", "{home}#events"),
        ("domain#{domain}#{kind}#{uuid}", "domain#{domain}#user#{uuid}"),
    ],
)
def test_patterns_that_can_make_one_partition_are_one(one: str, other: str) -> None:
    assert may_be_one(one, other)


def test_patterns_of_different_words_are_two() -> None:
    assert not may_be_one("domain#{domain}#user#{uuid}", "domain#{domain}#users")
    assert not may_be_one("domain#{domain}#user#{uuid}", "domain#{domain}#usergroup#{uuid}")
