"""Names and numbers as an Asterisk carries them: nothing in them may be expanded, part arguments or end a string."""

import re

from ringpost.model.values import UNPRINTABLE

_UNSAID = re.compile(f"[{UNPRINTABLE}\ud800-\udfff]")
_STEERS = re.compile(r"[$\[\]{},;\\<>()|^`&]")


def shown(name: str) -> str:
    """A name so that a telephone shows it: what steers instead of being seen is left out, and ``"`` is ``'``."""
    return " ".join(_STEERS.sub("", _UNSAID.sub("", name)).replace('"', "'").split())


def account(number: str, domain_name: str) -> str:
    """What an extension's endpoint, its login and its contacts are called there."""
    return f"{number}@{domain_name}"
