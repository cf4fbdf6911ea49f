"""Which actions exist: the file names under ``actions/``, read once; a module is imported on first use.

A wire name is a file stem with hyphens: ``actions/extensions/extension_create.py`` answers
``extension-create``. The name a caller sends is only ever a dict key; it never reaches a path or an
import.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from ringpost.auth.actor import Actor
from ringpost.contract import Action, Input
from ringpost.model.errors import Forbidden, UnknownAction
from ringpost.nearest import nearest


@cache
def discover(package: str = "actions") -> Mapping[str, str]:
    """Each wire name, and the module that answers it."""
    found: dict[str, str] = {}
    for file in sorted(Path(import_module(package).__path__[0]).glob("*/[!_]*.py")):
        name = file.stem.replace("_", "-")
        if name in found:
            raise RuntimeError(f"two files answer {name}: {file} and {found[name]}")
        found[name] = f"{package}.{file.parent.name}.{file.stem}"
    return found


class Registry:
    """The actions of a package."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules
        self._loaded: dict[str, Action] = {}

    def names(self) -> list[str]:
        """Every wire name, sorted."""
        return sorted(self._modules)

    def names_for(self, actor: Actor) -> list[str]:
        """The wire names an actor may call, sorted."""
        return [name for name in self.names() if actor.may(name) and self.is_open_to(actor, name)]

    def is_open_to(self, actor: Actor, name: str) -> bool:
        """Whether an action is one for such an actor: whoever acts for a user calls only those that say they are."""
        return not actor.users or self.load(name).Request.for_users

    def check_open(self, actor: Actor, name: str) -> None:
        """``Forbidden`` if an actor may not call an action."""
        if not actor.may(name):
            raise Forbidden(f"this key may not call {name}: it needs the scope {name.replace('-', '.')}")
        if not self.is_open_to(actor, name):
            raise Forbidden(f"this key acts for a user, and {name} is for no user")

    def family(self, name: str) -> str:
        """The folder an action is in."""
        return self._modules[name].split(".")[-2]

    def load(self, name: str, place: str = "the body", parameter: str = "action") -> Action:
        """The action of that name, fit to be repeated; ``UnknownAction`` says where it was read.

        A broken module is not an unknown action.
        """
        action = self._loaded.get(name)
        if action is not None:
            return action
        module = self._modules.get(name)
        if module is None:
            said = f'unknown action "{name}" in {place}{nearest(name, self._modules)}'
            raise UnknownAction(said, parameter=parameter)
        loaded = import_module(module)
        missing = [part for part in ("EXAMPLE", "Request", "Response", "handle") if not hasattr(loaded, part)]
        if missing:
            raise RuntimeError(f"{module} has no {', '.join(missing)}")
        self._loaded[name] = cast(Action, loaded)
        return self._loaded[name]

    def example(self, name: str, member: str) -> Any:
        """What such a member of a request may hold: from its ``EXAMPLE``, or one of its family; or None."""
        model = self.load(name).Request
        if not issubclass(model, Input) or member not in model.model_fields:
            return None
        kind = _kind(model, member)
        family = [one for one in self._modules if self.family(one) == self.family(name) and one != name]
        for action in map(self.load, (name, *family)):
            fields = action.Request.model_fields if issubclass(action.Request, Input) else {}
            alike = [
                one
                for one in (member, *action.EXAMPLE)
                if one in fields and (one == member or _kind(action.Request, one) == kind)
            ]
            found = next((action.EXAMPLE[one] for one in alike if one in action.EXAMPLE), None)
            if found is not None:
                return found
        return None

    def preload(self) -> None:
        """Import every action now: for a snapshot."""
        for name in self._modules:
            self.load(name)


def _kind(model: Any, member: str) -> Any:
    """What a member of a request is, whether or not it may be null."""
    kind = model.model_fields[member].annotation
    parts = [part for part in getattr(kind, "__args__", ()) if part is not type(None)]
    return parts[0] if type(None) in getattr(kind, "__args__", ()) and len(parts) == 1 else kind
