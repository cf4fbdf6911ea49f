"""What a user, a box, an address may look like: XiVO's shapes (confd 16.15), and numbers as people write them.

Apart from ``values``, for most actions need none of them, and a cold start compiles no pattern it does not use.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from ringpost.model.telephone.spelling import NUMBER, read
from ringpost.model.values import matching, no_uuid, printable

_USERNAME = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=%@-]{2,254}")
_MAIL_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
EMAIL = re.compile(rf"(?!-)(?=[^@]{{1,64}}@)[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*@{_MAIL_DOMAIN}")
"""An address that means nothing to a shell: some releases of FreeSWITCH write it into a mailer's command line."""
_OUTSIDE_EMAIL = re.compile(rf"(?!-)[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_MAIL_DOMAIN}")
"""What browsers take for an address (WHATWG HTML), with a dot in its domain."""
CALLER_ID = re.compile(r'"(.*)"(?: <(\+?[0-9]{1,32})>)?')


def _numbered(value: str) -> str:
    """A number in an address book keeps its clothes; it must be one all the same."""
    number = read(value).number
    if not any(letter.isdecimal() for letter in number):
        raise ValueError("must be a telephone number, such as +1 202 555 0123")
    return value.strip()


Email = Annotated[
    str,
    StringConstraints(max_length=254),
    matching(EMAIL, "must be an e-mail address of letters, digits and ._%+-, such as alice@example.net"),
    Field(examples=["alice@example.net"]),
]
"""Of somebody here: it may reach a switch."""
OutsideEmail = Annotated[
    str,
    StringConstraints(max_length=254),
    matching(_OUTSIDE_EMAIL, "must be an e-mail address, such as alice@example.net"),
    Field(examples=["alice@example.net"]),
]
"""Of somebody outside: in an address book, and on no switch."""
Username = Annotated[
    str,
    no_uuid,
    matching(_USERNAME, "must be 2 to 254 letters, digits or -._~!$&'()*+,;=%@"),
    Field(examples=["alice"]),
]
CallerId = Annotated[
    str,
    StringConstraints(max_length=160),
    printable,
    matching(CALLER_ID, 'must be a name in quotes, with a number behind it or none: "Alice" <5550100>'),
    Field(examples=['"Alice" <5550100>']),
]
OutgoingCallerId = Annotated[
    str,
    matching(re.compile(rf"default|anonymous|{NUMBER.pattern}"), "must be default, anonymous or a number"),
]
MobileNumber = Annotated[
    str,
    matching(re.compile(r"\+?[0-9*#]{1,80}"), "must be 1 to 80 digits, * or #, with + in front at most"),
]
Language = Annotated[
    str,
    matching(re.compile("[a-z]{2}_[A-Z]{2}"), "must be a language and a country, such as en_US"),
    Field(examples=["en_US"]),
]
Timezone = Annotated[
    str,
    matching(re.compile("[A-Za-z0-9_+/-]{1,128}"), "must be a time zone, such as Europe/Paris"),
    Field(examples=["Europe/Paris"]),
]
BoxNumber = Annotated[str, matching(re.compile("[0-9]{1,32}"), "must be 1 to 32 digits"), Field(examples=["100"])]
Pin = Annotated[str, matching(re.compile("[0-9]{1,80}"), "must be 1 to 80 digits")]
WrittenNumber = Annotated[str, AfterValidator(_numbered), Field(examples=["+1 202 555 0123"])]
"""A telephone number as people write it."""
