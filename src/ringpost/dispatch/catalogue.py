"""The actions there are, and their descriptions, each made once when it is first asked for."""

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from ringpost.contract import RawRequest, RawResponse
from ringpost.dispatch.registry import Registry
from ringpost.model.errors import InvalidRequest
from ringpost.model.mistakes import shown

if TYPE_CHECKING:
    from ringpost.context import Context
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

    def answer(self, name: str, body: bytes, query: str, context: "Context") -> tuple[bytes, Mapping[str, str]]:
        """What a reading action that takes its body as it is answers an actor who may call it: a body, and headers."""
        action = self.load(name, "a question")
        model = action.Request
        self.check_open(context.actor, name)
        if not issubclass(model, RawRequest) or model.writes:
            raise InvalidRequest(f"{name} answers no question of a switch's", parameter="action")
        members = dict(parse_qsl(query, keep_blank_values=True))
        answer = action.handle(model(body, model.media_type, members), context)
        if not isinstance(answer, RawResponse):
            raise TypeError(f"{name} takes bytes and answers none")
        return answer.body, answer.headers

    def openapi(self, names: Iterable[str]) -> dict[str, Any]:
        """OpenAPI 3.1 of these actions. Made once for all, and to be read only."""
        from ringpost.dispatch.openapi import Document

        with self._one_at_a_time:
            if self._document is None:
                self._document = Document(self)
        return self._document.of(names)
