"""The key patterns of the store, as docs/store.md shows them, read from src/ringpost/store/keys.

What is declared there, the rows made of it, the docstrings beside them, and which records are written to which.
"""

import ast
import re
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

from ringpost.store import keys
from ringpost.store.keys.layout import DECLARED

_KEYS = Path(keys.__file__).parent
_PATTERNS = re.compile(r"^## The patterns\n.*?(?=^## )", re.MULTILINE | re.DOTALL)
_DECLARE = {
    "Partition": ("{}", ""),
    "PartitionWithin": ("{}", ""),
    "over_all": ("{}", ""),
    "in_domain": ("domain#{{domain}}#{}", ""),
    "within_domain": ("domain#{{domain}}#{}", ""),
    "by_uuid": ("domain#{{domain}}#{}#{{uuid}}", "{}"),
}
_PARTS = ("tenants", "numbers", "people", "queues", "rooms", "access", "calls", "live", "records", "happenings")
_ABOUT = """\
`make docs` lists them, from their declarations. `<home>` is `domain#<domain>` or `operator`. Of a record's rows, each a
whole copy, changes are conditional on the version of its truth, and a claim is written only where there is none. Where
no sort key is shown, the words say by what the rows are sorted.\
"""
_ROLES = {"truth": "truth", "claims": "claim", "copies": "copy"}


class Made(NamedTuple):
    """A row, or with no sort key said a partition."""

    pattern: str
    sort: str = ""


class Line(NamedTuple):
    """What is said of one of them."""

    made: Made
    words: str


def page(text: str) -> str:
    """docs/store.md with the patterns as they are now."""
    said = "\n".join(["## The patterns", "", _ABOUT, "", *_tables()])
    return _PATTERNS.sub(lambda _: f"{said}\n", text)


def patterns() -> dict[str, dict[Made, list[str]]]:
    """What is said of each row, by its part of the telephone system."""
    scope = {"of_domain": Made("domain#{domain}")}
    names = sorted(path.stem for path in _KEYS.glob("*.py") if path.stem != "layout")
    parts = {name: _Part(name, scope) for name in names}
    for part in parts.values():  # a part may make its rows of another's
        part.read()
    found = {name: part.said() for name, part in parts.items() if part.lines}
    missing = set(DECLARED) - {made.pattern for rows in found.values() for made in rows}
    if missing or set(found) != set(_PARTS):
        raise LookupError(f"docs/keys_page.py does not find {missing}, or a part of {set(found) ^ set(_PARTS)}")
    return {name: found[name] for name in _PARTS}


def _tables() -> Iterator[str]:
    for name, rows in patterns().items():
        yield f"{_first_line(ast.parse((_KEYS / f'{name}.py').read_text()))}\n\n| partition | sort | |\n|---|---|---|"
        for made, words in rows.items():
            sort = f"`{_shown(made.sort)}`" if made.sort else ""
            yield f"| `{_shown(made.pattern)}` | {sort} | {_cell(words)} |"
        yield ""


def _cell(words: list[str]) -> str:
    return "; ".join(dict.fromkeys(words)).replace("``", "`")


class _Part:
    """A module of keys, read from top to bottom."""

    def __init__(self, name: str, scope: dict[str, Made]) -> None:
        self._body = ast.parse((_KEYS / f"{name}.py").read_text()).body
        self._scope, self._locals = scope, dict[str, ast.AST]()
        self._helpers = {one.name: one for one in self._body if isinstance(one, ast.FunctionDef)}
        self.lines: list[Line] = []

    def read(self) -> None:
        for top, after in pairwise([*self._body, ast.Pass()]):
            if isinstance(top, ast.FunctionDef):
                self._say(top.name, top, _first_line(top))
            elif isinstance(top, ast.AnnAssign) and isinstance(top.value, ast.Call):
                self._lay_out(top.annotation, top.value)
            elif isinstance(top, ast.Assign):
                words = ast.literal_eval(after.value) if isinstance(after, ast.Expr) else ""
                self._assign(top.targets[0], top.value, str(words).partition("\n")[0])

    def said(self) -> dict[Made, list[str]]:
        """The rows of each partition together; what is said of a whole partition with its only row."""
        rows: dict[str, dict[str, list[str]]] = {}
        for (pattern, sort), words in self.lines:
            rows.setdefault(pattern, {}).setdefault(sort, []).extend([words] if words else [])
        for sorts in rows.values():
            if "" in sorts and (len(sorts) == 2 or not sorts[""]):
                of_all = sorts.pop("")
                first = next(iter(sorts), "")
                sorts[first] = [*of_all, *sorts.get(first, [])]
        return {Made(pattern, sort): words for pattern, sorts in rows.items() for sort, words in sorts.items()}

    def _assign(self, target: ast.expr, value: ast.expr, words: str) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, made in zip(target.elts, value.elts, strict=True):
                self._assign(one, made, "")
        elif isinstance(target, ast.Name):
            self._say(target.id, value, words)

    def _say(self, name: str, node: ast.AST, words: str) -> None:
        made = next(self._made(node), None)
        if made is None:
            return
        self._scope[name] = made
        if not name.startswith("_"):
            self.lines.append(Line(made, words.rstrip(".")))

    def _lay_out(self, annotation: ast.expr, layout: ast.Call) -> None:
        record = ast.unparse(annotation).partition("[")[2].rstrip("]")
        for word in layout.keywords:
            role = f"{_ROLES[str(word.arg)]} of each {_spaced(record)}"
            self.lines += [Line(made, role) for made in dict.fromkeys(self._made(word.value))]

    def _made(self, node: ast.AST) -> Iterator[Made]:
        """The rows and partitions that an expression makes, or a function."""
        if isinstance(node, ast.Call) and (made := self._called(node)):
            yield from made
        elif isinstance(node, ast.Name):
            yield from self._named(node.id)
        elif isinstance(node, ast.FunctionDef):
            yield from self._within(node)
        else:
            for child in ast.iter_child_nodes(node):
                yield from self._made(child)

    def _within(self, function: ast.FunctionDef) -> list[Made]:
        """What a function makes; its own names are none of the module's."""
        outside, self._locals = self._locals, {one.arg: one for one in function.args.args}
        self._locals |= dict(chain.from_iterable(map(_given, ast.walk(function))))
        found = [made for one in function.body for made in self._made(one)]
        self._locals = outside
        return found

    def _named(self, name: str) -> Iterator[Made]:
        if name in self._locals:
            yield from self._made(self._locals[name])
        elif name in self._helpers:
            yield from self._made(self._helpers[name])
        elif name in self._scope:
            yield self._scope[name]

    def _called(self, call: ast.Call) -> list[Made]:
        if isinstance(call.func, ast.Name) and (made := list(self._named(call.func.id))):
            return made
        row = self._row(call)
        return [row] if row else []

    def _row(self, call: ast.Call) -> Made | None:
        function = call.func
        word = function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)
        if word in _DECLARE:
            pattern, sort = (one.format(ast.literal_eval(call.args[0])) for one in _DECLARE[word])
            return Made(pattern, sort)
        if word in ("row", "at") and isinstance(function, ast.Attribute):
            made = next(self._made(function.value), None)
        elif word == "Key":
            made = next(self._made(call.args[0]), None)
        else:
            return None
        return made and Made(made.pattern, self._sort(call.args[-1]))

    def _sort(self, node: ast.expr) -> str:
        """A sort key as a pattern."""
        match node:
            case ast.Name(name) if isinstance(given := self._locals.get(name), ast.expr):
                found = self._sort(given)
            case ast.Constant(value):
                found = str(value)
            case ast.JoinedStr(values):
                found = "".join(map(self._sort, values))
            case ast.FormattedValue(value) | ast.Subscript(value) | ast.BoolOp(values=[value, *_]):
                found = self._sort(value)
            case ast.Attribute(_, name):
                found = f"{{{name}}}"
            case ast.Call(ast.Attribute(value, "removeprefix"), [ast.Constant(left_out)]):
                found = f"{self._sort(value).removesuffix('}')} without {left_out}}}"
            case ast.Call(ast.Attribute(value)):
                found = self._sort(value)
            case ast.Call(function, parts):
                named = [one for one in parts if ast.unparse(one) != "it"]
                found = "#".join(map(self._sort, named)) or f"{{{ast.unparse(function).strip('_')}}}"
            case _:
                found = f"{{{ast.unparse(node)}}}"
        return found


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a function gives to what it works out, or goes through."""
    if isinstance(node, ast.comprehension):
        yield ast.unparse(node.target), node.iter
    elif isinstance(node, ast.Assign):
        target, value = node.targets[0], node.value
        names, values = (one.elts if isinstance(one, ast.Tuple) else [one] for one in (target, value))
        yield from zip(map(ast.unparse, names), values, strict=True)


def _first_line(node: ast.Module | ast.FunctionDef) -> str:
    return (ast.get_docstring(node) or "").partition("\n")[0]


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _shown(pattern: str) -> str:
    return re.sub(r"\{([^{}]+)\}", r"<\1>", pattern)
