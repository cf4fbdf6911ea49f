"""How numbers are written by people, CRMs and links (RFC 3966): read alike wherever one may be written.

What is left is what is dialled: ``+`` in front at most, then digits, ``*`` and ``#``. Numbers of other countries are
not looked up here: that costs 60 ms of a cold start, and most requests name a number that is plain already.
"""

import re
import unicodedata
from typing import Any, NamedTuple
from urllib.parse import unquote

NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
MOST_WRITTEN = 128
"""Characters of a number in any clothes."""
_FEWEST, _MOST = 3, 32
_NO_NUMBER = "must be one telephone number, such as +1 202 555 0123: 1 to 32 digits, * or #, with + in front at most"
_MOST_DIGITS = 15
"""Digits of a number of the world (ITU-T E.164)."""
_ENDING = 7

_SCHEME = re.compile(r"(?:tel|callto): ?(?://)?", re.IGNORECASE)
_CONTEXT = re.compile(r";phone-context=(\+[0-9().-]+)", re.IGNORECASE)
_OTHER_PARAMETERS = re.compile(r";(?!ext=)[a-z][a-z0-9-]*(?:=[^;]*)?", re.IGNORECASE)
_SUFFIX = re.compile(
    r"(?:;ext=|[ ,]*\(?(?:extension|extn|ext|x)[ :.]*|(?<=[0-9]{4}) #|(?P<pause> ?,+ ?))"
    r"(?P<digits>[0-9][0-9*#,]{0,19})\)?\.?$",
    re.IGNORECASE,
)
_PART = r"(?:[0-9]+|\([0-9]{1,8}(?:[ -][0-9]{1,8})*\))"
_SEPARATOR = r" ?[./-]? ?"
_CLOTHED = re.compile(rf"(?:\+ ?|\(\+[0-9]{{1,3}}\) ?)?{_PART}(?:{_SEPARATOR}{_PART})*")
_CODE = re.compile(r"[0-9*#]+(?: [0-9*#]+)*")
_SPREADSHEETS = re.compile(r"\.[0-9]$")
"""``100.0`` is 100 once a spreadsheet took it for an amount: nobody's number is parted so."""
_ABROAD = ("+", "00", "(+", "011", "0011", "(00")
_GROUPS = re.compile(r"[0-9]+")
_NOT_DIALLED = re.compile(r"\( ?0 ?\)")


class Written(NamedTuple):
    """What of a written number is dialled, and what is dialled once somebody has answered."""

    number: str
    suffix: str | None = None


def read(text: str) -> Written:
    """A number as it is dialled. Raises ``ValueError`` with a sentence that says what is wrong."""
    if NUMBER.fullmatch(text):
        return Written(text)
    plain = _plain(text)
    if _SCHEME.match(plain):
        plain = _of_link(plain)
    number, suffix = _without_suffix(plain)
    return Written(_undressed(number), suffix)


def dialled_part(text: str) -> str:
    """What of a number is dialled that was written down earlier, whatever it is."""
    try:
        return read(text).number
    except ValueError:
        return text


def dialled(value: Any) -> Any:
    """What of a written number is dialled, for a validator: whatever is no text is somebody else's to refuse."""
    return read(value).number if isinstance(value, str) and value else value


def ending(number: str) -> str:
    """The last seven digits of a number, or all it has: what two spellings of one number have in common."""
    return "".join(letter for letter in number if letter in "0123456789*#")[-_ENDING:]


def _plain(text: str) -> str:
    """The same in ASCII: other scripts' digits, any space and hyphen, and nothing that cannot be seen."""
    if len(text) > MOST_WRITTEN:
        raise ValueError(f"must be a telephone number, of at most {MOST_WRITTEN} characters")
    letters = [_ascii(letter) for letter in text]
    return re.sub(" +", " ", "".join(letters).strip())


def _ascii(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Nd":
        return str(unicodedata.decimal(letter))
    if category == "Zs":
        return " "
    if category == "Cf":
        return ""
    if unicodedata.decomposition(letter).startswith(("<wide>", "<narrow>")):
        return unicodedata.normalize("NFKC", letter)
    return "-" if category == "Pd" or letter == "\N{MINUS SIGN}" else letter


def _of_link(link: str) -> str:
    """The number of a link, as it might be written; a local one is completed by its context."""
    number = unquote(_SCHEME.sub("", link, count=1)).partition("?")[0].partition("@")[0]
    context = _CONTEXT.search(number)
    number = _OTHER_PARAMETERS.sub("", number)
    return f"{context[1]}-{number}" if context and not number.startswith("+") else number


def _without_suffix(text: str) -> tuple[str, str | None]:
    found = _SUFFIX.search(text)
    if found is None or not found.start():
        return text, None
    number, digits = text[: found.start()].rstrip(" ,"), found["digits"].strip(",")
    # One comma also stands between two: a short pause is one behind a whole number, before a few digits.
    is_short = (found["pause"] or "").count(",") == 1
    are_two = is_short and (len(digits) >= _ENDING or len(ending(number)) < _ENDING)
    return (text, None) if are_two else (number, digits)


def _check_one(number: str) -> None:
    """Refuse two numbers in one field: joined they would be a third."""
    if _are_two(number) or _are_alternatives(number):
        raise ValueError("must be one telephone number: this looks like two")


def _are_two(number: str) -> bool:
    """Whether there are more digits than a number has, or two alike stand side by side."""
    groups = [len(group) for group in _GROUPS.findall(number)]
    most = _MOST_DIGITS + 4 if number.startswith("0") else _MOST_DIGITS
    shape = _GROUPS.sub(lambda group: "0" * len(group[0]), number)
    middle = len(shape) // 2
    are_alike = len(shape) % 2 == 1 and shape[:middle] == shape[middle + 1 :] and sum(groups) >= 2 * _ENDING
    return sum(groups) > most or are_alike or (len(groups) > 1 and groups[-1] == groups[-2] >= _ENDING - 1)


def _are_alternatives(number: str) -> bool:
    """Whether a slash parts two numbers, or the ends of two (``5550100/01``), and not an area from the rest."""
    if "/" not in number:
        return False
    before, *others = (len("".join(_GROUPS.findall(part))) for part in number.split("/"))
    longest_area = 8 if number.startswith(("+", "00", "(+")) else 6
    return before > longest_area or before == others[0] or (len(others) > 1 and before > 3) or others[-1] < 3


def _undressed(number: str) -> str:
    """What is dialled of a number without its suffix. Codes have no clothes but spaces."""
    is_clothed = _CLOTHED.fullmatch(number) is not None and _SPREADSHEETS.search(number) is None
    if _CODE.fullmatch(number) is None and not is_clothed:
        raise ValueError(_NO_NUMBER)
    _check_one(number)
    if _NOT_DIALLED.search(number) and number.startswith(_ABROAD):
        number = _without_trunk_zero(number)
    plain = re.sub(r"[^0-9*#+]", "", number)
    if not _FEWEST <= len(plain) <= _MOST + plain.startswith("+"):
        raise ValueError(_NO_NUMBER)
    return plain


def _without_trunk_zero(number: str) -> str:
    """Of ``+44 (0)20`` the (0) is not dialled; of ``+39 (0)6`` it is: Italy's numbers begin with it."""
    from ringpost.model.telephone.meaning import keeps_zero  # 60 ms that most numbers can do without

    front, end = ("".join(_GROUPS.findall(part)) for part in _NOT_DIALLED.split(number, maxsplit=1))
    country = re.sub("^0*(?:11)?", "", front) if not number.startswith("+") else front
    return _NOT_DIALLED.sub("0" if keeps_zero(country, end) else "", number, count=1)
