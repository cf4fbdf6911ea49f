"""How FreeSWITCH rings all phones of an extension, when what they say of themselves is not to be trusted.

A contact is a phone's own text, and FreeSWITCH reads what ``sofia_contact`` answers as a dial string: a comma in it
would call somebody else, a gateway's number maybe. So contacts are written out only if a pattern knows every letter of
them. If not, Sofia looks one up itself (``100%tenant.example.net``): nobody reads that as a dial string, but it is one.
"""

import re

_UNSAFE = re.compile(r"""[\r\n #%&+:;<=>?@\[\\\]^`{|}"]|[^ -~]""")
_LETTERS = "(?:(?:%(?=[23][B6D]))?+[A-Za-z0-9_.!~*-])"
"""Of a user or a parameter, percent-encoded: the four ``+ & ; =`` are let through beside what needs no encoding."""
_CONTACT = (
    f"sofia/internal/sip%3A{_LETTERS}++%40(?:[A-Za-z0-9.-]++)?+(?:%5B(?:(?:%3A)?+[0-9A-Fa-f.]?+)*+%5D)?+"
    f"(?:%3A[0-9]++)?+(?:%3B{_LETTERS}*+)?+"
)
_NOBODY = "error/user_not_registered"


def all_of(user: str, host: str, variables: str = "") -> str:
    """A dial string that rings all phones of a user at once, each with these variables, ``[name=value,…]``.

    What is encoded has no ``|``, by which ``regex`` parts its arguments, and no ``#``, which parts the one phone from
    all. Neither may the pattern have an alternative: the first group is passed if all behind it is known.
    """
    before = _encoded(variables)
    one = f"{before}sofia/internal/${{url_encode({user})}}%25{host}"
    them = f"${{url_encode(${{sofia_contact(internal/{user}@{host}{f'/{variables}' if variables else ''})}})}}"
    known = f"(?:{_NOBODY})?+(?:{_literally(before)}{_CONTACT},?+)*+"
    return f"${{url_decode(${{regex({one}#{them}|^(?:[^#]*+#(?={known}$))?+(.*?)(?:#.*)?$|%1)}})}}"


def number_of(user: str, host: str) -> str:
    """How many phones a user has."""
    return f"${{sofia_count_reg(internal/{user}@{host})}}"


def _encoded(text: str) -> str:
    """As FreeSWITCH's ``url_encode`` writes it."""
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def _literally(text: str) -> str:
    """As a pattern that matches itself; no backslash, for FreeSWITCH eats it."""
    return re.sub(r"[.*+?()^$]", lambda found: f"[{found[0]}]", text)
