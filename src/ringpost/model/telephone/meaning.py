"""What a number means: in which country it is read, and when two are the same (Google's libphonenumber).

A number of the world has one spelling, E.164: ``+`` and at most 15 digits. Others (``100``, ``5550100`` in the United
States, whose area is not said) mean what they say.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from phonenumbers import (
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
    ValidationResult,
    country_code_for_region,
    format_number,
    is_possible_number_with_reason,
    is_valid_number,
    national_significant_number,
    parse,
)

INTERNATIONAL = ("00", "011", "0011")
"""What stands in front of a country's code where there is no ``+``; a country may have one of its own besides."""
_MOBILE_ABROAD = re.compile(r"\+549([0-9]{10})")
"""Argentina's mobile numbers have a 9 when called from abroad, and none (but 15 behind the area) at home."""
_MEXICAN = ("01", "044", "045")
_MEXICO_UNTIL_2019 = (re.compile(r"\+?521([0-9]{10})"), re.compile(r"(?:01|04[45]|1)([0-9]{10})"))
"""Mexico dialled 1 before mobile numbers from abroad, and these prefixes at home."""


@lru_cache(maxsize=4096)
def e164(number: str, country: str) -> str | None:
    """The one spelling of a number that is dialled in a country; None if it is no number of the world."""
    if re.fullmatch(r"\+?[0-9]{3,24}", number) is None:
        return None
    for pattern in _MEXICO_UNTIL_2019 if country == "MX" else _MEXICO_UNTIL_2019[:1]:
        if old := pattern.fullmatch(number):
            return f"+52{old[1]}"
    return _possible(number, None) if number.startswith("+") else _without_plus(number, country)


def _without_plus(number: str, country: str) -> str | None:
    """Read at home, unless only with a ``+`` it is one that somebody can have."""
    full = f"+{number.removeprefix('00')}"
    if number.startswith("00"):
        return _valid(number, country) or _valid(full) or _possible(number, country) or _possible(full, None)
    if number.startswith(str(country_code_for_region(country))) and (found := _valid(number, country) or _valid(full)):
        return found
    return _possible(number, country) or (None if number.startswith("0") else _valid(full))


def meant(number: str, country: str) -> str:
    """What a number is compared by: E.164, or itself where that cannot be said."""
    found = e164(number, country)
    return _MOBILE_ABROAD.sub(r"+54\1", found) if found else number.removeprefix("+")


def spellings(number: str, country: str) -> tuple[str, ...]:
    """How a switch in a country may name a number without ``+``: all its digits, or as it is dialled there."""
    found = e164(number, country)
    plain = number.removeprefix("+")
    if found is None:
        return (plain,)
    read = parse(found)
    national = national_significant_number(read)
    metadata = PhoneMetadata.metadata_for_region(country)
    trunk = metadata.national_prefix if metadata is not None else None
    at_home = metadata is not None and metadata.country_code == read.country_code
    full = [found[1:], *_otherwise(found)]
    named = [plain, *(f"{prefix}{one}" for prefix in ("", "00", *_own_international(metadata)) for one in full)]
    named += [national, f"{trunk or ''}{national}", *_as_formatted(full)] if at_home else []
    named += [f"{prefix}{national}" for prefix in _MEXICAN] if found.startswith("+52") and at_home else []
    return tuple(dict.fromkeys(sorted(named)))


def written(number: str, country: str) -> frozenset[str]:
    """Every way in which a number may have been written down: those of a switch, and with ``+``."""
    named = spellings(number, country)
    found = e164(number, country)
    full = {f"+{one}" for one in named if found and meant(f"+{one}", country) == meant(found, country)}
    return frozenset({number, *named, *full, *([] if found else [f"+{one}" for one in named])})


def _otherwise(found: str) -> list[str]:
    """The digits of a mobile number of Mexico or Argentina, with or without what is said of it abroad."""
    if found.startswith("+52"):
        return [f"521{found[3:]}"]
    if found.startswith("+54"):
        return [f"54{found[4:]}" if found.startswith("+549") else f"549{found[3:]}"]
    return []


def _as_formatted(full: Iterable[str]) -> list[str]:
    """How a country's own people write a number: with whatever it has as a trunk prefix, and Argentina's 15."""
    formatted = (format_number(parse(f"+{one}"), PhoneNumberFormat.NATIONAL) for one in full)
    return ["".join(letter for letter in one if letter.isdecimal()) for one in formatted]


def keeps_zero(country_code: str, rest: str) -> bool:
    """Whether a zero in brackets behind a country's code is part of the number, and no trunk prefix."""
    found = _possible(f"+{country_code}0{rest}", None)
    return found is not None and found.startswith(f"+{country_code}0")


def _own_international(metadata: PhoneMetadata | None) -> list[str]:
    if metadata is None:
        return []
    said = (metadata.preferred_international_prefix, metadata.international_prefix)
    return [prefix for prefix in said if prefix and prefix.isdecimal()]


def _possible(number: str, country: str | None) -> str | None:
    read = _read(number, country)
    is_possible = read is not None and is_possible_number_with_reason(read) == ValidationResult.IS_POSSIBLE
    return format_number(read, PhoneNumberFormat.E164) if read is not None and is_possible else None


def is_valid(number: str, country: str) -> bool:
    """Whether a number that is dialled in a country is one that somebody there, or abroad, can have."""
    return _valid(number, country) is not None


def _valid(number: str, country: str | None = None) -> str | None:
    read = _read(number, country)
    return format_number(read, PhoneNumberFormat.E164) if read is not None and is_valid_number(read) else None


def _read(number: str, country: str | None) -> PhoneNumber | None:
    try:
        return parse(number, country)
    except NumberParseException:
        return None
