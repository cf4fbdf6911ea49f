"""Which numbers call for help, from the telephone world's own tables (Google's libphonenumber).

A number does if the whole of it is an emergency number of the country, or if that is left once a switch and a carrier
have taken off what is only there to get it through.
"""

import re
from collections.abc import Iterable, Iterator

from phonenumbers import (
    SUPPORTED_SHORT_REGIONS,
    PhoneMetadata,
    PhoneNumberType,
    example_number_for_type,
    is_emergency_number,
    length_of_geographical_area_code,
    national_significant_number,
    parse,
)

from ringpost.model.telephone.meaning import international_prefixes

_MARKS = re.compile(r"[*#+]+")
_SERVICE_CODES = (re.compile(r"[*#][0-9]{2}"), re.compile(r"[*#][0-9]{3}"))
_WAYS_OUT = ("0", "9")
"""What gets a line from many a private exchange."""
_LONGEST_AREA_CODE = 5


def is_known(country: str) -> bool:
    """Whether the emergency numbers of a country are known."""
    return country in SUPPORTED_SHORT_REGIONS


def is_dialled(number: str, country: str, own: Iterable[str]) -> bool:
    """Whether a telephone that dials this calls for help: the number itself, and nothing that only leads to it."""
    return number in own or is_emergency_number(number, country)


def is_called(number: str, country: str, own: Iterable[str]) -> bool:
    """Whether a number calls for help, in whatever disguise: a service code, a way out, the country's own code."""
    own = frozenset(own)
    return any(is_dialled(left, country, own) for left in (number, *_left(number, country)))


def _left(number: str, country: str) -> Iterator[str]:
    """What may be left of a number: whole pieces of it, each with more and more taken off."""
    spellings = (number, *(code.sub("#", number) for code in _SERVICE_CODES))
    pieces = {piece for spelling in spellings for piece in _MARKS.split(spelling) if piece}
    metadata = PhoneMetadata.metadata_for_region(country)
    code = str(metadata.country_code) if metadata else ""
    trunk = (metadata.national_prefix if metadata else None) or ""
    outside = _also(_also(pieces, _WAYS_OUT), international_prefixes(country))
    at_home = _also(outside, (code,))
    national = _also(at_home, (trunk,))
    yield from national
    # Where there is no trunk prefix (Italy) an area code begins with the zero itself.
    behind = _behind(outside, code) | (_behind(at_home, trunk) if trunk else at_home)
    for digits in behind:
        yield from _without_area_code(digits, country, code)


def _also(found: set[str], prefixes: Iterable[str]) -> set[str]:
    """The same, and what is left of each behind one of these."""
    return found.union(*(_behind(found, prefix) for prefix in prefixes if prefix))


def _behind(found: set[str], prefix: str) -> set[str]:
    return {digits.removeprefix(prefix) for digits in found if digits.startswith(prefix)}


def _without_area_code(digits: str, country: str, code: str) -> Iterator[str]:
    for length in range(1, min(_LONGEST_AREA_CODE, len(digits) - 1) + 1):
        rest = digits[length:]
        if is_emergency_number(rest, country) and _is_area_code(digits[:length], country, code):
            yield rest


def _is_area_code(area: str, country: str, code: str) -> bool:
    """Whether the numbers of some place in a country begin so: with it, some fixed line's number is one."""
    example = example_number_for_type(country, PhoneNumberType.FIXED_LINE)
    if example is None:
        return False
    behind = national_significant_number(example)[len(area) + 1 :]
    return any(
        length_of_geographical_area_code(parse(f"+{code}{area}{digit}{behind}")) == len(area) for digit in "23456789"
    )
