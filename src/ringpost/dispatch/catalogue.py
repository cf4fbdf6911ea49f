"""The actions there are, and their descriptions, each made once when it is first asked for."""

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from ringpost.dispatch.registry import Registry
from ringpost.model.mistakes import shown

if TYPE_CHECKING:
    from ringpost.dispatch.openapi import Document


class Catalogue(Registry):
    """The actions of a package, described."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        super().__init__(modules)
        self._described: dict[str, dict[str, Any]] = {}
        self._document: Document | None = None
        self._one_at_a_time = Lock()

    def line(self, name: str) -> dict[str, Any]:
        """One action in a line: family, summary, scope, whether it writes, its effects."""
        from ringpost.dispatch.description import line

        return line(self, name)

    def describe(self, name: str) -> dict[str, Any]:
        """One action: summary, scope, JSON Schemas, example. Made once, and to be read only."""
        from ringpost.dispatch.description import description

        name = shown(name).lower()
        self.load(name, "name", "name")
        if name not in self._described:
            self._described[name] = description(self, name)
        return self._described[name]

    def openapi(self, names: Iterable[str]) -> dict[str, Any]:
        """OpenAPI 3.1 of these actions. Made once for all, and to be read only."""
        from ringpost.dispatch.openapi import Document

        with self._one_at_a_time:
            if self._document is None:
                self._document = Document(self)
        return self._document.of(names)
