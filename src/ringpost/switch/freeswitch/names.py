r"""Names as FreeSWITCH carries them into an INVITE, letter for letter.

On the way it expands ``${…}``, whoever wrote it, and cuts a name at ``/``, ``:`` and ``@``. Last of all it decodes what
is percent-encoded. So these letters are written so, with ``%`` itself and the backslash, which quotes in SIP. Of a name
with a double quote in it FreeSWITCH takes what is between the first and the last: it becomes a single one.
"""

import re
from urllib.parse import unquote

from ringpost.model.values import UNPRINTABLE

_ENCODED = re.compile(r"[%/:@]|\$(?=\$*\{)|\\")
_WRITTEN = re.compile("%5C%5C|%25|%2F|%3A|%40|%24|%75|%5F")
_UNSAID = re.compile(f"[{UNPRINTABLE}\ud800-\udfff]")
_ABSENT = ("undef", "_undef_")
"""Words for no name at all."""


def shown(name: str) -> str:
    """A name so that a telephone shows it; what steers instead of being seen is left out, and ``"`` is ``'``."""
    text = " ".join(_UNSAID.sub("", name).replace('"', "'").split())
    if text.lower() in _ABSENT:
        return f"%{ord(text[0]):02X}{text[1:]}"
    return _ENCODED.sub(lambda found: "%5C%5C" if found[0] == "\\" else f"%{ord(found[0]):02X}", text)


def read(text: str) -> str:
    """A name that was written by ``shown``."""
    return _WRITTEN.sub(lambda found: "\\" if found[0] == "%5C%5C" else unquote(found[0]), text)


def posted(text: str) -> str:
    """A name that was written by ``shown``, as it comes in a form: what is encoded is not encoded once more there."""
    return text.replace("\\\\", "\\")


def argument(text: str) -> str:
    """One word of a command, whatever is in it."""
    return re.sub(r"['\\]", r"\\\g<0>", text).replace(" ", r"\s")
