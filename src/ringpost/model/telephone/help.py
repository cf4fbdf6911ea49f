"""Which numbers call for help, from the telephone world's own tables (Google's libphonenumber).

A number does if the whole of it is an emergency number of the country, or if that is left once a switch and a carrier
have taken off what is only there to get it through.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

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

from ringpost.model.telephone.meaning import INTERNATIONAL, is_valid, meant

_MARKS = re.compile(r"[*#+]+")
_SERVICE_CODES = (re.compile(r"[*#][0-9]{2}"), re.compile(r"[*#][0-9]{3}"))
_WAYS_OUT = ("0", "9")
"""What gets a line from many a private exchange."""
_COUNTRYS_CODES = {"GB": "141|1470", "JP": "18[46]|00[0-9]{2}", "AU": "183[12]", "DE": "010[0-9]{2,3}", "HK": "13[13]"}
"""What a caller dials first to show his number or not, or to choose who carries the call."""
_NORTH_AMERICAN = "11(?:67|82)|101[0-9]{4}"
_CARRIERS = {"BR": "(?:1[245]|2[1-35]|31|4[13]|[56]5|99)(?=[0-9]{3,})", "MX": "1(?=[0-9]{3})"}
"""What is dialled between the trunk prefix, or the country's own code, and an area."""
_ONCE_TRUNKS = {"MX": ("01", "044", "045")}
_LONGEST_AREA_CODE = 5
_SHORTEST = 4
"""Digits that no number of the world goes without."""


def is_known(country: str) -> bool:
    """Whether the emergency numbers of a country are known."""
    return country in SUPPORTED_SHORT_REGIONS


def is_dialled(number: str, country: str, own: Iterable[str]) -> bool:
    """Whether a telephone that dials this calls for help: the number itself, and nothing that only leads to it."""
    return number in own or is_emergency_number(number, country)


def is_called(number: str, country: str, own: Iterable[str]) -> bool:
    """Whether a number calls for help, in whatever disguise: a service code, a way out, the country's own code."""
    own = frozenset(own)
    if own and meant(number, country) in {meant(one, country) for one in own}:
        return True
    if _is_whole(number, country):
        return is_dialled(number, country, own)
    return any(is_dialled(left, country, own) for left in (number, *_left(number, country, own)))


def _is_whole(number: str, country: str) -> bool:
    """Whether it is a number of a country where nothing is dialled in front of one: nothing is taken off it."""
    metadata = PhoneMetadata.metadata_for_region(country)
    is_plain = number.isdecimal() and not number.startswith("0")
    if metadata is None or metadata.national_prefix is not None or not is_plain:
        return False
    return len(number) > _SHORTEST and is_valid(number, country)


def _left(number: str, country: str, own: frozenset[str]) -> Iterator[str]:
    """What may be left of a number: whole pieces of it, each with more and more taken off."""
    spellings = (number, *(code.sub("#", number) for code in _SERVICE_CODES))
    pieces = {piece for spelling in spellings for piece in _MARKS.split(spelling) if piece}
    metadata = PhoneMetadata.metadata_for_region(country)
    code = str(metadata.country_code) if metadata else ""
    trunk = metadata.national_prefix if metadata else None
    trunks = {*([trunk] if trunk else ()), *_ONCE_TRUNKS.get(country, ())}
    service = _COUNTRYS_CODES.get(country) or (_NORTH_AMERICAN if code == "1" else None)
    outside = _also(_behind_pattern(pieces, service), _WAYS_OUT)
    abroad = metadata.international_prefix if metadata else None
    outside = _also(outside, INTERNATIONAL) | _behind_pattern(outside, abroad)
    at_home = _also(outside, (code,))
    national = _behind_pattern(_also(at_home, trunks), _CARRIERS.get(country))
    yield from national
    # Where there is no trunk prefix (Italy) an area code begins with the zero itself.
    behind = _behind(outside, code) | (national - at_home if trunks else at_home)
    for digits in behind | {rest for trunk in trunks for rest in _behind(at_home, trunk)}:
        yield from _without_area_code(digits, country, code, own)


def _also(found: set[str], prefixes: Iterable[str]) -> set[str]:
    """The same, and what is left of each behind one of these."""
    return found.union(*(_behind(found, prefix) for prefix in prefixes if prefix))


def _behind_pattern(found: set[str], pattern: str | None) -> set[str]:
    """The same, and what is left of each behind what a country's plan describes."""
    if not pattern:
        return found
    matches = ((digits, re.match(pattern, digits)) for digits in found)
    return found | {digits[match.end() :] for digits, match in matches if match and match.end()}


def _behind(found: set[str], prefix: str) -> set[str]:
    return {digits.removeprefix(prefix) for digits in found if digits.startswith(prefix)}


def _without_area_code(digits: str, country: str, code: str, own: frozenset[str]) -> Iterator[str]:
    for length in range(1, min(_LONGEST_AREA_CODE, len(digits) - 1) + 1):
        rest = digits[length:]
        if is_dialled(rest, country, own) and _is_area_code(digits[:length], country, code):
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


def all_dialled(country: str, own: Iterable[str]) -> list[str]:
    """Every number that calls for help when a telephone dials it, sorted."""
    return sorted({*own, *_of_country(country)})


@cache
def _of_country(country: str) -> tuple[str, ...]:
    """A country's own, found by its pattern: none has more than six digits."""
    metadata = PhoneMetadata.short_metadata_for_region(country)
    emergency = metadata.emergency if metadata else None
    if emergency is None or not emergency.national_number_pattern:
        return ()
    lengths = emergency.possible_length or range(2, 5)
    shaped = re.compile(emergency.national_number_pattern).fullmatch
    numbers = (f"{number:0{length}}" for length in lengths for number in range(10**length))
    return tuple(number for number in numbers if shaped(number) and is_emergency_number(number, country))
