"""Which numbers call for help, from the telephone world's own tables (Google's libphonenumber)."""

import re

from phonenumbers import SUPPORTED_SHORT_REGIONS, connects_to_emergency_number, is_emergency_number

from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply

_SERVICE_CODES = (re.compile(r"\*[0-9]{2}"), re.compile(r"\*[0-9]{3}"))
_WAYS_OUT = ("0", "1", "8", "9")
"""A line, the trunk, another country: what 9911, 0112 and 0011911 begin with."""


def refuse(domain: Domain, number: str, parameter: str) -> None:
    """Refuse a number that calls for help: it is dialled from a telephone, which is somewhere."""
    if is_emergency(domain, number):
        raise CannotComply("emergency numbers are dialled from a telephone, not through here", parameter=parameter)


def is_emergency(domain: Domain, number: str) -> bool:
    """Whether a number calls for help in the domain's country, or by the domain's own list.

    Also behind what a dialplan would take off: ``+``, a service code (``*67911``), a way out (``9911``).
    """
    own = set(domain.emergency_numbers or ())
    return any(
        digits in own or connects_to_emergency_number(digits, domain.country) for digits in (number, *_dialled(number))
    )


def is_dialled(domain: Domain, number: str) -> bool:
    """Whether a telephone that dials this calls for help: the number itself, and nothing that only resembles it."""
    return number in (domain.emergency_numbers or ()) or is_emergency_number(number, domain.country)


def is_known(country: str) -> bool:
    """Whether the emergency numbers of a country are known."""
    return country in SUPPORTED_SHORT_REGIONS


def _dialled(number: str) -> set[str]:
    """What may be left of a number once a dialplan has taken off what stands in front."""
    spellings = (number, *(code.sub("#", number) for code in _SERVICE_CODES))
    found = {digits for spelling in spellings for digits in re.split(r"[*#+]+", spelling)} - {""}
    waiting = list(found)
    while waiting:
        digits = waiting.pop()
        shorter = digits[1:]
        if digits.startswith(_WAYS_OUT) and shorter and shorter not in found:
            found.add(shorter)
            waiting.append(shorter)
    return found
